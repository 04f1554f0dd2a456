import type { UnixNanos } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import { UINT64 } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import type { Sql } from '../store/sql.ts'
import { instant, joinSql, minute, sql } from '../store/sql.ts'
import { behind, chosenTraces, rowsOf } from './candidate-traces.ts'
import { clampMinute, wholeSeconds } from './minute-range.ts'
import type { PagePosition } from './page-token.ts'
import type { TimeWindow, TraceSearch } from './trace-search.ts'
import { windowOf } from './trace-search.ts'

/**
 * Traces in the part of the range between two positions of a search, whether they match its filter or
 * not: over all pages of a search each trace of the range is counted once. The rows of superseded
 * documents count like the others, and by start a trace goes by the minute its first document is filed
 * under: where these mislead, a trace is counted in another part of the range than it is shown in.
 * @param next where the part ends; undefined for the beginning of the range
 * @throws StoreError
 */
export async function countTraces(
  database: Database,
  search: TraceSearch,
  position: PagePosition,
  next: PagePosition | undefined,
): Promise<number> {
  const inside =
    next === undefined
      ? sql`${remaining(position)} AND time >= ${instant(windowOf(search).from)}`
      : sql`${remaining(position)} AND NOT (${remaining(next)})`
  const part = partBetween(search, position, next)
  if (part.from >= part.until) return 0
  const query =
    search.timeRangeType === 'TraceId'
      ? beginningWithin(search, position.asOf, part, inside)
      : latestWithin(search, position.asOf, part.from, inside)
  const [row] = await database.rows(query, { traces: UINT64 })
  return Number(row?.traces ?? 0n)
}

/** Of `(time, trace_id)`: what a search has not come to at a position. */
function remaining({ after, window }: PagePosition): Sql {
  return after === undefined ? sql`(time < ${instant(window.until)})` : behind(after)
}

function partBetween(
  search: TraceSearch,
  { after, window }: PagePosition,
  next: PagePosition | undefined,
): TimeWindow {
  return {
    from: next === undefined ? windowOf(search).from : (next.after?.time ?? next.window.until),
    until: after === undefined ? window.until : unixNanos(after.time + 1n),
  }
}

/**
 * By the minutes under which their documents are filed, far fewer than the spans; of the two minutes at
 * the ends more has to be known.
 */
function beginningWithin(search: TraceSearch, asOf: UnixNanos, part: TimeWindow, inside: Sql): Sql {
  const first = minuteOf(part.from)
  const last = minuteOf(unixNanos(part.until - 1n))
  const ends = [...new Set([first, last])].map((start) => {
    const from = unixNanos(BigInt(start) * NANOS_PER_SECOND)
    return rowsOf(search, { window: { from, until: unixNanos(from + NANOS_PER_MINUTE) }, asOf })
  })
  const filed = last - first < LONG_SECONDS ? filedInFew(first, last) : filedInMany(first, last)
  return sql`
    SELECT count() AS traces FROM (${filed})
    WHERE ${chosenTraces(search)}
      AND NOT (first IN (${minute(first)}, ${minute(last)}) AND trace_id IN (
        SELECT trace_id FROM (
          SELECT trace_id, min(at) AS time FROM (${joinSql(ends, ' UNION ALL ')}) GROUP BY trace_id
        ) WHERE NOT (${inside})
      ))`
}

/** From there on going through all traces takes no longer than finding those of the minutes. */
const LONG_SECONDS = 2 * 3600

/** `(trace_id, first)` of the traces that are first filed in these minutes: those not filed before. */
function filedInFew(first: number, last: number): Sql {
  const within = sql`minute >= ${minute(first)} AND minute <= ${minute(last)}`
  return sql`
    SELECT trace_id, min(minute) AS first FROM documents WHERE ${within} AND trace_id NOT IN (
      SELECT trace_id FROM trace_minutes WHERE minute < ${minute(first)}
        AND trace_id IN (SELECT trace_id FROM documents WHERE ${within})
    )
    GROUP BY trace_id`
}

/** Documents come after they begin, or less than a day before by the clocks of their senders. */
function filedInMany(first: number, last: number): Sql {
  return sql`
    SELECT trace_id, min(minute) AS first FROM trace_minutes
    WHERE day >= toDate(${minute(clampMinute(BigInt(first) - SECONDS_PER_DAY))})
    GROUP BY trace_id
    HAVING first >= ${minute(first)} AND first <= ${minute(last)}`
}

/** By the latest of their times, up to the end of what the search is for. */
function latestWithin(search: TraceSearch, asOf: UnixNanos, from: UnixNanos, inside: Sql): Sql {
  const until = search.timeRangeType === 'Event' ? unixNanos(asOf + 1n) : windowOf(search).until
  const rows = rowsOf(search, { window: { from, until }, asOf })
  return sql`
    SELECT count() AS traces FROM (
      SELECT trace_id, max(at) AS time FROM (${rows}) GROUP BY trace_id
    ) WHERE ${inside}`
}

const NANOS_PER_SECOND = 1_000_000_000n
const NANOS_PER_MINUTE = 60n * NANOS_PER_SECOND
const SECONDS_PER_MINUTE = 60n
const SECONDS_PER_DAY = 86_400n

function minuteOf(at: UnixNanos): number {
  const seconds = wholeSeconds(at)
  return clampMinute(seconds - (seconds % SECONDS_PER_MINUTE))
}
