import { countServices, type MapEdge, type MapNode, membersOf } from '../answer/service-graph.ts'
import type { ServicePath } from './find-paths.ts'
import { failureShare, NOTED_SHARE } from './map-scale.ts'

/** Nodes and edges that are shown, and how many services are not. */
export type ShownGraph = {
  readonly nodes: readonly MapNode[]
  readonly edges: readonly MapEdge[]
  readonly hidden: number
}

type Graph = Pick<ShownGraph, 'nodes' | 'edges'>

/** Above this many nodes a map shows at first what is wrong. */
const MANY_NODES = 60

/** Which way a focus looks: who is called, who calls, or both. */
export type FocusDirection = (typeof FOCUS_DIRECTIONS)[number]

export const FOCUS_DIRECTIONS = ['both', 'down', 'up'] as const

/** Nodes within `depth` calls of `centre`: along calls, against them, or both, each from the centre on. */
export function focusOn(
  { nodes, edges }: Graph,
  centre: string,
  depth: number,
  direction: FocusDirection = 'both',
): ShownGraph {
  const near = new Set([
    ...(direction === 'up' ? [] : reach(centre, depth, linksOf(edges, 'from', 'to'))),
    ...(direction === 'down' ? [] : reach(centre, depth, linksOf(edges, 'to', 'from'))),
  ])
  return keep({ nodes, edges }, near)
}

/**
 * The whole graph, or above 60 nodes the unhealthy ones with their neighbours; the whole one too
 * where nothing is wrong, for then there is nothing to lead to.
 */
export function problemsFirst({ nodes, edges }: Graph, selected: string | undefined): ShownGraph {
  const whole = { nodes, edges, hidden: 0 }
  if (nodes.length <= MANY_NODES) return whole
  const ill = new Set(
    nodes.flatMap(({ id, statistics }) => (failureShare(statistics) >= NOTED_SHARE ? [id] : [])),
  )
  if (ill.size === 0) return whole
  if (nodes.some(({ id }) => id === selected)) ill.add(selected ?? '')
  const near = new Set(ill)
  for (const { from, to } of edges) {
    if (ill.has(from)) near.add(to)
    if (ill.has(to)) near.add(from)
  }
  return keep({ nodes, edges }, near)
}

/** What lies on any of `paths`. */
export function onPaths({ nodes, edges }: Graph, paths: readonly ServicePath[]): ShownGraph {
  const met = new Set(paths.flatMap((path) => path.nodes))
  const taken = new Set(paths.flatMap((path) => path.edges.map(({ id }) => id)))
  return keep({ nodes, edges: edges.filter(({ id }) => taken.has(id)) }, met)
}

/** Ids of the nodes of which a name or type holds `text`, without regard to case; in order of name. */
export function findNodes(nodes: readonly MapNode[], text: string): readonly string[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return []
  return nodes
    .filter((node) =>
      [node, ...membersOf(node)].some(({ key }) =>
        `${key.name} ${key.type ?? ''}`.toLowerCase().includes(wanted),
      ),
    )
    .map(({ id }) => id)
}

function keep({ nodes, edges }: Graph, ids: ReadonlySet<string>): ShownGraph {
  const kept = nodes.filter(({ id }) => ids.has(id))
  return {
    nodes: kept,
    edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
    hidden: countServices(nodes) - countServices(kept),
  }
}

function linksOf(
  edges: readonly MapEdge[],
  from: 'from' | 'to',
  to: 'from' | 'to',
): ReadonlyMap<string, readonly string[]> {
  const links = new Map<string, string[]>()
  for (const edge of edges) {
    const list = links.get(edge[from])
    if (list === undefined) links.set(edge[from], [edge[to]])
    else list.push(edge[to])
  }
  return links
}

function reach(
  centre: string,
  depth: number,
  links: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const reached = new Set([centre])
  let edge = [centre]
  for (let step = 0; step < depth && edge.length > 0; step++) {
    edge = edge.flatMap((id) => links.get(id) ?? []).filter((id) => !reached.has(id))
    for (const id of edge) reached.add(id)
  }
  return reached
}
