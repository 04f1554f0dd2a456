import type { TraceId } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import {
  ARRAY,
  BOOL,
  INT64,
  MINUTE,
  type Row,
  TEXT,
  TRACE_ID,
  UINT8,
  UINT64,
} from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { instant, integer, type Sql, sql, unsigned } from '../store/sql.ts'
import type { RowCondition } from './compile-filter.ts'
import { MAX_LISTED_MINUTES, minuteIn } from './minute-list.ts'
import { narrowed } from './narrow-candidates.ts'
import type { TimeWindow } from './trace-search.ts'

/** What the service graph needs of a span; the names are those of `GRAPH_SPANS`. */
export const GRAPH_SPAN_COLUMNS = {
  trace_high: UINT64,
  trace_low: UINT64,
  received: INT64,
  /** The minute under which its document is filed, unix seconds. */
  minute: MINUTE,
  id: UINT64,
  /** 0 for none. */
  parent_id: UINT64,
  document_id: UINT64,
  is_segment: BOOL,
  in_progress: BOOL,
  /** Nanoseconds since 1970. */
  start: INT64,
  /** Nanoseconds; 0 while in progress. */
  duration: INT64,
  /** Index into `OUTCOMES`. */
  outcome: UINT8,
  /** The node of a segment, or the callee of a call; '' for the program's own work. */
  name: TEXT,
  type: TEXT,
  /** '' for the sender's own account. */
  account: TEXT,
  /** What sent the messages that started a segment; both lists have the same length. */
  link_traces: ARRAY(TRACE_ID),
  link_ids: ARRAY(UINT64),
} as const

export type GraphSpan = Row<typeof GRAPH_SPAN_COLUMNS>

/** As `outcomeOf` tells them from flags and status. */
export const OUTCOMES = ['ok', 'error', 'throttle', 'fault'] as const

/** Some of the traces with documents in some minutes; their rows stay in the memory of the engine. */
export type GraphSpanSlice = {
  /** Starts of minutes in unix seconds, at most `MAX_LISTED_MINUTES`. */
  readonly minutes: readonly number[]
  /** Every minute in which these traces have documents; undefined where too many to list. */
  readonly allMinutes: readonly number[] | undefined
  /** Traces of `minutes` that start outside may be left out. */
  readonly window: TimeWindow
  /** The traces are dealt out to `parts` parts by their id; this is one of them. */
  readonly part: number
  readonly parts: number
}

/**
 * All rows of the traces that have a document in one of the minutes, wherever the other documents of
 * the trace are; the rows of a trace follow one another, by receipt and document.
 */
export function graphSpans(slice: GraphSpanSlice): Sql {
  return spansWhere(sql`${partOf(slice)} AND ${tracesIn(slice)}`)
}

/** All rows of the traces that those of `slice` link to, as `graphSpans`. */
export function linkedSpans(slice: GraphSpanSlice): Sql {
  const linked = sql`(SELECT DISTINCT arrayJoin(link_traces) FROM spans
    WHERE notEmpty(link_traces) AND ${partOf(slice)} AND ${tracesIn(slice)})`
  return spansWhere(sql`minute IN (SELECT minute FROM trace_minutes WHERE trace_id IN ${linked})
    AND trace_id IN ${linked}`)
}

/** Of a row, in the form that `TRACE_ID` reads. */
export function traceIdOf({ trace_high, trace_low }: GraphSpan): TraceId {
  const hex = `${trace_high.toString(16).padStart(16, '0')}${trace_low.toString(16).padStart(16, '0')}`
  return `1-${hex.slice(0, 8)}-${hex.slice(8)}` as TraceId
}

function spansWhere(condition: Sql): Sql {
  return sql`SELECT
    reinterpretAsUInt64(reverse(substring(trace_id, 1, 8))) AS trace_high,
    reinterpretAsUInt64(reverse(substring(trace_id, 9, 8))) AS trace_low,
    toUnixTimestamp64Nano(spans.received) AS received,
    minute,
    id,
    parent_id,
    document_id,
    (kind = 'segment')::Bool AS is_segment,
    in_progress,
    toUnixTimestamp64Nano(spans.start) AS start,
    duration,
    multiIf(
      throttle OR http_status = 429, 2,
      fault, 3,
      error, 1,
      http_status BETWEEN 500 AND 599, 3,
      http_status BETWEEN 400 AND 499, 1,
      0)::UInt8 AS outcome,
    toString(if(is_segment, spans.name, callee_name)) AS name,
    toString(if(is_segment, origin, callee_type)) AS type,
    toString(if(aws_account = spans.account, '', aws_account)) AS account,
    link_traces,
    link_ids
  FROM spans
  WHERE ${condition}
  ORDER BY trace_id, spans.received, document_id, in_progress, spans.start, id`
}

