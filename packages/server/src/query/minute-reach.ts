import { unixNanos } from '@fluoroscope/model'
import { ARRAY, BOOL, MINUTE, UINT32, UINT64 } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { integer, minute as minuteOf, type Sql, sql } from '../store/sql.ts'
import { MAX_LISTED_MINUTES, type MinuteRange, minuteIn } from './minute-list.ts'
import { minutesOf } from './minute-range.ts'
import type { TimeWindow } from './trace-search.ts'

/** In which minutes the traces that have documents in some minute have them. */
export type MinuteReach = {
  /** False where `far` would be too long a list; then the others tell nothing. */
  readonly isKnown: boolean
  /** Seconds before and after the minute, at most {@link NEAR_SECONDS}. */
  readonly before: number
  readonly after: number
  /** Minutes farther away, unix seconds; at most {@link MAX_LISTED_MINUTES}. */
  readonly far: readonly number[]
}

/** All documents of most traces start within so long of each other. */
export const NEAR_SECONDS = 600

/** Where the documents are of the traces that have some in a range. */
export type RangeReach = MinuteReach & {
  /** Minutes of the range whose traces may have documents anywhere; ascending. */
  readonly changed: readonly number[]
}

/**
 * How far the traces of a range reach, as computed; undefined where that is not known of too many minutes.
 * @param range minutes, of which those without documents matter nothing
 * @param changed minutes of the range that have changed since they were computed, or never were
 * @throws StoreError
 */
export async function findRangeReach(
  database: Database,
  range: MinuteRange,
  changed: readonly number[],
): Promise<RangeReach | undefined> {
  if (changed.length > MAX_CHANGED) return undefined
  const known = changed.length === 0 ? sql`true` : sql`NOT (${minuteIn(changed)})`
  const [row] = await database.rows(
    sql`SELECT countIf(computed != 'known') AS unknown, max(before) AS before, max(after) AS after,
        groupUniqArrayArray(${integer(MAX_LISTED_MINUTES + 1)})(far) AS far
      FROM (SELECT argMax(reach, version) AS computed, argMax(reach_before, version) AS before,
          argMax(reach_after, version) AS after, argMax(reach_far, version) AS far
        FROM trace_starts
        WHERE minute >= ${minuteOf(range.from)} AND minute < ${minuteOf(range.to)} AND ${known}
        GROUP BY minute)`,
    { unknown: UINT64, before: UINT32, after: UINT32, far: ARRAY(MINUTE) },
  )
  if (row === undefined || row.unknown > 0n || row.far.length > MAX_LISTED_MINUTES) return undefined
  const { before, after, far } = row
  return { isKnown: true, before, after, far, changed }
}

/**
 * Every minute in which the traces with documents in one of `minutes` have documents, as computed; undefined
 * where that is not known of all of them, or too many to list. @throws StoreError
 */
export async function findReachedMinutes(
  database: Database,
  minutes: readonly number[],
): Promise<readonly number[] | undefined> {
  const rows = await database.rows(
    sql`SELECT minute, (argMax(reach, version) = 'known')::Bool AS is_known,
        argMax(reach_before, version) AS before, argMax(reach_after, version) AS after,
        argMax(reach_far, version) AS far
      FROM trace_starts WHERE ${minuteIn(minutes)} GROUP BY minute`,
    { minute: MINUTE, is_known: BOOL, before: UINT32, after: UINT32, far: ARRAY(MINUTE) },
  )
  const reached = new Set(minutes)
  for (const { minute, is_known, before, after, far } of rows) {
    if (!is_known) return undefined
    for (let at = minute - before; at <= minute + after; at += SECONDS_PER_MINUTE) reached.add(at)
    for (const each of far) reached.add(each)
  }
  return reached.size > MAX_LISTED_MINUTES ? undefined : [...reached].sort((a, b) => a - b)
}

/** While spans arrive some minutes always are; of many it is cheaper to ask each trace. */
const MAX_CHANGED = 30

/**
 * Of `minute`: where the documents are of the traces that start in the window; of those that start in
 * one of the changed minutes only most.
 */
export function withinReach(window: TimeWindow, reach: RangeReach): Sql {
  const least = changedIn(window, reach).length > 0 ? NEAR_SECONDS : 0
  const before = BigInt(Math.max(reach.before, least)) * NANOS_PER_SECOND
  const after = BigInt(Math.max(reach.after, least)) * NANOS_PER_SECOND
  const widened = {
    from: unixNanos(window.from > before ? window.from - before : 0n),
    until: unixNanos(window.until + after),
  }
  const near = minutesOf(widened)
  return reach.far.length === 0 ? sql`(${near})` : sql`((${near}) OR ${minuteIn(reach.far)})`
}

/** The minutes whose traces may have documents outside of what is in reach. */
export function changedIn({ from, until }: TimeWindow, { changed }: RangeReach): readonly number[] {
  return changed.filter((minute) => {
    const start = BigInt(minute) * NANOS_PER_SECOND
    return start < until && start + BigInt(SECONDS_PER_MINUTE) * NANOS_PER_SECOND > from
  })
}

const SECONDS_PER_MINUTE = 60
const NANOS_PER_SECOND = 1_000_000_000n
