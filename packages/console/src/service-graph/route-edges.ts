import { FLOW_ROOM, type FlowRoom } from './flow.ts'
import type { Point } from './layout-graph.ts'

export type RoutedEdge = {
  readonly id: string
  readonly from: string
  readonly to: string
  /** Pixels that its ends are moved down, to tell it from another edge between the same nodes. */
  readonly shift: number
}

/** A cubic Bézier curve: the start, then two control points and an end for each piece. */
export type Route = readonly Point[]

const LANE_PX = 4
const LANES = 5
/** The line ends where the head of its arrow begins. */
const ARROW_PX = 13

/** The way of each edge from rim to rim, beside the text; edges over several columns pass between the nodes of those. */
export function routeEdges(
  edges: readonly RoutedEdge[],
  places: ReadonlyMap<string, Point>,
  radii: ReadonlyMap<string, number>,
  room: FlowRoom = FLOW_ROOM.right,
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
    routes.set(edge.id, routeOf(edge, ends, columns, lanes, room))
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
  room: FlowRoom,
): Route {
  const { from, to } = ends
  if (edge.from === edge.to) return loop(from, ends.fromRadius)
  if (from.x === to.x) return bow(ends, room)
  const direction = to.x > from.x ? 1 : -1
  const { start, end } = endsOfLine(edge, ends, direction, room)
  const between = columns.filter(
    ({ x }) => (x - from.x) * direction > 0 && (to.x - x) * direction > 0,
  )
  if (direction < 0) between.reverse()
  const corners = [start]
  for (const { x, ys } of between) {
    const previous = corners.at(-1) ?? start
    const line = previous.y + ((end.y - previous.y) * (x - previous.x)) / (end.x - previous.x)
    const y = freeHeight(line, ys, room)
    if (y !== line || isTight(y, ys, room)) {
      const lane = nextLane(lanes, `${x} ${Math.round(y)}`)
      const [first, last] = [x - room.levelBefore, x + room.levelAfter]
      corners.push(
        { x: direction > 0 ? first : last, y: y + lane },
        { x: direction > 0 ? last : first, y: y + lane },
      )
    }
  }
  return smooth([...corners, end])
}

/** From rim to rim; below a node, where that is on the way, from or to the end of its text. */
function endsOfLine(
  { shift }: RoutedEdge,
  { from, to, fromRadius, toRadius }: Ends,
  direction: 1 | -1,
  { text }: FlowRoom,
): { readonly start: Point; readonly end: Point } {
  const [first, last] = direction > 0 ? [text, 0] : [0, text]
  return {
    start: { x: from.x + direction * (fromRadius + first), y: from.y + shift },
    end: { x: to.x - direction * (toRadius + last + ARROW_PX), y: to.y + shift },
  }
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
function freeHeight(line: number, ys: readonly number[], room: FlowRoom): number {
  const { before, after } = room
  const index = firstAbove(ys, line - after)
  const node = ys[index]
  if (node === undefined || line <= node - before) return line
  const above = gapMiddle(ys[index - 1], node, room)
  const below = gapMiddle(node, ys[index + 1], room)
  return line - above < below - line ? above : below
}

/** Within the gap between two neighbours of a column: its middle, or close to the one that there is. */
function gapMiddle(
  upper: number | undefined,
  lower: number | undefined,
  { before, after, row }: FlowRoom,
): number {
  if (upper === undefined) return (lower ?? 0) - before - 12
  if (lower === undefined || lower - upper > 2 * row) return upper + after + 12
  return (upper + after + lower - before) / 2
}

/** A straight line close to a node's room might still cut its corner. */
function isTight(line: number, ys: readonly number[], room: FlowRoom): boolean {
  const { before, after, row } = room
  const node = ys[firstAbove(ys, line - after - row / 2)]
  return node !== undefined && line > node - before - row / 2
}

/** Where in `ys`, ascending, the first is that is greater than `bound`; their count where none is. */
function firstAbove(ys: readonly number[], bound: number): number {
  let [low, high] = [0, ys.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ys[middle] ?? 0) > bound) high = middle
    else low = middle + 1
  }
  return low
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
function bow({ from, to, fromRadius, toRadius }: Ends, { text }: FlowRoom): Route {
  const start = { x: from.x + fromRadius + text, y: from.y }
  const end = { x: to.x + toRadius + text + ARROW_PX, y: to.y }
  const out = Math.max(start.x, end.x) + 70
  return [start, { x: out, y: start.y }, { x: out, y: end.y }, end]
}

function columnsOf(places: ReadonlyMap<string, Point>): Columns {
  const columns = new Map<number, number[]>()
  for (const { x, y } of places.values()) {
    const ys = columns.get(x)
    if (ys === undefined) columns.set(x, [y])
    else ys.push(y)
  }
  return [...columns]
    .map(([x, ys]) => ({ x, ys: ys.sort((a, b) => a - b) }))
    .sort((a, b) => a.x - b.x)
}
