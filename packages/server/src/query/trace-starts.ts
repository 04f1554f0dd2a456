import type { UnixNanos } from '@fluoroscope/model'
import { ARRAY, DAY, ENUM8, INT64, MINUTE, UINT32, UINT64 } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { RowBinaryWriter } from '../store/row-binary.ts'
import { integer, minute as minuteOf, sql } from '../store/sql.ts'
import { writeRow } from './graph-columns.ts'
import type { GraphVersion } from './graph-minutes.ts'
import type { MinuteRange } from './minute-list.ts'
import type { MinuteReach } from './minute-reach.ts'
import type { TimeWindow } from './trace-search.ts'

/** When the traces that start in a minute do. */
export type MinuteStarts = {
  /** Start of the minute, unix seconds. */
  readonly minute: number
  readonly starts: readonly UnixNanos[]
  readonly reach: MinuteReach
}

/** Keeps the starts of minutes under the version of their graphs, after these. @throws StoreError */
export async function insertTraceStarts(
  database: Database,
  minutes: readonly MinuteStarts[],
  { day, version }: Pick<GraphVersion, 'day' | 'version'>,
): Promise<void> {
  const rows = new RowBinaryWriter(4096)
  for (const { minute, starts, reach } of minutes) {
    const row = { day, minute, version, starts: ascending(starts) }
    writeRow(rows, STORED, {
      ...row,
      reach: reach.isKnown ? 'known' : 'too far',
      reach_before: reach.before,
      reach_after: reach.after,
      reach_far: reach.far,
    })
  }
  const statement = `INSERT INTO trace_starts (${Object.keys(STORED).join(', ')}) FORMAT RowBinary`
  await database.insert(statement, once(rows.take()), `trace_starts-${version}`)
}

export type StartsOfMinute = {
  readonly minute: number
  /** Traces that start in the part of the minute. */
  readonly traces: number
  /** The most traces that start at one of the part's ends. */
  readonly atEnd: number
}

/**
 * How many traces start in each minute of a part of time, as last computed; ascending. Minutes that were
 * never computed are left out. @throws StoreError
 * @param minutes all minutes that the part touches
 */
export async function countStartsByMinute(
  database: Database,
  minutes: MinuteRange,
  part: TimeWindow,
): Promise<readonly StartsOfMinute[]> {
  const [from, until] = [sql`${integer(part.from)}`, sql`${integer(part.until)}`]
  const first = sql`minute = ${minuteOf(minutes.from)}`
  const last = sql`minute = ${minuteOf(minutes.to - SECONDS_PER_MINUTE)}`
  const within = sql`minute >= ${minuteOf(minutes.from)} AND minute < ${minuteOf(minutes.to)}`
  const [whole, ends] = await Promise.all([
    database.rows(
      sql`SELECT minute, argMax(length(starts), version) AS traces, toUInt64(0) AS at_end
        FROM trace_starts WHERE ${within} AND NOT (${first} OR ${last})
        GROUP BY minute ORDER BY minute`,
      COUNTED,
    ),
    database.rows(
      sql`SELECT minute,
          toUInt64(arrayCount(at -> at >= ${from} AND at < ${until}, newest)) AS traces,
          toUInt64(greatest(countEqual(newest, ${from}), countEqual(newest, ${until}))) AS at_end
        FROM (SELECT minute, argMax(starts, version) AS newest
          FROM trace_starts WHERE ${first} OR ${last} GROUP BY minute)
        ORDER BY minute`,
      COUNTED,
    ),
  ])
  return [...ends, ...whole]
    .map((row) => ({
      minute: row.minute,
      traces: Number(row.traces),
      atEnd: Number(row.at_end),
    }))
    .sort((left, right) => left.minute - right.minute)
}

const STORED = {
  day: DAY,
  minute: MINUTE,
  version: UINT64,
  starts: ARRAY(INT64),
  reach: ENUM8({ unknown: 0, known: 1, 'too far': 2 }),
  reach_before: UINT32,
  reach_after: UINT32,
  reach_far: ARRAY(MINUTE),
} as const
const COUNTED = { minute: MINUTE, traces: UINT64, at_end: UINT64 } as const

const SECONDS_PER_MINUTE = 60

function ascending(starts: readonly UnixNanos[]): readonly bigint[] {
  return [...BigInt64Array.from(starts).sort()]
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
