import type { ServiceEdge, ServiceGraph, ServiceKey } from '@fluoroscope/model'

/**
 * The part of a graph that a failing service can harm: `cause` and all from which calls lead to it, with
 * the calls between them. Empty where `cause` is not in the graph.
 */
export function impactGraph(graph: ServiceGraph, cause: ServiceKey): ServiceGraph {
  const callers = new Map<string, string[]>()
  for (const { from, to } of graph.edges) {
    const known = callers.get(keyText(to))
    if (known === undefined) callers.set(keyText(to), [keyText(from)])
    else known.push(keyText(from))
  }
  const harmed = new Set([keyText(cause)])
  // A set is walked in the order it grows.
  for (const key of harmed) for (const caller of callers.get(key) ?? []) harmed.add(caller)
  const isHarmed = ({ from, to }: ServiceEdge) =>
    harmed.has(keyText(from)) && harmed.has(keyText(to))
  return {
    nodes: graph.nodes.filter(({ key }) => harmed.has(keyText(key))),
    edges: graph.edges.filter(isHarmed),
  }
}

function keyText({ name, type, account }: ServiceKey): string {
  return JSON.stringify([name, type ?? null, account ?? null])
}