function partOf({ part, parts }: GraphSpanSlice): Sql {
  if (parts === 1) return sql`true`
  return sql`cityHash64(trace_id) % ${unsigned(BigInt(parts))} = ${unsigned(BigInt(part))}`
}

function tracesIn({ minutes, allMinutes, window }: GraphSpanSlice): Sql {
  const inMinutes = minuteIn(minutes)
  const listed = new Set(minutes)
  const isCut = minutes.some((minute) => !isWithin(minute, window))
  if (!isCut && allMinutes?.every((minute) => listed.has(minute))) return inMinutes
  const mayStart = isCut ? sql`${inMinutes} AND ${mayStartIn(window)}` : inMinutes
  const someRow = sql`trace_id IN (SELECT trace_id FROM spans WHERE ${mayStart})`
  return allMinutes === undefined ? someRow : sql`${minuteIn(allMinutes)} AND ${someRow}`
}

function isWithin(minute: number, { from, until }: TimeWindow): boolean {
  const start = BigInt(minute) * NANOS_PER_SECOND
  return start >= from && start + 60n * NANOS_PER_SECOND <= until
}

/**
 * Of a row in the minute that a trace starts in: not one whose own start lies in that minute, outside of
 * the window. What has no time, or another minute than its own, tells nothing.
 */
function mayStartIn({ from, until }: TimeWindow): Sql {
  return sql`(toStartOfMinute(spans.start) != minute
    OR (spans.start >= ${instant(from)} AND spans.start < ${instant(until)}))`
}

/**
 * The traces with documents in one of the minutes, at most `MAX_LISTED_MINUTES`, less those that some
 * of the conditions of `compileFilter` rules out. @throws StoreError
 */
export async function findTracesOfMinutes(
  database: Database,
  minutes: readonly number[],
  conditions: readonly RowCondition[],
): Promise<readonly TraceId[]> {
  const rows = sql`SELECT DISTINCT trace_id FROM spans WHERE ${minuteIn(minutes)}`
  const window = {
    from: unixNanos(BigInt(Math.min(...minutes)) * NANOS_PER_SECOND),
    until: unixNanos(BigInt(Math.max(...minutes) + 60) * NANOS_PER_SECOND),
  }
  const possible = conditions.length === 0 ? sql`true` : narrowed(conditions, window, rows)
  const found = await database.rows(sql`${rows} AND ${possible} ORDER BY trace_id`, {
    trace_id: TRACE_ID,
  })
  return found.map((row) => row.trace_id)
}

const NANOS_PER_SECOND = 1_000_000_000n

/**
 * The minutes in which the traces with documents in `minutes` have documents, ascending; undefined
 * where they are too many to list. @throws StoreError
 */
export async function findMinutesOfTraces(
  database: Database,
  minutes: readonly number[],
): Promise<readonly number[] | undefined> {
  const rows = await database.rows(
    sql`SELECT DISTINCT minute FROM trace_minutes
      WHERE trace_id IN (SELECT trace_id FROM spans WHERE ${minuteIn(minutes)})
      ORDER BY minute LIMIT ${integer(MAX_LISTED_MINUTES + 1)}`,
    { minute: MINUTE },
  )
  return rows.length > MAX_LISTED_MINUTES ? undefined : rows.map(({ minute }) => minute)
}

/** Rows by the minute of their document; minutes without any are left out. @throws StoreError */
export async function countSpansByMinute(
  database: Database,
  minutes: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await database.rows(
    sql`SELECT minute, count() AS spans FROM spans
      WHERE ${minuteIn(minutes)} GROUP BY minute ORDER BY minute`,
    { minute: MINUTE, spans: UINT64 },
  )
  return new Map(rows.map(({ minute, spans }) => [minute, Number(spans)]))
}
