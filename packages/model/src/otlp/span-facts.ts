import { type CalledService, calledServiceOf } from '../called-service.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import type { Http } from '../segment.ts'
import { type AnnotationList, indexAttributes, type Unindexed } from './index-attributes.ts'
import type { ResourceMeaning } from './resource-meaning.ts'
import { type SpanAttributes, takeFlag, takeText } from './span-attributes.ts'
import { awsCallOf } from './span-aws.ts'
import type { Form, SpanHead } from './span-head.ts'
import { httpOf } from './span-http.ts'
import { nameOf, namespaceOf, serviceNameOf } from './span-name.ts'
import { sqlOf } from './span-sql.ts'
import {
  takeNamespace,
  takePrecursorIds,
  takeXrayAttributes,
  type XrayAttributes,
  type XrayCause,
} from './xray-attributes.ts'

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
  /** The `aws` block: of a call without, of a segment with what the resource tells. */
  readonly aws: JsonObject | undefined
  /** What the attributes say of the cause, besides the events. */
  readonly cause: XrayCause | undefined
  readonly account: string | undefined
  readonly operation: string | undefined
  readonly annotations: AnnotationList
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
  readonly precursorIds: readonly string[]
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
  const xray = takeXrayAttributes(attributes)
  const reading: Reading = { head, form, attributes, resource, xray }
  const shared = readShared(reading)
  if (form === 'segment') return { form, segment: readSegment(reading, shared) }
  if (form === 'subsegment') return { form, subsegment: readCall(reading, shared) }
  const owner = readOwner(attributes)
  const call = readCall(reading, shared)
  return { form, service: serviceOfCall(reading, call, owner), call }
}

type Reading = {
  readonly head: SpanHead
  readonly form: Form
  readonly attributes: SpanAttributes
  readonly resource: ResourceMeaning
  readonly xray: XrayAttributes
}

/**
 * xray-behaviour 15.2. A span of no kind counts as the program's own work, as the protocol says. A span
 * whose parent is of another process is the first of its service, as if it said so.
 */
function formOf(head: SpanHead, attributes: SpanAttributes): Form {
  const isSaidRoot = attributes.get('aws.span.kind') === 'LOCAL_ROOT'
  const isRoot = isSaidRoot || head.hasRemoteParent
  if (head.kind === 'client' || head.kind === 'producer') {
    if (isRoot) return 'service-and-call'
  }
  if (head.kind === 'consumer' && isSaidRoot) return 'service-and-call'
  return head.kind === 'server' || isRoot || !head.hasParent ? 'segment' : 'subsegment'
}

type Shared = Pick<
  SharedFacts,
  'inProgress' | 'fault' | 'error' | 'throttle' | 'http' | 'aws' | 'operation' | 'cause'
>

function readShared({ head, attributes, xray }: Reading): Shared {
  const http = httpOf(head.kind, attributes)
  const aws = awsCallOf(attributes)
  const implied = outcomeFlags(http?.status, head.failed)
  return {
    inProgress: takeFlag(attributes, 'aws.xray.inprogress') === true || !head.ended,
    fault: xray.flags.fault ?? implied.fault,
    error: xray.flags.error ?? implied.error,
    throttle: xray.flags.throttle ?? implied.throttle,
    http,
    aws,
    operation: textIn(aws, 'operation'),
    cause: xray.cause,
  }
}

function textIn(block: JsonObject | undefined, member: string): string | undefined {
  const value = block?.[member]
  return typeof value === 'string' ? value : undefined
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

/** Members are spelled out, here and in `readCall`: spreading objects costs as much as reading a span. */
function readSegment(reading: Reading, shared: Shared): SegmentFacts {
  const { head, form, attributes, resource, xray } = reading
  const { user, resourceArn } = readOwner(attributes)
  const { annotations, unindexed } = indexAttributes(attributes, resource, true)
  // Of what a service receives, only the kind SERVER has names that are not the sender's.
  const isReceiver = head.hasRemoteParent && head.kind !== 'server'
  return {
    kind: 'segment',
    name: isReceiver
      ? serviceNameOf(head, attributes, resource)
      : nameOf(head, form, attributes, resource),
    inProgress: shared.inProgress,
    fault: shared.fault,
    error: shared.error,
    throttle: shared.throttle,
    http: shared.http,
    cause: shared.cause,
    operation: shared.operation,
    aws: withSampling(withMembers(resource.aws, shared.aws), xray.sampling),
    account: textIn(shared.aws, 'account_id') ?? resource.account,
    user,
    resourceArn,
    annotations,
    unindexed,
  }
}

function withMembers(
  block: JsonObject | undefined,
  members: JsonObject | undefined,
): JsonObject | undefined {
  if (block === undefined) return members
  return members === undefined ? block : { ...block, ...members }
}

function withSampling(
  block: JsonObject | undefined,
  sampling: JsonObject | undefined,
): JsonObject | undefined {
  if (sampling === undefined) return block
  const sdk = block?.['xray']
  return { ...block, xray: isJsonObject(sdk) ? { ...sdk, ...sampling } : sampling }
}

/** A call runs in the account of its service, unless it names another. */
function readCall(reading: Reading, shared: Shared): SubsegmentFacts {
  const { head, form, attributes, resource } = reading
  const name = nameOf(head, form, attributes, resource)
  const least = form === 'service-and-call' ? 'remote' : undefined
  const namespace = namespaceOf(head, attributes) ?? takeNamespace(attributes) ?? least
  const sql = sqlOf(head.name, attributes)
  const account =
    textIn(shared.aws, 'account_id') ?? (namespace === undefined ? undefined : resource.account)
  const traced = takeFlag(attributes, 'aws.xray.traced') === true
  const precursorIds = takePrecursorIds(attributes)
  const aws = account === undefined ? shared.aws : { ...shared.aws, account_id: account }
  const { annotations, unindexed } = indexAttributes(attributes, resource, false)
  return {
    kind: 'subsegment',
    name,
    namespace,
    inProgress: shared.inProgress,
    fault: shared.fault,
    error: shared.error,
    throttle: shared.throttle,
    http: shared.http,
    cause: shared.cause,
    operation: shared.operation,
    aws,
    sql,
    traced,
    precursorIds,
    account,
    callee: calledServiceOf({ name, namespace, sql, aws }),
    annotations,
    unindexed,
  }
}

/** Annotations that say something of the callee, not of the service that calls. */
const OF_THE_CALLEE: ReadonlySet<string> = new Set([
  'aws.remote.service',
  'aws.remote.operation',
  'remoteTarget',
  'K8s.RemoteNamespace',
])

/** The segment of the service that makes the call: its outcome, and nothing of the callee. */
function serviceOfCall(
  { head, attributes, resource, xray }: Reading,
  call: SubsegmentFacts,
  owner: Owner,
): SegmentFacts {
  const indexed = indexAttributes(attributes, resource, true)
  const annotations = indexed.annotations.filter(([key]) => !OF_THE_CALLEE.has(key))
  return {
    kind: 'segment',
    name: serviceNameOf(head, attributes, resource),
    inProgress: call.inProgress,
    fault: call.fault,
    error: call.error,
    throttle: call.throttle,
    http: undefined,
    aws: withSampling(resource.aws, xray.sampling),
    cause: call.cause,
    account: resource.account,
    operation: undefined,
    ...owner,
    annotations,
    unindexed: [],
  }
}
