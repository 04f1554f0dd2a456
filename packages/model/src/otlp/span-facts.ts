import { type CalledService, calledServiceOf } from '../called-service.ts'
import type { JsonObject } from '../json.ts'
import type { Annotations, Http } from '../segment.ts'
import { indexAttributes, type Unindexed } from './index-attributes.ts'
import type { ResourceMeaning } from './resource-meaning.ts'
import { type SpanAttributes, takeFlag, takeText } from './span-attributes.ts'
import { awsCallOf } from './span-aws.ts'
import type { Form, SpanHead } from './span-head.ts'
import { httpOf } from './span-http.ts'
import { nameOf, namespaceOf, serviceNameOf } from './span-name.ts'
import { sqlOf } from './span-sql.ts'

/** What one entity made of a span is: all that a row of it needs but for ids and times. */
export type EntityFacts = SegmentFacts | SubsegmentFacts

type SharedFacts = {
  readonly name: string
  readonly inProgress: boolean
  readonly fault: boolean
  readonly error: boolean
  readonly throttle: boolean
  /** Without a content length that only an event tells. */
  readonly http: Http | undefined
  /** Members of the `aws` block that the span adds to its resource's. */
  readonly aws: JsonObject | undefined
  readonly account: string | undefined
  readonly operation: string | undefined
  readonly annotations: Annotations
  /** Attributes that are neither in a field nor an annotation. */
  readonly unindexed: Unindexed
}

export type SegmentFacts = SharedFacts & {
  readonly kind: 'segment'
  readonly user: string | undefined
  readonly resourceArn: string | undefined
}

export type SubsegmentFacts = SharedFacts & {
  readonly kind: 'subsegment'
  readonly namespace: string | undefined
  readonly sql: JsonObject | undefined
  readonly traced: boolean
  /** The service that is called, as long as it reports nothing. */
  readonly callee: CalledService | undefined
}

/**
 * What a span becomes (xray-behaviour 15.2). `service` and `call`: of a local root that is a call,
 * whose segment has an id of its own and is the parent of the subsegment with the span's id.
 */
export type SpanFacts =
  | { readonly form: 'segment'; readonly segment: SegmentFacts }
  | { readonly form: 'subsegment'; readonly subsegment: SubsegmentFacts }
  | {
      readonly form: 'service-and-call'
      readonly service: SegmentFacts
      readonly call: SubsegmentFacts
    }

/**
 * Gives a span its meaning (xray-behaviour 15.2 to 15.6). Asks `attributes` for what it needs and
 * keeps nothing of them, so that they may stay in the bytes of a request; takes from them what the
 * facts tell.
 */
export function readSpan(
  head: SpanHead,
  attributes: SpanAttributes,
  resource: ResourceMeaning,
): SpanFacts {
  const form = formOf(head, attributes)
  const common = readCommon(head, attributes)
  const owner = form === 'subsegment' ? undefined : readOwner(attributes)
  if (form === 'segment') {
    const name = nameOf(head, form, attributes, resource)
    const indexed = indexAttributes(attributes, resource, true)
    const account = accountOf(common.aws, resource)
    return {
      form,
      segment: { kind: 'segment', name, account, ...common, ...asOwner(owner), ...indexed },
    }
  }
  const call = readCall(head, form, common, attributes, resource)
  if (form === 'subsegment') return { form, subsegment: call }
  return { form, service: serviceOfCall(head, call, owner, attributes, resource), call }
}

/** xray-behaviour 15.2. A span of no kind counts as the program's own work, as the protocol says. */
function formOf(head: SpanHead, attributes: SpanAttributes): Form {
  const isCall = head.kind === 'client' || head.kind === 'producer' || head.kind === 'consumer'
  if (attributes.get('aws.span.kind') === 'LOCAL_ROOT') {
    return isCall ? 'service-and-call' : 'segment'
  }
  return head.kind === 'server' || !head.hasParent ? 'segment' : 'subsegment'
}

type Common = Pick<
  SharedFacts,
  'inProgress' | 'fault' | 'error' | 'throttle' | 'http' | 'aws' | 'operation'
>

function readCommon(head: SpanHead, attributes: SpanAttributes): Common {
  const http = httpOf(head.kind, attributes)
  const aws = awsCallOf(attributes)
  const operation = aws?.['operation']
  return {
    inProgress: takeFlag(attributes, 'aws.xray.inprogress') === true || !head.ended,
    ...outcomeFlags(http?.status, head.failed),
    http,
    aws,
    operation: typeof operation === 'string' ? operation : undefined,
  }
}

/** The status of the response outranks that of the span (xray-behaviour 15.6). */
function outcomeFlags(status: number | undefined, failed: boolean) {
  const isError = status !== undefined && status >= 400 && status <= 499
  const isFault = status !== undefined && status >= 500 && status <= 599
  return {
    fault: isFault || (failed && !isError),
    error: isError,
    throttle: status === 429,
  }
}

type Owner = Pick<SegmentFacts, 'user' | 'resourceArn'>

/** What only segments have. */
function readOwner(attributes: SpanAttributes): Owner {
  return {
    user: takeText(attributes, 'enduser.id'),
    resourceArn: takeText(attributes, 'aws.xray.resource_arn'),
  }
}

function asOwner(owner: Owner | undefined): Owner {
  return owner ?? { user: undefined, resourceArn: undefined }
}

function accountOf(aws: JsonObject | undefined, resource: ResourceMeaning): string | undefined {
  const account = aws?.['account_id']
  return typeof account === 'string' ? account : resource.account
}

function readCall(
  head: SpanHead,
  form: Form,
  common: Common,
  attributes: SpanAttributes,
  resource: ResourceMeaning,
): SubsegmentFacts {
  const name = nameOf(head, form, attributes, resource)
  const namespace =
    namespaceOf(head, attributes) ?? (form === 'service-and-call' ? 'remote' : undefined)
  const sql = sqlOf(head.name, attributes)
  const traced = takeFlag(attributes, 'aws.xray.traced') === true
  return {
    kind: 'subsegment',
    name,
    namespace,
    ...common,
    sql,
    traced,
    account: accountOf(common.aws, resource),
    callee: calledServiceOf({ name, namespace, sql, aws: common.aws }),
    ...indexAttributes(attributes, resource, false),
  }
}

/** Annotations that say something of the callee, not of the service that calls. */
const OF_THE_CALLEE = [
  'aws.remote.service',
  'aws.remote.operation',
  'remoteTarget',
  'K8s.RemoteNamespace',
]

/** The segment of the service that makes the call: its outcome, and nothing of the callee. */
function serviceOfCall(
  head: SpanHead,
  call: SubsegmentFacts,
  owner: Owner | undefined,
  attributes: SpanAttributes,
  resource: ResourceMeaning,
): SegmentFacts {
  const indexed = indexAttributes(attributes, resource, true)
  const annotations = new Map(indexed.annotations)
  for (const key of OF_THE_CALLEE) annotations.delete(key)
  return {
    kind: 'segment',
    name: serviceNameOf(head, attributes, resource),
    inProgress: call.inProgress,
    fault: call.fault,
    error: call.error,
    throttle: call.throttle,
    http: undefined,
    aws: undefined,
    account: resource.account,
    operation: undefined,
    ...asOwner(owner),
    annotations,
    unindexed: [],
  }
}
