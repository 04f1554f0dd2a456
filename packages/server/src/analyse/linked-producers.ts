import type { TraceId } from '@fluoroscope/model'
import type {
  CallingSegment,
  GraphId,
  Producer,
  ProducerOf,
  TraceCalls,
  TriggerLink,
} from './trace-calls.ts'

/** X-Ray's bounds (xray-behaviour 1.6). */
const MAX_LINKED_TRACES_OF_SEGMENT = 20
const MAX_LINKS_OF_TRACE = 100

/**
 * Leaves each segment the links to its first 20 traces, and a trace its first 100, in the order of the
 * segments' starts and ids.
 */
export function boundLinks<Linked extends CallingSegment>(
  segments: readonly Linked[],
): { readonly segments: readonly CallingSegment[]; readonly omittedLinks: number } {
  if (segments.every(({ links }) => links.length === 0)) return { segments, omittedLinks: 0 }
  const kept = new Map<CallingSegment, readonly TriggerLink[]>()
  let left = MAX_LINKS_OF_TRACE
  let omittedLinks = 0
  for (const segment of segments.toSorted(compareStarts)) {
    const links = ofFirstTraces(segment.links).slice(0, left)
    kept.set(segment, links)
    left -= links.length
    omittedLinks += segment.links.length - links.length
  }
  return {
    segments: segments.map((each) => ({ ...each, links: kept.get(each) ?? [] })),
    omittedLinks,
  }
}

/** The traces whose messages started segments of this one. */
export function linkedTraceIds({ segments }: TraceCalls): ReadonlySet<TraceId> {
  const ids = new Set<TraceId>()
  for (const { links } of segments) {
    for (const { traceId } of links) ids.add(traceId)
  }
  return ids
}

/** Finds what a link points at among `traces`. */
export function producersIn(traces: ReadonlyMap<TraceId, TraceCalls>): ProducerOf {
  return ({ traceId, id }) => {
    const trace = traces.get(traceId)
    return trace === undefined ? undefined : producersOf(trace).get(id)
  }
}

/** What may have sent a message: the queue that was called, else the sending service. */
export function producersOf({ segments }: TraceCalls): ReadonlyMap<GraphId, Producer> {
  const producers = new Map<GraphId, Producer>()
  for (const { id, service, start, subsegments } of segments) {
    producers.set(id, { service, sent: start })
    for (const call of subsegments) {
      producers.set(call.id, { service: call.callee ?? service, sent: call.start })
    }
  }
  return producers
}

function ofFirstTraces(links: readonly TriggerLink[]): readonly TriggerLink[] {
  const traces = new Set<TraceId>()
  return links.filter(({ traceId }) => {
    if (traces.size < MAX_LINKED_TRACES_OF_SEGMENT) traces.add(traceId)
    return traces.has(traceId)
  })
}

function compareStarts(left: CallingSegment, right: CallingSegment): number {
  if (left.start !== right.start) return left.start < right.start ? -1 : 1
  if (left.id === right.id) return 0
  return left.id < right.id ? -1 : 1
}
