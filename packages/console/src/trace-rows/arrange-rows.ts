import { IdIndex } from './id-index.ts'
import { ownTimes } from './own-times.ts'
import type { RowStore } from './row-store.ts'
import { FLAG, type TraceRows } from './trace-rows.ts'

/** The rows of a trace in the order of its tree, and where each stands in the store. */
export type ArrangedRows = {
  readonly rows: TraceRows
  /** Index in the store of each row. */
  readonly order: Uint32Array
}

/**
 * Hangs segments below their callers (xray-behaviour 7.1) and lists all rows depth first, siblings by
 * start. Segments whose parent is missing are roots of their own, after those that name none; of
 * segments that call each other in a circle the first is such a root.
 * @param asOfMicros while something is in progress the trace reaches to here at least, unless nothing
 * has happened in it for long: then it was not told when it ended
 */
export function arrangeRows(store: RowStore, asOfMicros?: number): ArrangedRows {
  const { parent, missing } = findParents(store)
  const order = new Uint32Array(store.count)
  const place = new Int32Array(store.count)
  walk(store, parent, missing, (row, index) => {
    order[index] = row
    place[row] = index
  })
  const tree = treeColumns(parent, order, place)
  const time = timeColumns(store, order, asOfMicros)
  const pick = <Column extends Uint8Array | Uint16Array | Uint32Array>(from: Column) =>
    from.map((_value, index) => from[order[index] ?? 0] ?? 0) as Column
  const flags = pick(store.flags.values)
  for (let index = 0; index < order.length; index++) {
    if (missing[order[index] ?? 0] === 1) flags[index] = (flags[index] ?? 0) | FLAG.parentMissing
  }
  const [idHigh, idLow] = [pick(store.idHigh.values), pick(store.idLow.values)]
  const rows: TraceRows = {
    count: order.length,
    ...tree,
    ...time,
    own: ownTimes({ ...tree, ...time }),
    flags,
    kind: pick(store.kind.values),
    status: pick(store.status.values),
    name: pick(store.name.values),
    service: pick(store.service.values),
    text: pick(store.text.values),
    similar: pick(store.similar.values),
    idHigh,
    idLow,
    repeats: findRepeats(idHigh, idLow),
    strings: store.strings.table(),
  }
  return { rows, order }
}

type Parents = {
  /** In the store; -1 for roots. */
  readonly parent: Int32Array
  /** 1 for segments that name a parent and stand without it. */
  readonly missing: Uint8Array
}

function findParents(store: RowStore): Parents {
  const parent = store.parent.values.slice()
  const missing = new Uint8Array(store.count)
  const segments: number[] = []
  for (const [row, flags] of store.flags.values.entries()) {
    if ((flags & FLAG.segment) !== 0) segments.push(row)
  }
  const called = segments.filter((row) => namesCaller(store, row))
  if (called.length === 0) return { parent, missing }
  const ids = new IdIndex(store.idHigh.values, store.idLow.values)
  for (let row = 0; row < store.count; row++) ids.add(row)
  for (const row of called) {
    const [high, low] = [store.callerHigh.values[row] ?? 0, store.callerLow.values[row] ?? 0]
    const isSelf = store.idHigh.values[row] === high && store.idLow.values[row] === low
    const found = isSelf ? -1 : ids.find(high, low)
    if (found >= 0) parent[row] = found
    else missing[row] = 1
  }
  cutCircles(store, segments, parent, missing)
  return { parent, missing }
}

function namesCaller(store: RowStore, row: number): boolean {
  return store.callerHigh.values[row] !== 0 || store.callerLow.values[row] !== 0
}

/** Only a segment names its caller, so only there can a circle be closed. */
function cutCircles(
  store: RowStore,
  segments: readonly number[],
  parent: Int32Array,
  missing: Uint8Array,
): void {
  const segmentOf = store.segment.values
  const seenFrom = new Int32Array(store.count).fill(-1)
  for (const first of segments) {
    let row = first
    while (seenFrom[row] === -1) {
      seenFrom[row] = first
      const above = parent[row] ?? -1
      if (above < 0) break
      const caller = segmentOf[above] ?? -1
      if (seenFrom[caller] === first) {
        parent[caller] = -1
        missing[caller] = 1
        break
      }
      row = caller
    }
  }
}

/** Visits the rows of the store depth first, without a stack: each knows its first child and next sibling. */
function walk(
  store: RowStore,
  parent: Int32Array,
  missing: Uint8Array,
  visit: (row: number, index: number) => void,
): void {
  const { first, next } = siblingLists(store, parent, missing)
  let index = 0
  let row = first[store.count] ?? -1
  while (row >= 0) {
    visit(row, index++)
    const child = first[row] ?? -1
    if (child >= 0) {
      row = child
      continue
    }
    while (row >= 0 && (next[row] ?? -1) < 0) row = parent[row] ?? -1
    if (row >= 0) row = next[row] ?? -1
  }
}

