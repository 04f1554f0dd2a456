import type { ServiceGraph } from '@fluoroscope/model'
import { GraphBuilder, NO_LIMITS } from './service-graph-builder.ts'

/** One graph of all: the order of `graphs` and how they were merged before make no difference. */
export function mergeGraphs(graphs: Iterable<ServiceGraph>): ServiceGraph {
  const sum = new GraphBuilder(NO_LIMITS)
  for (const graph of graphs) sum.addGraph(graph)
  return sum.graph()
}
