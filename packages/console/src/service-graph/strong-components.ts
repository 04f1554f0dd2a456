import { breakCycles } from './break-cycles.ts'
import type { GraphShape } from './layout-graph.ts'

/**
 * Sets of nodes that all lead to each other, each node in exactly one of them: in the order in which
 * a depth-first walk has finished them last, whatever still leads to a node belongs to it (Kosaraju).
 */
export function strongComponents({ nodes, edges }: GraphShape): readonly (readonly string[])[] {
  const links = new Map(nodes.map((id) => [id, { to: [] as string[], from: [] as string[] }]))
  for (const { from, to } of edges) {
    if (!links.has(from) || !links.has(to)) continue
    links.get(from)?.to.push(to)
    links.get(to)?.from.push(from)
  }
  const left = new Set(nodes)
  const { order } = breakCycles(nodes, (id) => links.get(id)?.to ?? [])
  return order.flatMap((id) =>
    left.delete(id) ? [gather(id, left, (at) => links.get(at)?.from ?? [])] : [],
  )
}

/** Takes what leads to `id` out of `left`. */
function gather(
  id: string,
  left: Set<string>,
  callersOf: (id: string) => readonly string[],
): readonly string[] {
  const component = [id]
  for (const member of component) {
    // The list grows while it is walked.
    component.push(...callersOf(member).filter((caller) => left.delete(caller)))
  }
  return component
}
