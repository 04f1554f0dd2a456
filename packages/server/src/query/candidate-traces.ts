import type { TraceId, UnixNanos } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import { INSTANT, MINUTE, TRACE_ID } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import type { Sql } from '../store/sql.ts'
import {
  instant,
  integer,
  joinSql,
  minute,
  sql,
  traceId,
  traceIds,
  unsigned,
} from '../store/sql.ts'
import { clampMinute, minutesOf, wholeSeconds } from './minute-range.ts'
import type { RangeReach } from './minute-reach.ts'
import { narrowed, narrowedInReach, receivedIn, startlessIn } from './narrow-candidates.ts'
import type { TimeWindow, TraceFilter, TraceSearch } from './trace-search.ts'
import { liesIn } from './trace-search.ts'

/** A trace that may match, with the time the search orders by as far as its rows in the window tell. */
export type Candidate = { readonly id: TraceId; readonly time: UnixNanos }

/** What a search is for, as far as rows can tell. */
type CandidateSearch = Pick<TraceSearch, 'timeRangeType' | 'sampled'> & {
  readonly filter: Pick<TraceFilter, 'conditions'> | undefined
}

export type CandidateRequest = {
  /** The stretch of the search's range that is looked at. */
  readonly window: TimeWindow
  /** Only what was received until then: later pages see what the first one saw. */
  readonly asOf: UnixNanos
  /** The last candidate of the page before. */
  readonly after: Candidate | undefined
  /** All traces that can match, where these are known; undefined where the filter has to tell. */
  readonly among: readonly TraceId[] | undefined
  /** Of searches by `TraceId`: where the traces of the window have documents, if that is known. */
  readonly reach?: RangeReach | undefined
  readonly limit: number
}

/**
 * Candidates of one window, newest first, then by id: every trace that matches within the window, and
 * some that do not, such as the later part of a trace that began before it. So the caller assembles
 * each one and asks `matchedTime` whether it lies in the window.
 */
export async function findCandidates(
  database: Database,
  search: CandidateSearch,
  request: CandidateRequest,
): Promise<readonly Candidate[]> {
  const query = sql`
    SELECT trace_id, ${search.timeRangeType === 'TraceId' ? sql`min` : sql`max`}(stood) AS time
    FROM (
      SELECT trace_id, id, argMin(at, ${VERSION_ORDER}) AS stood
      FROM (${rowsOf(search, request)})
      WHERE ${filterCondition(search, request)}
      GROUP BY trace_id, id
    )
    GROUP BY trace_id
    ${request.after === undefined ? sql`` : sql`HAVING ${behind(request.after)}`}
    ORDER BY time DESC, trace_id
    LIMIT ${integer(request.limit)}`
  const rows = await database.rows(query, { trace_id: TRACE_ID, time: INSTANT })
  return rows.map((row) => ({ id: row.trace_id, time: row.time }))
}

/**
 * The beginning of the latest minute within `window` under which documents are filed, which is that of
 * their start as a rule; undefined for none, or where the index cannot tell.
 */
export async function findNewestMinute(
  database: Database,
  window: TimeWindow,
): Promise<UnixNanos | undefined> {
  const query = sql`
    SELECT minute FROM spans WHERE ${minutesOf(window)} ORDER BY minute DESC LIMIT 1`
  const [row] = await database.rows(query, { minute: MINUTE })
  if (row === undefined) return undefined
  const start = unixNanos(BigInt(row.minute) * NANOS_PER_SECOND)
  return liesIn(start, window) ? start : window.from
}

const NANOS_PER_SECOND = 1_000_000_000n

/** Of the versions of an id the first completed one stands, else the last (xray-behaviour 4.4). */
const VERSION_ORDER = sql`tuple(
  in_progress,
  if(in_progress, -toUnixTimestamp64Nano(received), toUnixTimestamp64Nano(received))
)`

/** Of `(time, trace_id)`: it comes after the candidate. */
export function behind({ id, time }: Candidate): Sql {
  const at = instant(time)
  return sql`(time < ${at} OR (time = ${at} AND trace_id > ${traceId(id)}))`
}

