import type { UnixNanos } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import { UINT64 } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import type { Sql } from '../store/sql.ts'
import { instant, joinSql, minute, sql } from '../store/sql.ts'
import { behind, chosenTraces, findNewestMinute, rowsOf } from './candidate-traces.ts'
import type { MinuteRange } from './minute-list.ts'
import { clampMinute, minuteOf } from './minute-range.ts'
import type { PagePosition } from './page-token.ts'
import type { TimeWindow, TraceSearch } from './trace-search.ts'
import { windowOf } from './trace-search.ts'
import { countStartsByMinute } from './trace-starts.ts'

/** The minutes of a range whose starts, as computed, may lack documents. @throws StoreError */
export type FindChangedMinutes = (range: MinuteRange) => Promise<readonly number[]>

/** The part of a search's range between two of its positions. */
export type CoveredPart = {
  readonly position: PagePosition
  /** Where the part ends; undefined for the beginning of the range. */
  readonly next: PagePosition | undefined
}

/**
 * Traces in a part of the range, whether they match the filter or not: over all pages of a search each
 * trace of the range is counted once. By start, what was computed of minutes tells, and documents only
 * of minutes that have changed since: there the rows of superseded documents count like the others, and
 * a trace goes by the minute its first document is filed under; where these mislead, a trace is counted
 * in another part of the range than it is shown in.
 * @param findChanged undefined to count documents alone
 * @throws StoreError
 */
export async function countTraces(
  database: Database,
  search: TraceSearch,
  covered: CoveredPart,
  findChanged: FindChangedMinutes | undefined,
): Promise<number> {
  const part = partBetween(search, covered)
  if (part.from >= part.until) return 0
  if (search.timeRangeType !== 'TraceId') return countLatest(database, search, covered, part)
  if (findChanged === undefined || search.sampled < 1) {
    return countBeginning(database, search, covered, part)
  }
  const { traces, rest } = await countComputed(database, covered, part, findChanged)
  const ranges = rest.length > MAX_RANGES ? [part] : rest
  const counts = await Promise.all(
    ranges.map((range) => countBeginning(database, search, covered, range)),
  )
  return counts.reduce((sum, count) => sum + count, rest.length > MAX_RANGES ? 0 : traces)
}

/** So many queries cost more than going through all documents of the range. */
const MAX_RANGES = 8

/** What the computed minutes of a part hold, and the ranges of it that are left. */
async function countComputed(
  database: Database,
  { position }: CoveredPart,
  part: TimeWindow,
  findChanged: FindChangedMinutes,
): Promise<{ readonly traces: number; readonly rest: readonly TimeWindow[] }> {
  const minutes = minutesOfPart(part)
  const changed = new Set(await findChanged(minutes))
  const computed = await countStartsByMinute(database, minutes, {
    from: part.from,
    // The candidate the part begins behind is the only trace of its time, or that minute is not used.
    until: position.after?.time ?? part.until,
  })
  const usable = computed.filter(({ minute: start, atEnd }) => atEnd <= 1 && !changed.has(start))
  return {
    traces: usable.reduce((sum, { traces }) => sum + traces, 0),
    rest: rangesBetween(part, minutes, usable),
  }
}

function minutesOfPart({ from, until }: TimeWindow): MinuteRange {
  const last = minuteOf(unixNanos(until - 1n))
  return { from: minuteOf(from), to: clampMinute(BigInt(last) + SECONDS_PER_MINUTE) }
}

/** What of a part lies in none of the minutes. */
function rangesBetween(
  part: TimeWindow,
  minutes: MinuteRange,
  without: readonly { readonly minute: number }[],
): readonly TimeWindow[] {
  const ranges: TimeWindow[] = []
  let from = minutes.from
  for (const to of [...without.map((each) => each.minute), minutes.to]) {
    if (from < to) ranges.push(clip(part, { from, to }, minutes))
    from = to + Number(SECONDS_PER_MINUTE)
  }
  return ranges
}

/** Whole minutes of a part; what lies beyond the minutes there are belongs to the first and the last. */
function clip(part: TimeWindow, { from, to }: MinuteRange, all: MinuteRange): TimeWindow {
  return {
    from: from === all.from ? part.from : unixNanos(BigInt(from) * NANOS_PER_SECOND),
    until: to === all.to ? part.until : unixNanos(BigInt(to) * NANOS_PER_SECOND),
  }
}

/** By start, from documents. */
async function countBeginning(
  database: Database,
  search: TraceSearch,
  covered: CoveredPart,
  part: TimeWindow,
): Promise<number> {
  const isLong = part.until - part.from >= LONG_NANOS
  // Going through all traces is spared where there are no documents.
  if (isLong && (await findNewestMinute(database, part)) === undefined) return 0
  const { asOf } = covered.position
  return count(database, beginningWithin(search, asOf, part, insideOf(search, covered)))
}

function countLatest(
  database: Database,
  search: TraceSearch,
  covered: CoveredPart,
  part: TimeWindow,
): Promise<number> {
  const { asOf } = covered.position
  return count(database, latestWithin(search, asOf, part.from, insideOf(search, covered)))
}

async function count(database: Database, query: Sql): Promise<number> {
  const [row] = await database.rows(query, { traces: UINT64 })
  return Number(row?.traces ?? 0n)
}

function insideOf(search: TraceSearch, { position, next }: CoveredPart): Sql {
  return next === undefined
    ? sql`${remaining(position)} AND time >= ${instant(windowOf(search).from)}`
    : sql`${remaining(position)} AND NOT (${remaining(next)})`
}

/** Of `(time, trace_id)`: what a search has not come to at a position. */
function remaining({ after, window }: PagePosition): Sql {
  return after === undefined ? sql`(time < ${instant(window.until)})` : behind(after)
}

function partBetween(search: TraceSearch, { position, next }: CoveredPart): TimeWindow {
  const { after, window } = position
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
  const filed =
    part.until - part.from < LONG_NANOS ? filedInFew(first, last) : filedInMany(first, last)
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
const LONG_NANOS = 2n * 3600n * 1_000_000_000n

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
