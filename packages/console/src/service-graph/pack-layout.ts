import type { Flow } from './flow.ts'
import type { Point } from './layout-graph.ts'
import type { LayoutTask, MapLayout } from './layout-picture.ts'

/**
 * A layout as numbers, in the order of the nodes and edges of its task: as objects, the points of a large map
 * take longer to cross from the worker than to be found.
 */
export type PackedLayout = {
  /** x and y of each node; NaN where it has no place. */
  readonly places: Float64Array<ArrayBuffer>
  /** x and y of the points of all routes. */
  readonly points: Float64Array<ArrayBuffer>
  /** Where the points of each route end in {@link points}; those of an edge without one where they begin. */
  readonly ends: Uint32Array<ArrayBuffer>
  readonly flow: Flow
}

/** The layout of `task`, to be handed over. */
export function packLayout({ places, routes, flow }: MapLayout, task: LayoutTask): PackedLayout {
  const ids = [...task.nodes.keys()]
  const numbers = new Float64Array(ids.length * 2)
  for (const [index, id] of ids.entries()) {
    const { x, y } = places.get(id) ?? { x: Number.NaN, y: Number.NaN }
    numbers.set([x, y], index * 2)
  }
  const points: number[] = []
  const ends = new Uint32Array(task.edges.length)
  for (const [index, { id }] of task.edges.entries()) {
    for (const { x, y } of routes.get(id) ?? []) points.push(x, y)
    ends[index] = points.length
  }
  return { places: numbers, points: Float64Array.from(points), ends, flow }
}

/** The layout again; `task` is the one that it was made for. */
export function unpackLayout(packed: PackedLayout, task: LayoutTask): MapLayout {
  const places = new Map<string, Point>()
  for (const [index, id] of [...task.nodes.keys()].entries()) {
    const point = pointAt(packed.places, index * 2)
    if (!Number.isNaN(point.x)) places.set(id, point)
  }
  const routes = new Map<string, readonly Point[]>()
  let from = 0
  for (const [index, { id }] of task.edges.entries()) {
    const end = packed.ends[index] ?? from
    const route: Point[] = []
    for (let at = from; at < end; at += 2) route.push(pointAt(packed.points, at))
    if (route.length > 0) routes.set(id, route)
    from = end
  }
  return { places, routes, flow: packed.flow }
}

function pointAt(numbers: Float64Array, at: number): Point {
  return { x: numbers[at] ?? 0, y: numbers[at + 1] ?? 0 }
}
