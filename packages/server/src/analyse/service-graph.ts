import type { Segment, ServiceGraph, ServiceKey, Subsegment, Trace } from '@fluoroscope/model'
import { calledServiceOf, endOf, isFromParent, outcomeOf } from '@fluoroscope/model'
import { serviceKeyOf } from '../query/service-key.ts'
import { subsegmentsOf } from '../query/trace-entities.ts'
import { traceStart } from '../query/trace-times.ts'
import { boundLinks } from './linked-producers.ts'
import { GraphBuilder, NO_LIMITS } from './service-graph-builder.ts'
import {
  addTraceCalls,
  type CallingSegment,
  type ProducerOf,
  type Subcall,
  type TimedEntity,
  type TraceCalls,
} from './trace-calls.ts'

/**
 * The service graph of one trace (xray-behaviour 9).
 * @param producerOf looks up senders in other traces; without it there are no link edges
 */
export function graphOfTrace(trace: Trace, producerOf?: ProducerOf): ServiceGraph {
  const graph = new GraphBuilder(NO_LIMITS)
  addTraceCalls(graph, callsOfTrace(trace), producerOf)
  return graph.graph()
}

/** The calls of an assembled trace. */
export function callsOfTrace(trace: Trace): TraceCalls {
  const segments = trace.segments.map((segment) => callingSegment(trace, segment))
  return { start: traceStart(trace), ...boundLinks(segments) }
}

function callingSegment(trace: Trace, segment: Segment): CallingSegment {
  const account = trace.context.get(segment.id)?.account
  const subsegments: Subcall[] = []
  for (const subsegment of subsegmentsOf(segment)) {
    subsegments.push({ ...timesOf(subsegment), callee: calleeOf(subsegment, account) })
  }
  return {
    ...timesOf(segment),
    parentId: segment.parentId,
    service: nodeKeyOf(segment),
    subsegments,
    links: segment.links.filter(isFromParent),
  }
}

function timesOf(entity: Segment | Subsegment): TimedEntity {
  const { id, start } = entity
  return { id, start, end: endOf(entity), outcome: outcomeOf(entity) }
}

/** The key the inferred segment of this call has, or would have (see `serviceKeyOf`). */
function calleeOf(call: Subsegment, sender: string | undefined): ServiceKey | undefined {
  const called = calledServiceOf(call)
  if (called === undefined) return undefined
  const account = call.aws?.['account_id']
  const isOther = typeof account === 'string' && account !== '' && account !== sender
  return { name: called.name, type: called.type, account: isOther ? account : undefined }
}

/** As `serviceKeyOf`; an origin of no characters tells nothing. */
export function nodeKeyOf(segment: Segment): ServiceKey {
  const key = serviceKeyOf(segment)
  return key.type === '' ? { ...key, type: undefined } : key
}
