import {
  type CalledService,
  calledServiceOf,
  deriveEntityId,
  type JsonObject,
  QUEUE_TYPE,
  REMOTE_TYPE,
  type Segment,
  type Subsegment,
  type TraceId,
} from '@fluoroscope/model'
import { compareEntities } from './compare.ts'
import { subsegmentsOf } from './trace-entities.ts'

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
      if (call.progress.state !== 'complete' || reported.has(call.id)) continue
      const called = calledServiceOf(call)
      if (called !== undefined) inferred.push(calleeOf(traceId, call, called))
    }
  }
  return inferred.sort((left, right) => compareEntities(left, right))
}

function calleeOf(traceId: TraceId, call: Subsegment, called: CalledService): Segment {
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
    aws: inferredAws(call, called.resource),
    origin: called.type === REMOTE_TYPE ? undefined : called.type,
    cause: undefined,
    annotations: new Map(),
    metadata: undefined,
    links: [],
    user: undefined,
    resourceArn: undefined,
    service: undefined,
    account: undefined,
    subsegments: isQueue(called) ? [queueTime(traceId, call)] : [],
  }
}

function isQueue(called: CalledService): boolean {
  return called.type === QUEUE_TYPE && called.resource !== undefined
}

/** The call's `aws` block with `resource_names` made anew. */
function inferredAws(call: Subsegment, resource: string | undefined): JsonObject | undefined {
  if (call.aws === undefined) return undefined
  const members = Object.entries(call.aws).filter(([key]) => key !== 'resource_names')
  if (resource !== undefined) members.push(['resource_names', [resource]])
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
