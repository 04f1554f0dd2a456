import { breakCycles } from './break-cycles.ts'
import { FLOW_ROOM, type FlowRoom } from './flow.ts'

/** Where a node's middle is, in pixels of the unscaled map. */
export type Point = { readonly x: number; readonly y: number }

export type GraphShape = {
  readonly nodes: readonly string[]
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

const ORDER_SWEEPS = 8
const PLACE_SWEEPS = 10
/** Share of nodes whose place must be known for the rest to be fitted in around them. */
const KNOWN_SHARE = 0.5

/**
 * Callers left of callees, few crossings, calls as level as can be. The same graph gives the same
 * picture whatever the order of its parts. Nodes of `before` stay where they are as long as they are
 * at least half of the graph: what is new is fitted in around them.
 */
export function layoutGraph(
  { nodes, edges }: GraphShape,
  before: ReadonlyMap<string, Point> = new Map(),
  room: FlowRoom = FLOW_ROOM.right,
): ReadonlyMap<string, Point> {
  const sorted = [...nodes].sort()
  const kept = sorted.filter((id) => before.has(id)).length
  const neighbours = neighboursOf(sorted, edges)
  if (kept > 0 && kept >= sorted.length * KNOWN_SHARE) {
    return fitIn(sorted, neighbours, before, room)
  }
  const columns = orderColumns(rankNodes(sorted, neighbours), neighbours)
  return placeColumns(splitTall(columns, sorted.length), neighbours, room)
}

/** Callers and callees of each node, sorted, each once, without itself. */
type Neighbours = ReadonlyMap<string, { readonly callers: string[]; readonly callees: string[] }>

function neighboursOf(nodes: readonly string[], edges: GraphShape['edges']): Neighbours {
  const sets = new Map(
    nodes.map((id) => [id, { callers: new Set<string>(), callees: new Set<string>() }]),
  )
  for (const { from, to } of edges) {
    if (from === to) continue
    sets.get(from)?.callees.add(to)
    sets.get(to)?.callers.add(from)
  }
  return new Map(
    [...sets].map(([id, { callers, callees }]) => [
      id,
      { callers: [...callers].sort(), callees: [...callees].sort() },
    ]),
  )
}

/** The column of each node: one right of its last caller; who is called by none, left of its first callee. */
function rankNodes(nodes: readonly string[], neighbours: Neighbours): ReadonlyMap<string, number> {
  const { order, forward } = breakCycles(nodes, (id) => neighbours.get(id)?.callees ?? [])
  const ranks = new Map(nodes.map((id) => [id, 0]))
  for (const id of order) {
    const rank = ranks.get(id) ?? 0
    for (const callee of forward.get(id) ?? []) {
      ranks.set(callee, Math.max(ranks.get(callee) ?? 0, rank + 1))
    }
  }
  for (const id of nodes) {
    const callees = forward.get(id) ?? []
    if (callees.length === 0 || (neighbours.get(id)?.callers.length ?? 0) > 0) continue
    ranks.set(id, Math.min(...callees.map((callee) => ranks.get(callee) ?? 1)) - 1)
  }
  return ranks
}

/** Nodes of each column from top to bottom, by the mean place of their neighbours. */
function orderColumns(
  ranks: ReadonlyMap<string, number>,
  neighbours: Neighbours,
): readonly (readonly string[])[] {
  const columns: string[][] = []
  for (const [id, rank] of ranks) {
    columns[rank] ??= []
    columns[rank].push(id)
  }
  const share = new Map<string, number>()
  const note = (column: readonly string[]) => {
    for (const [index, id] of column.entries()) share.set(id, (index + 0.5) / column.length)
  }
  columns.forEach(note)
  for (let sweep = 0; sweep < ORDER_SWEEPS; sweep++) {
    const side = sweep % 2 === 0 ? 'callers' : 'callees'
    for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
      const wanted = new Map(
        column.map((id) => [id, meanOf(neighbours.get(id)?.[side] ?? [], share) ?? share.get(id)]),
      )
      column.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || (a < b ? -1 : 1))
      note(column)
    }
  }
  return columns
}

/** A column much higher than the picture is wide goes on beside itself, in turns, so that order is kept. */
function splitTall(
  columns: readonly (readonly string[])[],
  size: number,
): readonly (readonly string[])[] {
  const most = Math.max(12, Math.ceil(2 * Math.sqrt(size)))
  return columns.flatMap((column) => {
    const parts = Math.ceil(column.length / most)
    return Array.from({ length: parts }, (_, part) =>
      column.filter((_id, index) => index % parts === part),
    )
  })
}

