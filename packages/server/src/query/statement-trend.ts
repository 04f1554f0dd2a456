import { type Nanos, type UnixNanos, unixNanos } from '@fluoroscope/model'
import { INT64, UINT8, UINT64 } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { instant, integer, type Sql, sql, text, unsigned } from '../store/sql.ts'
import { UNTOLD_STATEMENT } from '../store/statement-column.ts'
import { minutesOf } from './minute-range.ts'
import type { TimeWindow } from './trace-search.ts'

/** Which calls: those with a statement, by its fingerprint, to what they name. */
export type StatementQuestion = {
  readonly statement: bigint
  readonly name: string
  readonly window: TimeWindow
  /** Into so many parts of the same length the window is cut; 1 or more. */
  readonly parts: number
}

/** How completed calls did; each call counts once, in the order throttle, fault, error (xray-behaviour 9.6). */
export type CallNumbers = {
  readonly calls: number
  readonly faults: number
  /** Those that were throttled among them. */
  readonly errors: number
  readonly median: Nanos
  readonly p95: Nanos
}

export type StatementTrend = {
  /** Of all calls that were read; undefined for none. */
  readonly total: CallNumbers | undefined
  /** By the index of the part of the window in which they started; parts without calls are left out. */
  readonly parts: ReadonlyMap<number, CallNumbers>
  /** Calls before were not read, for there are too many: the start of the window, or of one of its parts. */
  readonly readFrom: UnixNanos
  /** Rows of calls before {@link readFrom}; those that were sent twice count twice. */
  readonly unread: number
  /** Rows of calls to the same that do not tell their statement, since they were written before it was kept. */
  readonly untold: number
}

/**
 * How a statement did over time. Reads a million of its newest calls at most, and says how many it left.
 * @throws StoreError `query-limit` where reading takes longer than somebody waits
 */
export async function findStatementTrend(
  database: Database,
  question: StatementQuestion,
  mostCalls = MAX_CALLS,
): Promise<StatementTrend> {
  const { window, parts } = question
  const rows = await countRows(database, question)
  const untold = rows.find(({ isTold }) => !isTold)?.rows ?? 0
  const counts = new Map(rows.filter(({ isTold }) => isTold).map((row) => [row.part, row.rows]))
  const { first, unread } = newestParts(counts, parts, mostCalls)
  const readFrom = first === 0 ? window.from : partStart(question, first)
  const numbers = await database.rows(readQuery(question, readFrom), NUMBERS, LIMITS)
  const found = new Map<number, CallNumbers>()
  let total: CallNumbers | undefined
  for (const row of numbers) {
    const told = {
      calls: Number(row.calls),
      faults: Number(row.faults),
      errors: Number(row.errors),
      median: Number(row.median) as Nanos,
      p95: Number(row.p95) as Nanos,
    }
    if (row.is_total === 1) total = told.calls === 0 ? undefined : told
    else found.set(Number(row.part), told)
  }
  return { total, parts: found, readFrom, unread, untold }
}

/**
 * No index leads to a statement: all rows of the time are looked at. Of a day of 10,000,000 rows that took the engine 1.0 s
 * of CPU where none had it, and 3 s where 30,000 to 1,000,000 had. The sort takes some 100 B a row.
 */
const MAX_CALLS = 1_000_000
/** Two queries stay below the 30 s that the console waits. */
const LIMITS = { seconds: 12 } as const

const NUMBERS = {
  is_total: UINT8,
  part: INT64,
  calls: UINT64,
  faults: UINT64,
  errors: UINT64,
  median: INT64,
  p95: INT64,
} as const

/** Of each part, and in one sum those that do not tell their statement. */
async function countRows(database: Database, question: StatementQuestion) {
  const { statement, name, window } = question
  const found = await database.rows(
    sql`SELECT
        statement != ${unsigned(UNTOLD_STATEMENT)} AS is_told,
        if(is_told, ${partOf(question)}, 0) AS part,
        count() AS rows
      FROM spans
      PREWHERE statement IN (${unsigned(statement)}, ${unsigned(UNTOLD_STATEMENT)})
      WHERE ${callsIn(window, name)}
      GROUP BY is_told, part`,
    { is_told: UINT8, part: INT64, rows: UINT64 },
    LIMITS,
  )
  return found.map((row) => ({
    isTold: row.is_told === 1,
    part: Number(row.part),
    rows: Number(row.rows),
  }))
}

/** From which part on the newest are not more than `most`, and how many lie before; the last part is always read. */
function newestParts(
  counts: ReadonlyMap<number, number>,
  parts: number,
  most: number,
): { readonly first: number; readonly unread: number } {
  let [first, read] = [parts - 1, counts.get(parts - 1) ?? 0]
  while (first > 0 && read + (counts.get(first - 1) ?? 0) <= most) {
    first -= 1
    read += counts.get(first) ?? 0
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return { first, unread: all - read }
}

/** One row of the first completed version of each call (xray-behaviour 4.4). */
function readQuery(question: StatementQuestion, from: UnixNanos): Sql {
  const { statement, name, window } = question
  return sql`SELECT
      grouping(part) = 1 AS is_total,
      part,
      count() AS calls,
      countIf(outcome = 'fault') AS faults,
      countIf(outcome IN ('error', 'throttle')) AS errors,
      quantileExact(0.5)(took) AS median,
      quantileExact(0.95)(took) AS p95
    FROM (
      SELECT
        ${partOf(question)} AS part,
        greatest(duration, 0) AS took,
        multiIf(
          throttle OR http_status = 429, 'throttle',
          fault, 'fault',
          error, 'error',
          http_status >= 500 AND http_status <= 599, 'fault',
          http_status >= 400 AND http_status <= 499, 'error',
          'ok'
        ) AS outcome
      FROM spans
      PREWHERE statement = ${unsigned(statement)}
      WHERE ${callsIn({ from, until: window.until }, name)}
      ORDER BY received
      LIMIT 1 BY trace_id, id
    )
    GROUP BY GROUPING SETS ((part), ())`
}

function callsIn(window: TimeWindow, name: string): Sql {
  return sql`${minutesOf(window)} AND start >= ${instant(window.from)} AND start < ${instant(window.until)}
    AND kind = 'subsegment' AND NOT in_progress AND name = ${text(name)}`
}

function partOf(question: StatementQuestion): Sql {
  const { window } = question
  return sql`intDiv(toUnixTimestamp64Nano(start) - ${integer(window.from)}, ${integer(partNanos(question))})`
}

function partStart(question: StatementQuestion, part: number): UnixNanos {
  return unixNanos(question.window.from + BigInt(part) * partNanos(question))
}

/** The last part is the shorter for it. */
function partNanos({ window, parts }: StatementQuestion): bigint {
  const size = (window.until - window.from) / BigInt(parts)
  return (window.until - window.from) % BigInt(parts) === 0n ? size : size + 1n
}
