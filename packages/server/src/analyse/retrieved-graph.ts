import type { Segment, ServiceGraph, ServiceKey, TraceId } from '@fluoroscope/model'
import { visitRetrieved } from '../query/retrieved-traces.ts'
import { entitiesOf } from '../query/trace-entities.ts'
import type { Database } from '../store/database.ts'
import type { TraceRetrieval } from '../store/trace-retrievals.ts'
import { producersOf } from './linked-producers.ts'
import { callsOfTrace, nodeKeyOf } from './service-graph.ts'
import { GraphBuilder, NO_LIMITS } from './service-graph-builder.ts'
import { addTraceCalls, type TraceCalls } from './trace-calls.ts'

/** Links of one kind that segments of a service carry in one trace. */
export type ServiceLinks = {
  /** `parent` or `child`; undefined where the sender did not say. */
  readonly referenceType: string | undefined
  readonly from: TraceId
  readonly to: readonly TraceId[]
}

export type RetrievedGraph = {
  readonly graph: ServiceGraph
  /** Of each node of the graph, by trace. */
  readonly links: readonly (readonly ServiceLinks[])[]
  /** Traces of which only the beginning was read. */
  readonly cutTraces: number
  /** Links beyond the bounds of segments and traces, which make no edges. */
  readonly omittedLinks: number
}

/**
 * The graph of all traces of a retrieval together. Link edges lead from senders that are among these
 * traces. Only one trace is in memory at a time; of the others their calls.
 * @throws StoreError
 */
export async function retrievedGraph(
  database: Database,
  retrieval: TraceRetrieval,
): Promise<RetrievedGraph> {
  const traces = new Map<TraceId, TraceCalls>()
  const links = new Map<string, ServiceLinks[]>()
  let cutTraces = 0
  await visitRetrieved(database, retrieval, (trace) => {
    if (trace.limitExceeded) cutTraces += 1
    traces.set(trace.id, callsOfTrace(trace))
    addLinks(links, trace.id, trace.segments)
  })
  const graph = graphOf(traces)
  return {
    graph,
    links: graph.nodes.map(({ key }) => links.get(keyText(key)) ?? []),
    cutTraces,
    omittedLinks: [...traces.values()].reduce((sum, { omittedLinks }) => sum + omittedLinks, 0),
  }
}

function graphOf(traces: ReadonlyMap<TraceId, TraceCalls>): ServiceGraph {
  const senders = new Map([...traces].map(([id, calls]) => [id, producersOf(calls)]))
  const builder = new GraphBuilder(NO_LIMITS)
  for (const calls of traces.values()) {
    addTraceCalls(builder, calls, ({ traceId, id }) => senders.get(traceId)?.get(id))
  }
  return builder.graph()
}

function addLinks(
  all: Map<string, ServiceLinks[]>,
  from: TraceId,
  segments: readonly Segment[],
): void {
  const services = new Map<string, Map<string | undefined, Set<TraceId>>>()
  for (const segment of segments) {
    const service = keyText(nodeKeyOf(segment))
    for (const { links } of entitiesOf([segment])) {
      for (const { traceId, attributes } of links) {
        const type = attributes['aws.xray.reserved.reference_type']
        const types = services.get(service) ?? new Map<string | undefined, Set<TraceId>>()
        services.set(service, types)
        const name = typeof type === 'string' ? type : undefined
        types.set(name, (types.get(name) ?? new Set()).add(traceId))
      }
    }
  }
  for (const [service, types] of services) {
    const added = [...types].map(([referenceType, to]) => ({ referenceType, from, to: [...to] }))
    all.set(service, [...(all.get(service) ?? []), ...added])
  }
}

function keyText({ name, type, account }: ServiceKey): string {
  return JSON.stringify([name, type ?? null, account ?? null])
}