function filterCondition(search: CandidateSearch, request: CandidateRequest): Sql {
  if (request.among !== undefined) return sql`true`
  const conditions = search.filter?.conditions ?? []
  if (conditions.length === 0) return sql`true`
  const { window, reach } = request
  if (reach !== undefined) return narrowedInReach(conditions, window, reach)
  return narrowed(conditions, window, rowsOf(search, request))
}

/** Rows `(trace_id, id, in_progress, received, at)`; `at` lies in the window. */
export function rowsOf(
  search: CandidateSearch,
  request: Pick<CandidateRequest, 'window' | 'asOf'> & Partial<Pick<CandidateRequest, 'among'>>,
): Sql {
  const shared = sharedConditions(search, request.asOf, request.among)
  switch (search.timeRangeType) {
    case 'TraceId':
      return starts(request.window, shared)
    case 'Event':
      return updates(request.window, shared)
    case 'Service':
      return ends(request.window, shared)
  }
}

/**
 * A trace starts with its earliest segment; where none starts after 1970 with its first receipt, and
 * that may be the receipt of a subsegment whose segment has not come.
 */
function starts(window: TimeWindow, shared: Sql): Sql {
  return sql`
    SELECT trace_id, id, in_progress, received, start AS at FROM spans
    WHERE ${minutesOf(window)} AND kind = 'segment'
      AND start > toDateTime64(0, 9, 'UTC')
      AND start >= ${instant(window.from)} AND start < ${instant(window.until)} AND ${shared}
    UNION ALL
    SELECT trace_id, id, in_progress, received, received AS at FROM spans
    WHERE ${startlessIn(window)} AND ${shared}`
}

function updates(window: TimeWindow, shared: Sql): Sql {
  return sql`
    SELECT trace_id, id, in_progress, received, received AS at FROM spans
    WHERE ${receivedIn(window)} AND id = document_id AND ${shared}`
}

/** How long before an end its document may have begun and still be found by `Service` searches. */
const LONGEST_DOCUMENT_SECONDS = 86_400n

/** No index knows ends, but what ends in the window began before its end, and most a short time. */
function ends(window: TimeWindow, shared: Sql): Sql {
  const lookBack = clampMinute(wholeSeconds(window.from) - LONGEST_DOCUMENT_SECONDS)
  return sql`
    SELECT trace_id, id, in_progress, received, fromUnixTimestamp64Nano(ended, 'UTC') AS at
    FROM (
      SELECT trace_id, id, in_progress, received, toUnixTimestamp64Nano(start) + duration AS ended
      FROM spans
      WHERE minute >= ${minute(lookBack)} AND start < ${instant(window.until)}
        AND NOT in_progress AND duration >= 0
        AND toUnixTimestamp64Nano(start) + duration >= ${integer(window.from)}
        AND toUnixTimestamp64Nano(start) + duration < ${integer(window.until)}
        AND ${shared}
    )`
}

function sharedConditions(
  search: CandidateSearch,
  asOf: UnixNanos,
  among: readonly TraceId[] | undefined,
): Sql {
  const conditions = [sql`received <= ${instant(asOf)}`, chosenTraces(search)]
  if (among !== undefined) {
    conditions.push(sql`(minute, trace_id) IN (
      SELECT minute, trace_id FROM trace_minutes WHERE trace_id IN ${traceIds(among)}
    )`)
  }
  return joinSql(conditions, ' AND ')
}

/** Of `trace_id`: the trace belongs to the fraction that is looked at. */
export function chosenTraces({ sampled }: Pick<TraceSearch, 'sampled'>): Sql {
  return sampled < 1 ? sql`sipHash64(trace_id) < ${unsigned(hashBelow(sampled))}` : sql`true`
}

/** The part of all 64-bit hashes that lies below makes up the fraction. */
function hashBelow(fraction: number): bigint {
  return BigInt(Math.floor(fraction * 2 ** 32)) << 32n
}
