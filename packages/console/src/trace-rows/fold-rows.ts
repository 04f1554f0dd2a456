import { GrowingColumn } from './growing-column.ts'
import { childrenOf, endAt, outcomeBits, type TraceRows } from './trace-rows.ts'

/** Siblings that are shown as one row. */
export type Fold = {
  /** `similar`: many that do the same; `retries`: each but the last failed, one after the other. */
  readonly kind: 'similar' | 'retries'
  /** Rows, by start. */
  readonly members: Int32Array
  readonly failures: number
  /** The worst outcome, as the lowest bits of the flags. */
  readonly worst: number
  /** Nanoseconds after the start of the trace. */
  readonly from: number
  readonly to: number
  /** Nanoseconds of all members together. */
  readonly total: number
  /** No two ran at the same time. */
  readonly oneByOne: boolean
  /** How many members took how long: buckets of equal width on a logarithmic scale. */
  readonly durations: Uint32Array
  /** Which share of each part of the time from `from` to `to` some member ran. */
  readonly busy: Float32Array
}

/** All folds of a trace as columns: there may be tens of thousands, of which a window shows a few. */
export type Folds = {
  readonly count: number
  /** Of each fold its place in {@link FOLD_KINDS}. */
  readonly kind: Uint8Array
  /** Where the members of each fold begin in {@link members}; one more than there are folds. */
  readonly memberStart: Uint32Array
  readonly members: Int32Array
  /** Of each row the fold it is a member of; -1 for none. */
  readonly foldOf: Int32Array
}

const FOLD_KINDS = ['similar', 'retries'] as const

const MIN_SIMILAR = 5
const MIN_RETRIES = 2
const DURATION_BUCKETS = 12
const BUSY_PARTS = 64

/** Finds what can be shown as one row: five and more similar siblings, and attempts that failed until one did not. */
export function foldRows(rows: TraceRows): Folds {
  const foldOf = new Int32Array(rows.count).fill(-1)
  const kinds = new GrowingColumn((length) => new Uint8Array(length))
  const starts = new GrowingColumn((length) => new Uint32Array(length))
  const all = new GrowingColumn((length) => new Int32Array(length))
  const foldChildren = (children: Iterable<number>) => {
    for (const members of similarRows(rows, children)) {
      const kind = foldKind(rows, members)
      if (kind === undefined) continue
      starts.push(all.length)
      for (const row of members) {
        foldOf[row] = kinds.length
        all.push(row)
      }
      kinds.push(FOLD_KINDS.indexOf(kind))
    }
  }
  for (let row = 0; row < rows.count; row++) {
    const firstEnd = rows.end[row + 1] ?? 0
    const hasTwo = firstEnd > 0 && firstEnd < (rows.end[row] ?? 0)
    if (hasTwo) foldChildren(childrenOf(rows, row))
  }
  starts.push(all.length)
  return {
    count: kinds.length,
    kind: kinds.values.slice(),
    memberStart: starts.values.slice(),
    members: all.values.slice(),
    foldOf,
  }
}

/** The members of a fold by start; none of one that is not there. */
export function membersOf({ memberStart, members }: Folds, fold: number): Int32Array {
  return members.subarray(memberStart[fold] ?? 0, memberStart[fold + 1] ?? 0)
}

/** What there is to say of a fold, worked out once for each that is looked at. */
export function foldAt(rows: TraceRows, folds: Folds, fold: number | undefined): Fold | undefined {
  if (fold === undefined || fold < 0 || fold >= folds.count) return undefined
  const known = described.get(folds) ?? new Map<number, Fold>()
  described.set(folds, known)
  const kind = FOLD_KINDS[folds.kind[fold] ?? 0] ?? 'similar'
  const found = known.get(fold) ?? describeFold(rows, membersOf(folds, fold), kind)
  known.set(fold, found)
  return found
}

const described = new WeakMap<Folds, Map<number, Fold>>()

function similarRows(rows: TraceRows, siblings: Iterable<number>): Iterable<readonly number[]> {
  const bySimilar = new Map<number, number[]>()
  for (const row of siblings) {
    const similar = rows.similar[row] ?? 0
    const members = bySimilar.get(similar)
    if (members === undefined) bySimilar.set(similar, [row])
    else members.push(row)
  }
  return bySimilar.values()
}

function foldKind(rows: TraceRows, members: readonly number[]): Fold['kind'] | undefined {
  if (members.length < MIN_RETRIES) return undefined
  if (areRetries(rows, members)) return 'retries'
  return members.length >= MIN_SIMILAR ? 'similar' : undefined
}

function areRetries(rows: TraceRows, members: readonly number[]): boolean {
  return members
    .slice(0, -1)
    .every((row, index) => isFailed(rows, row) && !overlapsNext(rows, members, index))
}

function isFailed(rows: TraceRows, row: number): boolean {
  return ((rows.flags[row] ?? 0) & 3) !== outcomeBits('ok')
}

function overlapsNext(rows: TraceRows, members: ArrayLike<number>, index: number): boolean {
  const [row, next] = [members[index] ?? 0, members[index + 1]]
  return next !== undefined && endAt(rows, row) > (rows.start[next] ?? 0)
}

function describeFold(rows: TraceRows, members: Int32Array, kind: Fold['kind']): Fold {
  let [failures, worst, total] = [0, 0, 0]
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const row of members) {
    const outcome = (rows.flags[row] ?? 0) & 3
    if (outcome > 0) failures++
    worst = Math.max(worst, outcome)
    from = Math.min(from, rows.start[row] ?? 0)
    to = Math.max(to, endAt(rows, row))
    total += Math.max(0, rows.duration[row] || 0)
  }
  return {
    kind,
    members,
    failures,
    worst,
    from,
    to,
    total,
    oneByOne: members.every((_row, index) => !overlapsNext(rows, members, index)),
    durations: countDurations(rows, members),
    busy: busyShares(rows, members, from, to),
  }
}

function countDurations(rows: TraceRows, members: Int32Array): Uint32Array {
  const counts = new Uint32Array(DURATION_BUCKETS)
  const logs = Float64Array.from(members, (row) => Math.log(Math.max(1, rows.duration[row] || 1)))
  let [low, high] = [Number.POSITIVE_INFINITY, 0]
  for (const log of logs) {
    low = Math.min(low, log)
    high = Math.max(high, log)
  }
  const width = Math.max(1e-9, (high - low) / DURATION_BUCKETS)
  for (const log of logs) {
    const bucket = Math.min(DURATION_BUCKETS - 1, Math.floor((log - low) / width))
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  return counts
}

/** Members come by start, so the time they cover together is found in one pass. */
function busyShares(rows: TraceRows, members: Int32Array, from: number, to: number): Float32Array {
  const busy = new Float32Array(BUSY_PARTS)
  const part = Math.max(1, (to - from) / BUSY_PARTS)
  let reached = from
  for (const row of members) {
    const start = Math.max(reached, rows.start[row] ?? 0)
    const end = endAt(rows, row)
    if (end <= start) continue
    reached = end
    const last = Math.min(BUSY_PARTS - 1, Math.floor((end - from) / part))
    for (let index = Math.floor((start - from) / part); index <= last; index++) {
      const covered =
        Math.min(end, from + (index + 1) * part) - Math.max(start, from + index * part)
      busy[index] = Math.min(1, (busy[index] ?? 0) + covered / part)
    }
  }
  return busy
}
