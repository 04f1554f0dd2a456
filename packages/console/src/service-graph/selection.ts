import type { MapEdge, MapNode } from '../answer/service-graph.ts'

/** What is selected on the map. */
export type Selection =
  | { readonly kind: 'node'; readonly node: MapNode }
  | { readonly kind: 'edge'; readonly edge: MapEdge; readonly from: MapNode; readonly to: MapNode }
