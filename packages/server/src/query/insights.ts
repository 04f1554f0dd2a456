import type { Insight, InsightEvent, InsightId, UnixNanos } from '@fluoroscope/model'
import type { Database } from '../store/database.ts'
import { instant, integer, type Sql, sql, text } from '../store/sql.ts'
import {
  columnNames,
  EVENT_COLUMNS,
  eventOf,
  INSIGHT_COLUMNS,
  insightOf,
} from './insight-columns.ts'

/** Insights of one group that were active at some time in `[from, to)`. */
export type InsightSearch = {
  readonly groupArn: string
  readonly from: UnixNanos
  readonly to: UnixNanos
  /** Undefined for both. */
  readonly state: Insight['state'] | undefined
}

/** The last insight of the page before. */
export type InsightPosition = { readonly start: UnixNanos; readonly id: InsightId }

/** The insight as it is now; undefined for an unknown id. @throws StoreError */
export async function findInsight(database: Database, id: InsightId): Promise<Insight | undefined> {
  const [row] = await database.rows(
    sql`SELECT ${columnNames(INSIGHT_COLUMNS)} FROM insights
      WHERE id = ${text(id)} ORDER BY updated DESC LIMIT 1`,
    INSIGHT_COLUMNS,
  )
  return row === undefined ? undefined : insightOf(row)
}

/**
 * The first `limit` insights behind `after`, the latest started first, then by id downwards.
 * @throws StoreError
 */
export async function findInsights(
  database: Database,
  search: InsightSearch,
  after: InsightPosition | undefined,
  limit: number,
): Promise<readonly Insight[]> {
  const { groupArn, from, to, state } = search
  const newest = sql`SELECT ${columnNames(INSIGHT_COLUMNS)} FROM insights
    WHERE group_arn = ${text(groupArn)} AND start < ${instant(to)}
    ORDER BY updated DESC LIMIT 1 BY id`
  const rows = await database.rows(
    sql`SELECT ${columnNames(INSIGHT_COLUMNS)} FROM (${newest})
      WHERE (state = 'active' OR end >= ${instant(from)})
      ${state === undefined ? NOTHING : sql`AND state = ${text(state)}`}
      ${after === undefined ? NOTHING : sql`AND (start, id) < (${instant(after.start)}, ${text(after.id)})`}
      ORDER BY start DESC, id DESC LIMIT ${integer(limit)}`,
    INSIGHT_COLUMNS,
  )
  return rows.map(insightOf)
}

/**
 * The first `limit` events of an insight that are older than `before`, the newest first.
 * @throws StoreError
 */
export async function findInsightEvents(
  database: Database,
  id: InsightId,
  before: UnixNanos | undefined,
  limit: number,
): Promise<readonly InsightEvent[]> {
  const rows = await database.rows(
    sql`SELECT ${columnNames(EVENT_COLUMNS)} FROM insights
      WHERE id = ${text(id)} AND event
      ${before === undefined ? NOTHING : sql`AND updated < ${instant(before)}`}
      ORDER BY updated DESC LIMIT 1 BY updated LIMIT ${integer(limit)}`,
    EVENT_COLUMNS,
  )
  return rows.map(eventOf)
}

const NOTHING: Sql = sql``