/** The children of each row by start, as linked lists; those of the trace itself at index `count`. */
function siblingLists(store: RowStore, parent: Int32Array, missing: Uint8Array) {
  const { count } = store
  const start = store.start.values
  const first = new Int32Array(count + 1).fill(-1)
  const last = new Int32Array(count + 1).fill(-1)
  const next = new Int32Array(count).fill(-1)
  const unsorted = new Set<number>()
  const isAfter = (left: number, right: number) =>
    (missing[left] ?? 0) - (missing[right] ?? 0) || (start[left] ?? 0) - (start[right] ?? 0)
  for (const [row, above] of parent.entries()) {
    const list = above < 0 ? count : above
    const before = last[list] ?? -1
    if (before < 0) first[list] = row
    else next[before] = row
    if (before >= 0 && isAfter(before, row) > 0) unsorted.add(list)
    last[list] = row
  }
  for (const list of unsorted) sortList(first, next, list, isAfter)
  return { first, next }
}

function sortList(
  first: Int32Array,
  next: Int32Array,
  list: number,
  isAfter: (left: number, right: number) => number,
): void {
  const children: number[] = []
  for (let row = first[list] ?? -1; row >= 0; row = next[row] ?? -1) children.push(row)
  children.sort((left, right) => isAfter(left, right) || left - right)
  first[list] = children[0] ?? -1
  for (const [position, row] of children.entries()) next[row] = children[position + 1] ?? -1
}

function treeColumns(parents: Int32Array, order: Uint32Array, place: Int32Array) {
  const count = order.length
  const parent = new Int32Array(count)
  const depth = new Uint32Array(count)
  const end = new Int32Array(count)
  for (let index = 0; index < count; index++) {
    const above = parents[order[index] ?? 0] ?? -1
    const parentIndex = above < 0 ? -1 : (place[above] ?? -1)
    parent[index] = parentIndex
    depth[index] = parentIndex < 0 ? 0 : (depth[parentIndex] ?? 0) + 1
    end[index] = index + 1
  }
  for (let index = count - 1; index >= 0; index--) {
    const above = parent[index] ?? -1
    if (above >= 0) end[above] = Math.max(end[above] ?? 0, end[index] ?? 0)
  }
  return { parent, depth, end }
}

function timeColumns(store: RowStore, order: Uint32Array, asOfMicros: number | undefined) {
  const [starts, ends] = [store.start.values, store.end.values]
  const bounds = timeBounds(starts, ends, asOfMicros)
  const start = new Float64Array(order.length)
  const duration = new Float64Array(order.length)
  for (let index = 0; index < order.length; index++) {
    const row = order[index] ?? 0
    const [from, to] = [starts[row] ?? 0, ends[row] ?? 0]
    start[index] = (from - bounds.from) * 1000
    duration[index] = (to - from) * 1000
  }
  return { startMicros: bounds.from, span: (bounds.to - bounds.from) * 1000, start, duration }
}

const GROWING_MICROS = 5 * 60 * 1e6

/** A start of 0 or -1 is accepted on the wire but tells no time (xray-behaviour 7.4). */
function timeBounds(
  starts: Float64Array,
  ends: Float64Array,
  asOfMicros: number | undefined,
): { readonly from: number; readonly to: number } {
  let from = Number.POSITIVE_INFINITY
  let to = 0
  let isOpen = false
  for (const [row, start] of starts.entries()) {
    const end = ends[row] ?? Number.NaN
    isOpen ||= Number.isNaN(end)
    if (start > 0) from = Math.min(from, start)
    to = Math.max(to, Number.isNaN(end) ? start : end)
  }
  const isFresh = asOfMicros !== undefined && asOfMicros - to < GROWING_MICROS
  if (isOpen && isFresh) to = Math.max(to, asOfMicros)
  if (from === Number.POSITIVE_INFINITY) from = to
  return { from, to: Math.max(from, to) }
}

function findRepeats(high: Uint32Array, low: Uint32Array): ReadonlyMap<number, number> {
  const ids = new IdIndex(high, low)
  const uses = new Map<number, number>()
  const repeats = new Map<number, number>()
  for (let row = 0; row < high.length; row++) {
    const before = ids.add(row)
    if (before < 0) continue
    const use = (uses.get(before) ?? 1) + 1
    uses.set(before, use)
    repeats.set(row, use)
  }
  return repeats
}
