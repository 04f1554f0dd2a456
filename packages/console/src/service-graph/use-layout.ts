import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { MapEdge, MapNode } from '../answer/service-graph.ts'
import type { Flow } from './flow.ts'
import { LayoutClient } from './layout-client.ts'
import type { Point } from './layout-graph.ts'
import type { MapLayout } from './layout-picture.ts'
import type { RoutedEdge } from './route-edges.ts'
import { storedPlaces, storePlaces } from './stored-places.ts'

type Graph = { readonly nodes: readonly MapNode[]; readonly edges: readonly MapEdge[] }

/** A layout, and the view it was made for; or why there is none. */
export type LayoutState = {
  readonly viewKey: string
  readonly layout: MapLayout
  readonly problem: string | undefined
}

const NOTHING: MapLayout = { places: new Map(), routes: new Map(), flow: 'right' }
/** Pixels that the ends of edges are moved where two would lie on one line. */
const SHIFT_PX = 9

/**
 * The layout of `graph`, made in a worker; within a view, which tells its flow, what was placed before stays in its place, also
 * when the page is opened again in this browser. Busy until the first layout of the view has come.
 */
export function useLayout(
  graph: Graph,
  radii: ReadonlyMap<string, number>,
  viewKey: string,
  flow: Flow = 'right',
): LayoutState & { readonly isBusy: boolean } {
  const [state, setState] = useState<LayoutState>({
    viewKey: '',
    layout: NOTHING,
    problem: undefined,
  })
  const places = useRef(new Map<string, ReadonlyMap<string, Point>>())
  const asked = useRef(viewKey)
  const client = useMemo(
    () =>
      new LayoutClient(
        (layout) => {
          places.current.set(asked.current, layout.places)
          storePlaces(asked.current, layout.places)
          setState({ viewKey: asked.current, layout, problem: undefined })
        },
        (problem) => setState((before) => ({ ...before, problem })),
      ),
    [],
  )
  useEffect(() => () => client.stop(), [client])
  useEffect(() => {
    asked.current = viewKey
    if (graph.nodes.length === 0) return
    client.ask({
      nodes: radii,
      edges: routedEdges(graph.edges),
      before: places.current.get(viewKey) ?? storedPlaces(viewKey),
      flow,
    })
  }, [client, graph, radii, viewKey, flow])
  return { ...state, isBusy: state.viewKey !== viewKey && state.problem === undefined }
}

function routedEdges(edges: readonly MapEdge[]): readonly RoutedEdge[] {
  const calls = new Set(edges.filter(({ type }) => type === 'call').map(pairOf))
  return edges.map((edge) => {
    const { id, from, to, type } = edge
    if (type === 'link') return { id, from, to, shift: calls.has(pairOf(edge)) ? -SHIFT_PX : 0 }
    const isMutual = from !== to && calls.has(`${to}>${from}`)
    return { id, from, to, shift: isMutual ? (from < to ? -SHIFT_PX : SHIFT_PX) / 2 : 0 }
  })
}

function pairOf({ from, to }: MapEdge): string {
  return `${from}>${to}`
}
