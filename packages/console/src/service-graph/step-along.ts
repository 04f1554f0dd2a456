import { type MapEdge, totalOf } from '../answer/service-graph.ts'
import { turned } from './flow.ts'
import type { Point } from './layout-graph.ts'
import type { MapLayout } from './layout-picture.ts'

export type Direction = 'left' | 'right' | 'up' | 'down'

/** In a picture from top to bottom: where an arrow leads in one from left to right. */
const TURNED: Readonly<Record<Direction, Direction>> = {
  down: 'right',
  up: 'left',
  right: 'down',
  left: 'up',
}

/**
 * The node an arrow key leads to: along the calls to the busiest callee, against them to the busiest
 * caller, across to the next node of the column. Without a node to start at, the first one of the map.
 */
export function stepAlong(
  edges: readonly MapEdge[],
  { places, flow }: Pick<MapLayout, 'places' | 'flow'>,
  start: string | undefined,
  arrow: Direction,
): string | undefined {
  if (flow === 'right') return stepRight(edges, places, start, arrow)
  const level = new Map([...places].map(([id, point]) => [id, turned(point, flow)]))
  return stepRight(edges, level, start, TURNED[arrow])
}

function stepRight(
  edges: readonly MapEdge[],
  places: ReadonlyMap<string, Point>,
  start: string | undefined,
  direction: Direction,
): string | undefined {
  const at = start === undefined ? undefined : places.get(start)
  if (start === undefined || at === undefined) return firstOf(places)
  if (direction === 'left' || direction === 'right') {
    const [near, far] =
      direction === 'right' ? (['from', 'to'] as const) : (['to', 'from'] as const)
    const ways = edges.filter((edge) => edge[near] === start && edge[far] !== start)
    const busiest = ways.sort((a, b) => totalOf(b.statistics) - totalOf(a.statistics))[0]
    return busiest?.[far] ?? start
  }
  const sign = direction === 'down' ? 1 : -1
  const column = [...places].filter(([, { x, y }]) => x === at.x && (y - at.y) * sign > 0)
  return column.sort(([, a], [, b]) => (a.y - b.y) * sign)[0]?.[0] ?? start
}

/** The leftmost node, the topmost of those. */
function firstOf(places: ReadonlyMap<string, Point>): string | undefined {
  return [...places].sort(([, a], [, b]) => a.x - b.x || a.y - b.y)[0]?.[0]
}
