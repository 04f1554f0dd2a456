import { useMemo } from 'preact/hooks'
import type { ReceivedGraph } from '../answer/service-graph.ts'
import type { MapState } from '../map-state.ts'
import { type FoundPaths, findPaths } from './find-paths.ts'
import { focusOn, onPaths, problemsFirst, type ShownGraph } from './select-graph.ts'
import type { Selection } from './selection.ts'

/** What of a graph is shown. */
type Shown = {
  readonly shown: ShownGraph
  /** Between the two ends that are chosen; undefined where they are not. */
  readonly found: FoundPaths | undefined
  /** Another picture altogether has another one. */
  readonly viewKey: string
}

/** The paths that are looked for, else what is near the selection in focus, else all, or the problems first. */
export function useShownGraph(
  graph: ReceivedGraph,
  state: MapState,
  selection: Selection | undefined,
): Shown {
  const { paths, depth, direction, all, flow, collapse, expanded } = state
  const [from, to] = [paths?.from, paths?.to]
  const found = useMemo(
    () => (from === undefined || to === undefined ? undefined : findPaths(graph.edges, from, to)),
    [graph, from, to],
  )
  const focus = selection?.kind === 'node' ? depth : 0
  // Without focus the selection does not decide what is shown, so that the picture stays.
  const centre = focus > 0 ? state.selected : undefined
  const shown = useMemo(() => {
    if (found !== undefined && found.paths.length > 0) return onPaths(graph, found.paths)
    if (centre !== undefined) return focusOn(graph, centre, focus, direction)
    return all ? { ...graph, hidden: 0 } : problemsFirst(graph, undefined)
  }, [graph, found, centre, focus, all, direction])
  const viewKey = JSON.stringify([
    state.group ?? null,
    centre ?? null,
    focus,
    direction,
    all,
    flow,
    collapse ?? null,
    expanded,
    from ?? null,
    to ?? null,
  ])
  return { shown, found, viewKey }
}