/** Heights that come as near to the mean of the neighbours' as order and distance allow. */
function placeColumns(
  columns: readonly (readonly string[])[],
  neighbours: Neighbours,
  room: FlowRoom,
): ReadonlyMap<string, Point> {
  const rows = new Map<string, number>()
  for (const column of columns) {
    for (const [index, id] of column.entries()) rows.set(id, index - (column.length - 1) / 2)
  }
  for (let sweep = 0; sweep < PLACE_SWEEPS; sweep++) {
    const isLast = sweep === PLACE_SWEEPS - 1
    for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
      const wanted = column.map((id) => {
        const { callers = [], callees = [] } = neighbours.get(id) ?? {}
        return meanOf([...callers, ...callees], rows) ?? rows.get(id) ?? 0
      })
      for (const [index, row] of spaceOut(wanted, isLast).entries()) {
        rows.set(column[index] ?? '', row)
      }
    }
  }
  const top = Math.min(...rows.values())
  return new Map(
    columns.flatMap((column, rank) =>
      column.map((id) => [
        id,
        { x: rank * room.column, y: Math.round(((rows.get(id) ?? 0) - top) * room.row) },
      ]),
    ),
  )
}

/**
 * The rows nearest to `wanted`, by least squares, that keep the order and are at least 1 apart:
 * an isotonic regression of what is wanted less the index. Halves when `snapped`.
 */
export function spaceOut(wanted: readonly number[], snapped: boolean): readonly number[] {
  const blocks: { sum: number; count: number }[] = []
  for (const [index, row] of wanted.entries()) {
    let block = { sum: row - index, count: 1 }
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (last.sum / last.count <= block.sum / block.count) break
      block = { sum: last.sum + block.sum, count: last.count + block.count }
      blocks.pop()
    }
    blocks.push(block)
  }
  const level = (value: number) => (snapped ? Math.round(value * 2) / 2 : value)
  return blocks
    .flatMap(({ sum, count }) => Array<number>(count).fill(level(sum / count)))
    .map((row, index) => row + index)
}

/** New nodes go right of their callers, else left of their callees, to the free place nearest to them. */
function fitIn(
  nodes: readonly string[],
  neighbours: Neighbours,
  before: ReadonlyMap<string, Point>,
  room: FlowRoom,
): ReadonlyMap<string, Point> {
  const places = new Map<string, Point>()
  const taken = new Map<number, number[]>()
  const put = (id: string, point: Point) => {
    places.set(id, point)
    taken.set(point.x, [...(taken.get(point.x) ?? []), point.y])
  }
  for (const id of nodes) {
    const known = before.get(id)
    if (known !== undefined) put(id, known)
  }
  let waiting = nodes.filter((id) => !places.has(id))
  while (waiting.length > 0) {
    const next =
      waiting.find((id) => {
        const { callers = [], callees = [] } = neighbours.get(id) ?? {}
        return [...callers, ...callees].some((other) => places.has(other))
      }) ?? waiting[0]
    if (next === undefined) break
    put(next, placeBeside(next, neighbours, places, taken, room))
    waiting = waiting.filter((id) => id !== next)
  }
  return places
}

function placeBeside(
  id: string,
  neighbours: Neighbours,
  places: ReadonlyMap<string, Point>,
  taken: ReadonlyMap<number, readonly number[]>,
  { column, row }: FlowRoom,
): Point {
  const placed = (ids: readonly string[]) => ids.flatMap((other) => places.get(other) ?? [])
  const callers = placed(neighbours.get(id)?.callers ?? [])
  const callees = placed(neighbours.get(id)?.callees ?? [])
  const x =
    callers.length > 0
      ? Math.max(...callers.map((point) => point.x)) + column
      : callees.length > 0
        ? Math.min(...callees.map((point) => point.x)) - column
        : 0
  const near = callers.length > 0 ? callers : callees
  const mean = near.reduce((sum, point) => sum + point.y, 0) / Math.max(1, near.length)
  const others = taken.get(x) ?? []
  const start = Math.round(mean / (row / 2)) * (row / 2)
  for (let step = 0; ; step++) {
    const free = [start + (step * row) / 2, start - (step * row) / 2].find((y) =>
      others.every((other) => Math.abs(other - y) >= row),
    )
    if (free !== undefined) return { x, y: free }
  }
}

function meanOf(ids: readonly string[], values: ReadonlyMap<string, number>): number | undefined {
  if (ids.length === 0) return undefined
  return ids.reduce((sum, id) => sum + (values.get(id) ?? 0), 0) / ids.length
}
