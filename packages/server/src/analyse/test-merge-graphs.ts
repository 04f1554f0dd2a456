import type { ServiceGraph } from '@fluoroscope/model'
import { traceStart } from '../query/trace-times.ts'
import { producersIn } from './linked-producers.ts'
import { callsOfTrace, graphOfTrace } from './service-graph.ts'
import { GraphBuilder, NO_LIMITS } from './service-graph-builder.ts'
import { type Sent, tracesFrom } from './test-sent-documents.ts'

/** One graph of all: the order of `graphs` and how they were merged before make no difference. */
export function mergeGraphs(graphs: Iterable<ServiceGraph>): ServiceGraph {
  const sum = new GraphBuilder(NO_LIMITS)
  for (const graph of graphs) sum.addGraph(graph)
  return sum.graph()
}

/** What the graph of a range must be: that of each trace from its documents, merged. */
export function expectedGraph(sent: readonly Sent[], from: bigint, to: bigint): ServiceGraph {
  const traces = tracesFrom(sent)
  const calls = new Map(traces.map((trace) => [trace.id, callsOfTrace(trace)]))
  const inside = traces.filter((trace) => traceStart(trace) >= from && traceStart(trace) < to)
  return mergeGraphs(inside.map((trace) => graphOfTrace(trace, producersIn(calls))))
}
