import type { DurationHistogram, RequestStatistics, ServiceSelector } from '@fluoroscope/model'
import { INT64, MINUTE } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { identifier, integer, joinSql, minute, type Sql, sql, text } from '../store/sql.ts'
import { histogramOf, REQUEST_COLUMNS, statisticsOf } from './graph-columns.ts'
import { histogramSum } from './graph-minutes.ts'
import { type MinuteRange, minuteIn, minuteWithin } from './minute-list.ts'

/** Chooses nodes; a member that is undefined allows anything. */
export type SeriesSelector = ServiceSelector & {
  /** Its account is that which the data belong to: nodes that name none have it too. */
  readonly isOwnAccount?: boolean
}

/** Whose requests a time series counts; the account '' is the one that the data belong to. */
export type SeriesEntity =
  /** Requests that enter: the edge from each client to its root. */
  | { readonly kind: 'entries' }
  /** The nodes that match. */
  | { readonly kind: 'service'; readonly service: SeriesSelector }
  /** The calls between nodes that match, as callers saw them. */
  | { readonly kind: 'edge'; readonly from: SeriesSelector; readonly to: SeriesSelector }

export type StoredSeries = {
  /** The minutes of completion that count. */
  readonly completed: MinuteRange
  /** Seconds of a bucket: a whole number of minutes. */
  readonly period: number
  readonly entity: SeriesEntity
  /** Minutes of trace starts that are left out, at most `MAX_LISTED_MINUTES`. */
  readonly without: readonly number[]
  readonly grouping: string
  /** The minutes of trace starts that count. */
  readonly range: MinuteRange
}

export type StoredBucket = {
  /** End of the bucket, unix seconds. */
  readonly end: number
  readonly statistics: RequestStatistics
  readonly responseTimes: DurationHistogram
}

/** The requests of the newest versions of all minutes, by when they ended. @throws StoreError */
export async function findStoredSeries(
  database: Database,
  { completed, period, entity, without, ...traces }: StoredSeries,
): Promise<readonly StoredBucket[]> {
  const table = entity.kind === 'service' ? 'graph_nodes' : 'graph_edges'
  const from = identifier(table)
  const within = sql`grouping = ${text(traces.grouping)} AND ${minuteWithin([traces.range])}`
  const left = without.length === 0 ? sql`true` : sql`NOT (${minuteIn(without)})`
  const rows = await database.rows(
    sql`SELECT (intDiv(toUnixTimestamp(completed), ${integer(period)}) + 1) * ${integer(period)} AS end,
        sum(${from}.ok) AS ok, sum(${from}.error) AS error, sum(${from}.throttle) AS throttle,
        sum(${from}.fault) AS fault, sum(${from}.total_nanos) AS total_nanos,
        mapKeys(${histogramSum(table, 'response')}) AS response_millis,
        mapValues(${histogramSum(table, 'response')}) AS response_counts
      FROM ${from}
      WHERE ${within} AND ${entityIs(entity)}
        AND completed >= ${minute(completed.from)} AND completed < ${minute(completed.to)}
        AND (minute, version) IN (
          SELECT minute, max(version) FROM graph_minutes
          WHERE ${within} AND ${left} GROUP BY minute
          HAVING argMax(last_completed, version) >= ${minute(completed.from)}
            AND argMax(first_completed, version) < ${minute(completed.to)})
      GROUP BY end ORDER BY end`,
    { end: INT64, ...REQUEST_COLUMNS },
  )
  return rows.map((row) => ({
    end: Number(row.end),
    statistics: statisticsOf(row),
    responseTimes: histogramOf(row.response_millis, row.response_counts),
  }))
}

/**
 * The minutes with documents of those traces in which something ended in the nanoseconds from `from`
 * to `to`, told by a document filed under one of `minutes`, at most `MAX_LISTED_MINUTES`.
 * @throws StoreError
 */
export async function findMinutesEnding(
  database: Database,
  minutes: readonly number[],
  { from, to }: { readonly from: bigint; readonly to: bigint },
): Promise<readonly number[]> {
  const end = sql`(toUnixTimestamp64Nano(start) + duration)`
  const rows = await database.rows(
    sql`SELECT DISTINCT minute FROM trace_minutes WHERE trace_id IN (
        SELECT trace_id FROM spans WHERE ${minuteIn(minutes)} AND NOT in_progress
          AND ${end} >= ${integer(from)} AND ${end} < ${integer(to)})
      ORDER BY minute`,
    { minute: MINUTE },
  )
  return rows.map((row) => row.minute)
}

function entityIs(entity: SeriesEntity): Sql {
  switch (entity.kind) {
    case 'entries':
      return sql`edge_type = 'call' AND from_type = 'client'`
    case 'service':
      return serviceIs('', entity.service)
    default:
      return sql`edge_type = 'call' AND ${serviceIs('from_', entity.from)}
        AND ${serviceIs('to_', entity.to)}`
  }
}

function serviceIs(prefix: '' | 'from_' | 'to_', selector: SeriesSelector): Sql {
  const { name, type, account, isOwnAccount } = selector
  const conditions = [sql`true`]
  const is = (column: string, value: string | undefined) => {
    if (value !== undefined) conditions.push(sql`${identifier(column)} = ${text(value)}`)
  }
  is(`${prefix}name`, name)
  is(`${prefix}type`, type)
  const named = identifier(`${prefix}account`)
  if (isOwnAccount && account !== undefined) {
    conditions.push(sql`${named} IN ('', ${text(account)})`)
  } else {
    is(`${prefix}account`, account)
  }
  return joinSql(conditions, ' AND ')
}
