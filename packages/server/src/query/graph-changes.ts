import { INT64, MINUTE, UINT64 } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { identifier, integer, sql, text, unsigned } from '../store/sql.ts'
import { ALL_TRACES } from './graph-minutes.ts'

/** A minute in whose traces something has changed. */
type ChangedMinute = {
  /** Start of the minute, unix seconds. */
  readonly minute: number
  /** When the engine took the last of the new documents: milliseconds since 1970. */
  readonly inserted: number
}

export type ChangedMinutesFound = {
  /** Descending. */
  readonly minutes: readonly ChangedMinute[]
  /** When the engine looked, by the clock of `inserted`; undefined where nothing was found. */
  readonly now: number | undefined
}

/** Milliseconds since 1970 by the clock that stamps `documents.inserted`. @throws StoreError */
export async function engineNow(database: Database): Promise<number> {
  const [row] = await database.rows(sql`SELECT toUnixTimestamp64Milli(now64(3)) AS now`, {
    now: INT64,
  })
  return Number(row?.now ?? 0n)
}

/** From when to when documents were inserted, milliseconds since 1970; `until` undefined for all since. */
export type InsertedRange = { readonly since: number; readonly until: number | undefined }

/**
 * Every minute of every trace that got a document then, and every computed minute of traces that
 * link to those: a superset of the minutes whose graphs differ, since a trace may begin in any of its
 * minutes. At most `limit`, the newest. Relies on
 * documents being inserted after their spans and minutes.
 * @throws StoreError
 */
export async function findChangedMinutes(
  database: Database,
  { since, until }: InsertedRange,
  limit: number,
): Promise<ChangedMinutesFound> {
  const from = sql`documents.inserted >= fromUnixTimestamp64Milli(${integer(since)})`
  const inserted =
    until === undefined
      ? from
      : sql`${from} AND documents.inserted < fromUnixTimestamp64Milli(${integer(until)})`
  const changed = sql`SELECT trace_id, max(documents.inserted) AS last FROM documents
    WHERE ${inserted} GROUP BY trace_id`
  const of = (table: 'trace_minutes' | 'graph_links') => sql`SELECT minute, changed.last AS last
    FROM ${identifier(table)} AS held INNER JOIN (${changed}) AS changed ON changed.trace_id = held.trace_id
    WHERE held.trace_id IN (SELECT trace_id FROM documents WHERE ${inserted})`
  const rows = await database.rows(
    sql`SELECT minute, toUnixTimestamp64Milli(max(last)) AS inserted, toUnixTimestamp64Milli(now64(3)) AS now
      FROM (${of('trace_minutes')} UNION ALL ${of('graph_links')}) GROUP BY minute ORDER BY minute DESC LIMIT ${integer(limit)}`,
    { minute: MINUTE, inserted: INT64, now: INT64 },
  )
  const minutes = rows.map(({ minute, inserted }) => ({ minute, inserted: Number(inserted) }))
  const [row] = rows
  return { minutes, now: row && Number(row.now) }
}

/**
 * Minutes with documents but without a version, which its starts and reach complete, and minutes whose version holds rows that
 * retention has dropped since. At most `limit`, the newest. @throws StoreError
 */
export async function findNeglectedMinutes(
  database: Database,
  limit: number,
): Promise<readonly number[]> {
  const rows = await database.rows(
    sql`SELECT minute FROM (
        SELECT DISTINCT minute FROM trace_minutes
          WHERE minute NOT IN (SELECT minute FROM trace_starts WHERE reach != 'unknown')
        UNION DISTINCT
        SELECT minute FROM graph_minutes WHERE grouping = ${text(ALL_TRACES)} GROUP BY minute
          HAVING argMax(oldest, version) < (SELECT min(day) FROM trace_minutes))
      ORDER BY minute DESC LIMIT ${integer(limit)}`,
    { minute: MINUTE },
  )
  return rows.map(({ minute }) => minute)
}

/** What `saveProgress` last kept; undefined for nothing. @throws StoreError */
export async function findProgress(database: Database): Promise<number | undefined> {
  const rows = await database.rows(
    sql`SELECT max(covered) AS covered FROM graph_progress HAVING count() > 0`,
    { covered: UINT64 },
  )
  const [row] = rows
  return row === undefined ? undefined : Number(row.covered)
}

/** Keeps that all documents inserted before `covered` are in versions. @throws StoreError */
export async function saveProgress(database: Database, covered: number): Promise<void> {
  await database.command(
    sql`INSERT INTO graph_progress (one, covered) SELECT 1, ${unsigned(BigInt(covered))}`,
  )
}
