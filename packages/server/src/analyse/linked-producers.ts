import type { Trace, TraceId } from '@fluoroscope/model'
import { subsegmentsOf } from '../query/trace-entities.ts'
import { calleeOf, isFromParent, nodeKeyOf, type ProducerOf } from './service-graph.ts'
import type { Producer } from './trace-calls.ts'

/** X-Ray's bound on the links of a trace (xray-behaviour 1.6). */
const MAX_LINKED_TRACES = 100

/** The traces whose messages started segments of this one: the first 100, in the order of segments. */
export function linkedTraceIds(trace: Trace): readonly TraceId[] {
  const ids = new Set<TraceId>()
  for (const { links } of trace.segments) {
    for (const link of links.filter(isFromParent)) ids.add(link.traceId)
  }
  return [...ids].slice(0, MAX_LINKED_TRACES)
}

/** Finds what a link points at among `traces`: the queue that was called, else the sending service. */
export function producersIn(traces: ReadonlyMap<TraceId, Trace>): ProducerOf {
  return ({ traceId, id }) => {
    const trace = traces.get(traceId)
    return trace === undefined ? undefined : producersOf(trace).get(id)
  }
}

function producersOf(trace: Trace): ReadonlyMap<string, Producer> {
  const producers = new Map<string, Producer>()
  for (const segment of trace.segments) {
    const service = nodeKeyOf(segment)
    const account = trace.context.get(segment.id)?.account
    producers.set(segment.id, { service, sent: segment.start })
    for (const call of subsegmentsOf(segment)) {
      producers.set(call.id, { service: calleeOf(call, account) ?? service, sent: call.start })
    }
  }
  return producers
}
