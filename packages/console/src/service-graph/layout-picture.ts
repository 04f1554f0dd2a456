import { layoutGraph, type Point } from './layout-graph.ts'
import { type Route, type RoutedEdge, routeEdges } from './route-edges.ts'

/** What is to be laid out: nodes with their radius in pixels, edges, and the places known before. */
export type LayoutTask = {
  readonly nodes: ReadonlyMap<string, number>
  readonly edges: readonly RoutedEdge[]
  readonly before: ReadonlyMap<string, Point>
}

/** Where everything is, in pixels of the unscaled map. */
export type MapLayout = {
  readonly places: ReadonlyMap<string, Point>
  readonly routes: ReadonlyMap<string, Route>
}

/** Places the nodes, then leads the edges between them. */
export function layoutPicture({ nodes, edges, before }: LayoutTask): MapLayout {
  const places = layoutGraph({ nodes: [...nodes.keys()], edges }, before)
  return { places, routes: routeEdges(edges, places, nodes) }
}
