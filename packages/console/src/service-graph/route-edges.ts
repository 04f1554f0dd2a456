import { type Point, ROW_PX } from './layout-graph.ts'

export type RoutedEdge = {
  readonly id: string
  readonly from: string
  readonly to: string
  /** Pixels that its ends are moved down, to tell it from another edge between the same nodes. */
  readonly shift: number
}

/** A cubic Bézier curve: the start, then two control points and an end for each piece. */
export type Route = readonly Point[]

/** Room that a node takes above its middle, and below with its two lines of text. */
const ABOVE_PX = 38
const BELOW_PX = 72
/** Half of the width in which a route beside a node runs level, so that it clears the text. */
const LEVEL_PX = 84
const LANE_PX = 4
const LANES = 5
/** The line ends where the head of its arrow begins. */
const ARROW_PX = 13

/** The way of each edge from rim to rim; edges over several columns pass between the nodes of those. */
export function routeEdges(
  edges: readonly RoutedEdge[],
  places: ReadonlyMap<string, Point>,
  radii: ReadonlyMap<string, number>,
): ReadonlyMap<string, Route> {
  const columns = columnsOf(places)
  const lanes = new Map<string, number>()
  const routes = new Map<string, Route>()
  for (const edge of edges) {
    const from = places.get(edge.from)
    const to = places.get(edge.to)
    if (from === undefined || to === undefined) continue
    const ends = {
      from,
      to,
      fromRadius: radii.get(edge.from) ?? 0,
      toRadius: radii.get(edge.to) ?? 0,
    }
    routes.set(edge.id, routeOf(edge, ends, columns, lanes))
  }
  return routes
}

type Columns = readonly { readonly x: number; readonly ys: readonly number[] }[]

type Ends = {
  readonly from: Point
  readonly to: Point
  readonly fromRadius: number
  readonly toRadius: number
}

function routeOf(
  edge: RoutedEdge,
  ends: Ends,
  columns: Columns,
  lanes: Map<string, number>,
): Route {
  const { from, to, fromRadius, toRadius } = ends
  if (edge.from === edge.to) return loop(from, fromRadius)
  if (from.x === to.x) return bow(ends)
  const direction = to.x > from.x ? 1 : -1
  const start = { x: from.x + direction * fromRadius, y: from.y + edge.shift }
  const end = { x: to.x - direction * (toRadius + ARROW_PX), y: to.y + edge.shift }
  const between = columns.filter(
    ({ x }) => (x - from.x) * direction > 0 && (to.x - x) * direction > 0,
  )
  if (direction < 0) between.reverse()
  const corners = [start]
  for (const { x, ys } of between) {
    const previous = corners.at(-1) ?? start
    const line = previous.y + ((end.y - previous.y) * (x - previous.x)) / (end.x - previous.x)
    const y = freeHeight(line, ys)
    if (y !== line || isTight(y, ys)) {
      const lane = nextLane(lanes, `${x} ${Math.round(y)}`)
      corners.push(
        { x: x - direction * LEVEL_PX, y: y + lane },
        { x: x + direction * LEVEL_PX, y: y + lane },
      )
    }
  }
  return smooth([...corners, end])
}

/** Curves that leave and reach every corner level. */
function smooth(corners: readonly Point[]): Route {
  return corners.flatMap((point, index) => {
    const previous = corners[index - 1]
    if (previous === undefined) return [point]
    const middle = (previous.x + point.x) / 2
    return [{ x: middle, y: previous.y }, { x: middle, y: point.y }, point]
  })
}

/** The height nearest to `line` at which a route passes between nodes at `ys`, ascending. */
function freeHeight(line: number, ys: readonly number[]): number {
  const index = ys.findIndex((y) => line > y - ABOVE_PX && line < y + BELOW_PX)
  const node = ys[index]
  if (node === undefined) return line
  const above = gapMiddle(ys[index - 1], node)
  const below = gapMiddle(node, ys[index + 1])
  return line - above < below - line ? above : below
}

/** Within the gap between two neighbours of a column: its middle, or close to the one that there is. */
function gapMiddle(upper: number | undefined, lower: number | undefined): number {
  if (upper === undefined) return (lower ?? 0) - ABOVE_PX - 12
  if (lower === undefined || lower - upper > 2 * ROW_PX) return upper + BELOW_PX + 12
  return (upper + BELOW_PX + lower - ABOVE_PX) / 2
}

/** A straight line close to a node's room might still cut its corner. */
function isTight(line: number, ys: readonly number[]): boolean {
  return ys.some((y) => line > y - ABOVE_PX - ROW_PX / 2 && line < y + BELOW_PX + ROW_PX / 2)
}

/** Routes through one gap lie beside each other: 0, 1, -1, 2, -2, and again. */
function nextLane(lanes: Map<string, number>, gap: string): number {
  const used = lanes.get(gap) ?? 0
  lanes.set(gap, used + 1)
  const step = used % LANES
  return (step % 2 === 0 ? -step / 2 : (step + 1) / 2) * LANE_PX
}

/** A call of a service to itself, above the node. */
function loop({ x, y }: Point, radius: number): Route {
  const side = radius * 0.7
  return [
    { x: x + side, y: y - side },
    { x: x + side + 34, y: y - side - 40 },
    { x: x - side - 34, y: y - side - 40 },
    { x: x - side - 9, y: y - side - 9 },
  ]
}

/** Between two nodes of a column, in an arc beside it. */
function bow({ from, to, fromRadius, toRadius }: Ends): Route {
  const start = { x: from.x + fromRadius, y: from.y }
  const end = { x: to.x + toRadius + ARROW_PX, y: to.y }
  const out = Math.max(start.x, end.x) + 70
  return [start, { x: out, y: start.y }, { x: out, y: end.y }, end]
}

function columnsOf(places: ReadonlyMap<string, Point>): Columns {
  const columns = new Map<number, number[]>()
  for (const { x, y } of places.values()) columns.set(x, [...(columns.get(x) ?? []), y])
  return [...columns]
    .map(([x, ys]) => ({ x, ys: ys.sort((a, b) => a - b) }))
    .sort((a, b) => a.x - b.x)
}
