import { useMemo } from 'preact/hooks'
import type { ReceivedGraph } from '../answer/service-graph.ts'
import type { MapState } from '../map-state.ts'
import { type Bundles, collapseGraph, findBundles } from './collapse-graph.ts'
import { diffGraphs, type GraphDiff } from './diff-graph.ts'

/** What the map draws: the answer with its bundles, and what changed since another window. */
export type DrawnGraph = {
  /** Where another window is compared with, what was in either of them. */
  readonly graph: ReceivedGraph
  /** Undefined where nothing is compared. */
  readonly changes: GraphDiff['changes'] | undefined
  /** Which node each service would be drawn in: those that are expanded too. */
  readonly bundles: Bundles
}

const NO_BUNDLES: Bundles = new Map()

/**
 * Both windows bundled in the same way, so that they can be compared; undefined until `now` is known.
 * @param before undefined where no window is compared with, or none is known yet
 */
export function useDrawnGraph(
  { collapse, expanded }: MapState,
  now: ReceivedGraph | undefined,
  before: ReceivedGraph | undefined,
): DrawnGraph | undefined {
  const open = expanded.join(' ')
  return useMemo(() => {
    if (now === undefined) return undefined
    const graphs = before === undefined ? [now] : [now, before]
    const bundles = collapse === undefined ? NO_BUNDLES : findBundles(graphs, collapse)
    const isOpen = new Set(open.split(' '))
    const closed = new Map([...bundles].filter(([, bundle]) => !isOpen.has(bundle)))
    const [present, past] = graphs.map((graph) =>
      collapse === undefined ? graph : collapseGraph(graph, collapse, closed),
    )
    if (present === undefined) return undefined
    const diff = past === undefined ? undefined : diffGraphs(present, past)
    return { graph: diff?.graph ?? present, changes: diff?.changes, bundles }
  }, [now, before, collapse, open])
}

/** A state whose choices name the nodes that are drawn, where they named services within them. */
export function followBundles(state: MapState, { graph, bundles }: DrawnGraph): MapState {
  const drawn = new Set(graph.nodes.map(({ id }) => id))
  const nodeOf = (id: string) => (drawn.has(id) ? id : (bundles.get(id) ?? id))
  const { selected, paths } = state
  return {
    ...state,
    selected: selected === undefined ? undefined : nodeOf(selected),
    paths: paths && {
      ...paths,
      from: nodeOf(paths.from),
      to: paths.to === undefined ? undefined : nodeOf(paths.to),
    },
  }
}
