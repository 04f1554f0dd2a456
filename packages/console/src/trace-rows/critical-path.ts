import { childrenOf, endAt, type TraceRows } from './trace-rows.ts'

/**
 * The chain of work that decided when the trace ended: at each moment of it one row, the innermost one
 * that everything after had to wait for. Where nothing ran there is none, so the path may be shorter
 * than the trace.
 */
export type CriticalPath = {
  /** Nanoseconds of all parts together. */
  readonly total: number
  /** Of each row, its own part of the path in nanoseconds. */
  readonly share: Float64Array
  /** The parts, by row and then by time: nanoseconds after the start of the trace. */
  readonly row: Int32Array
  readonly from: Float64Array
  readonly to: Float64Array
}

/** Both ends in nanoseconds after the start of the trace. */
type Part = { readonly row: number; readonly from: number; readonly to: number }

/**
 * Goes from the end of the trace backwards: of the children that had ended by then the last one is
 * what was waited for, down to the innermost; what no child explains is the row's own. Children count
 * as long as their parent runs: what a parent did not wait for does not hold it up.
 */
export function findCriticalPath(rows: TraceRows): CriticalPath {
  const share = new Float64Array(rows.count)
  const parts: Part[] = []
  const open: Part[] = []
  const take = (row: number, from: number, to: number) => {
    if (to <= from) return
    parts.push({ row, from, to })
    share[row] = (share[row] ?? 0) + to - from
  }
  open.push(...lastRunning(rows))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { row, from, to } = next
    let cursor = to
    for (const child of waitedFor(rows, [...childrenOf(rows, row)], next, open)) {
      take(row, child.to, cursor)
      cursor = child.from
    }
    take(row, from, cursor)
  }
  parts.sort((left, right) => left.row - right.row || left.from - right.from)
  return {
    total: parts.reduce((sum, { from, to }) => sum + to - from, 0),
    share,
    row: Int32Array.from(parts, ({ row }) => row),
    from: Float64Array.from(parts, ({ from }) => from),
    to: Float64Array.from(parts, ({ to }) => to),
  }
}

/** The parts of the path that lie in a row: indexes into its columns, the last one not included. */
export function partsOfRow({ row }: CriticalPath, wanted: number): readonly [number, number] {
  const first = firstAtLeast(row, wanted)
  let last = first
  while (row[last] === wanted) last++
  return [first, last]
}

/** Of `children` those that were waited for in the time of `within`, last first; each is opened. */
function waitedFor(
  rows: TraceRows,
  children: readonly number[],
  within: Part,
  open: Part[],
): readonly Part[] {
  const inside = children
    .map((row) => ({
      row,
      from: Math.max(within.from, rows.start[row] ?? 0),
      to: Math.min(within.to, endAt(rows, row)),
    }))
    .filter(({ from, to }) => to > from)
    .sort((left, right) => right.to - left.to || right.from - left.from)
  const found: Part[] = []
  let cursor = within.to
  for (const child of inside) {
    if (child.to > cursor) continue
    found.push(child)
    open.push(child)
    cursor = child.from
  }
  return found
}

/**
 * The roots from the end of the trace backwards: whichever ended last, as far back as it goes, before it
 * whichever of the others ended last, up to there. Roots do not wait for each other; what has no parent
 * here was started by something all the same.
 */
function lastRunning(rows: TraceRows): readonly Part[] {
  const parts: Part[] = []
  const roots = rootsOf(rows).sort((left, right) => endAt(rows, right) - endAt(rows, left))
  let cursor = rows.span
  for (const row of roots) {
    const from = Math.max(0, rows.start[row] ?? 0)
    if (from >= cursor) continue
    parts.push({ row, from, to: Math.min(cursor, endAt(rows, row)) })
    cursor = from
  }
  return parts.filter(({ from, to }) => to > from)
}

function rootsOf(rows: TraceRows): number[] {
  const roots: number[] = []
  for (let row = 0; row < rows.count; row = rows.end[row] ?? rows.count) roots.push(row)
  return roots
}

function firstAtLeast(sorted: Int32Array, wanted: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
