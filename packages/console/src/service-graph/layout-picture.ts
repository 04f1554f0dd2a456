import { FLOW_ROOM, type Flow, turned } from './flow.ts'
import { layoutGraph, type Point } from './layout-graph.ts'
import { type Route, type RoutedEdge, routeEdges } from './route-edges.ts'

/** What is to be laid out: nodes with their radius in pixels, edges, and the places known before. */
export type LayoutTask = {
  readonly nodes: ReadonlyMap<string, number>
  readonly edges: readonly RoutedEdge[]
  readonly before: ReadonlyMap<string, Point>
  readonly flow: Flow
}

/** Where everything is, in pixels of the unscaled map. */
export type MapLayout = {
  readonly places: ReadonlyMap<string, Point>
  readonly routes: ReadonlyMap<string, Route>
  readonly flow: Flow
}

/** Places the nodes, then leads the edges between them. */
export function layoutPicture({ nodes, edges, before, flow }: LayoutTask): MapLayout {
  const turnAll = (points: ReadonlyMap<string, Point>) =>
    new Map([...points].map(([id, point]) => [id, turned(point, flow)]))
  const room = FLOW_ROOM[flow]
  const places = layoutGraph({ nodes: [...nodes.keys()], edges }, turnAll(before), room)
  const routes = [...routeEdges(edges, places, nodes, room)].map(
    ([id, route]) => [id, route.map((point) => turned(point, flow))] as const,
  )
  return { places: turnAll(places), routes: new Map(routes), flow }
}
