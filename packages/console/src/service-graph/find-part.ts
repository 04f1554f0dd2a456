import type { Point } from './layout-graph.ts'
import type { MapLayout } from './layout-picture.ts'
import type { Route } from './route-edges.ts'

const CURVE_STEPS = 10

/** The id of the node around `at`, else of the edge within `reach` pixels of it. */
export function findPart(
  { places, routes }: MapLayout,
  radii: ReadonlyMap<string, number>,
  at: Point,
  reach: number,
): string | undefined {
  for (const [id, { x, y }] of places) {
    const radius = (radii.get(id) ?? 0) + reach / 2
    if (Math.hypot(at.x - x, at.y - y) <= radius) return id
  }
  let nearest: { id: string; distance: number } | undefined
  for (const [id, route] of routes) {
    if (!isNearBox(route, at, reach)) continue
    const distance = distanceTo(route, at)
    if (distance <= reach && distance < (nearest?.distance ?? Infinity)) nearest = { id, distance }
  }
  return nearest?.id
}

/** Points along a route, close enough together to pass for it. */
export function pointsAlong(route: Route): readonly Point[] {
  const [start] = route
  if (start === undefined) return []
  const points = [start]
  for (let index = 1; index + 2 < route.length; index += 3) {
    const [a, b, c, d] = route.slice(index - 1, index + 3)
    if (a === undefined || b === undefined || c === undefined || d === undefined) break
    for (let step = 1; step <= CURVE_STEPS; step++)
      points.push(curvePoint(a, b, c, d, step / CURVE_STEPS))
  }
  return points
}

function curvePoint(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const u = 1 - t
  const mix = (member: 'x' | 'y') =>
    u ** 3 * a[member] + 3 * u * u * t * b[member] + 3 * u * t * t * c[member] + t ** 3 * d[member]
  return { x: mix('x'), y: mix('y') }
}

function isNearBox(route: Route, at: Point, reach: number): boolean {
  const isBetween = (member: 'x' | 'y') => {
    const values = route.map((point) => point[member])
    return at[member] >= Math.min(...values) - reach && at[member] <= Math.max(...values) + reach
  }
  return isBetween('x') && isBetween('y')
}

function distanceTo(route: Route, at: Point): number {
  const points = pointsAlong(route)
  return points.reduce((least, point, index) => {
    const previous = points[index - 1] ?? point
    return Math.min(least, distanceToLine(previous, point, at))
  }, Infinity)
}

function distanceToLine(a: Point, b: Point, at: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : ((at.x - a.x) * dx + (at.y - a.y) * dy) / length
  const share = Math.min(1, Math.max(0, along))
  return Math.hypot(at.x - a.x - share * dx, at.y - a.y - share * dy)
}
