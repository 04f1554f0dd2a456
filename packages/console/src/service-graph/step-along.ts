import { type MapEdge, totalOf } from '../answer/service-graph.ts'
import type { Point } from './layout-graph.ts'

export type Direction = 'left' | 'right' | 'up' | 'down'

/**
 * The node an arrow key leads to: right to the busiest callee, left to the busiest caller, up and
 * down to the next node of the column. Without a node to start at, the first one of the map.
 */
export function stepAlong(
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
