import type { JsonObject, Segment, Subsegment, TraceId } from '@fluoroscope/model'
import { compareEntities } from './compare.ts'
import { deriveEntityId } from './derive-entity-id.ts'
import { subsegmentsOf } from './trace-entities.ts'

/** The node type of a database called through SQL; not part of the inferred document (7.3, 9.2). */
export const SQL_ORIGIN = 'Database::SQL'

/**
 * Makes a segment for each completed call (`aws` or `remote`) below `segments` that no segment names
 * as its parent (xray-behaviour 7.3), in the order of the calls' starts. Ids are derived from those
 * of trace and call, so the same trace always has the same inferred segments.
 */
export function inferSegments(traceId: TraceId, segments: readonly Segment[]): readonly Segment[] {
  const reported = new Set(segments.map((segment) => segment.parentId))
  const inferred: Segment[] = []
  for (const segment of segments) {
    for (const call of subsegmentsOf(segment)) {
      if (isCompletedCall(call) && !reported.has(call.id)) inferred.push(calleeOf(traceId, call))
    }
  }
  return inferred.sort((left, right) => compareEntities(left, right))
}

function isCompletedCall(subsegment: Subsegment): boolean {
  const { namespace, progress } = subsegment
  return progress.state === 'complete' && (namespace === 'aws' || namespace === 'remote')
}

function calleeOf(traceId: TraceId, call: Subsegment): Segment {
  const resource = resourceOf(call)
  return {
    kind: 'segment',
    inferred: true,
    traceId,
    id: deriveEntityId(traceId, call.id, 'segment'),
    parentId: call.id,
    name: call.name,
    start: call.start,
    progress: call.progress,
    fault: call.fault,
    error: call.error,
    throttle: call.throttle,
    http: call.http,
    aws: inferredAws(call, resource),
    origin: originOf(call, resource),
    cause: undefined,
    annotations: new Map(),
    metadata: undefined,
    links: [],
    user: undefined,
    resourceArn: undefined,
    service: undefined,
    account: undefined,
    subsegments: resource?.origin === QUEUE_ORIGIN ? [queueTime(traceId, call)] : [],
  }
}

const QUEUE_ORIGIN = 'AWS::SQS::Queue'

/** Services whose resource is known: how their calls are named, and the member that names it. */
const RESOURCE_KINDS = new Map([
  ['dynamodb', { origin: 'AWS::DynamoDB::Table', member: 'table_name' }],
  ['s3', { origin: 'AWS::S3::Bucket', member: 'bucket_name' }],
  ['sqs', { origin: QUEUE_ORIGIN, member: 'queue_url' }],
  ['sns', { origin: 'AWS::SNS', member: 'topic_arn' }],
  ['lambda', { origin: 'AWS::Lambda', member: 'function_name' }],
])

type Resource = { readonly origin: string; readonly name: string }

/** The resource an AWS call names; undefined without `aws.operation`, as X-Ray has it. */
function resourceOf(call: Subsegment): Resource | undefined {
  if (call.namespace !== 'aws' || typeof call.aws?.['operation'] !== 'string') return undefined
  const kind = RESOURCE_KINDS.get(serviceWord(call.name))
  const name = kind && call.aws[kind.member]
  return kind && typeof name === 'string' && name !== '' ? { origin: kind.origin, name } : undefined
}

/** `DynamoDB`, `dynamodb`, `AmazonDynamoDBv2`: SDKs differ in prefix, version and case. */
function serviceWord(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(?:amazon|aws) ?/, '')
    .replace(/v\d$/, '')
}

function originOf(call: Subsegment, resource: Resource | undefined): string | undefined {
  if (call.namespace === 'aws') return resource?.origin ?? `AWS::${call.name}`
  return call.sql === undefined ? undefined : SQL_ORIGIN
}

/** The call's `aws` block with `resource_names` made anew. */
function inferredAws(call: Subsegment, resource: Resource | undefined): JsonObject | undefined {
  if (call.aws === undefined) return undefined
  const members = Object.entries(call.aws).filter(([key]) => key !== 'resource_names')
  if (resource !== undefined) members.push(['resource_names', [resource.name]])
  return Object.fromEntries(members)
}

function queueTime(traceId: TraceId, call: Subsegment): Subsegment {
  return {
    kind: 'subsegment',
    id: deriveEntityId(traceId, call.id, 'queue-time'),
    name: 'QueueTime',
    start: call.start,
    progress: call.progress,
    fault: false,
    error: false,
    throttle: false,
    http: undefined,
    aws: undefined,
    cause: undefined,
    annotations: new Map(),
    metadata: undefined,
    links: [],
    subsegments: [],
    namespace: undefined,
    sql: undefined,
    traced: false,
    precursorIds: [],
  }
}
