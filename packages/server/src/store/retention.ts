import type { UnixNanos } from '@fluoroscope/model'
import type { Log } from '../lib/log.ts'
import { TEXT } from './column.ts'
import type { Database } from './database.ts'
import type { Lease } from './lease.ts'
import { joinSql, sql, trustedSql } from './sql.ts'
import { alterRows, logicalTable, systemTable, type TableLayout } from './table-layout.ts'

export type RetentionOptions = {
  readonly database: Database
  readonly log: Log
  readonly now: () => UnixNanos
  /** Whole days a row is kept at least, counted from its receipt. */
  readonly days: number
  readonly layout: TableLayout
  /** Where several servers share the store, one of them drops. */
  readonly lease: Lease | undefined
}

/** Drops, once at its start and every minute, what has been kept long enough. */
export class Retention {
  readonly #options: RetentionOptions
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  constructor(options: RetentionOptions) {
    this.#options = options
  }

  start(): void {
    this.#run()
    this.#timer = setInterval(() => this.#run(), EVERY_MS)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  #run(): void {
    this.#running ??= this.#drop().finally(() => {
      this.#running = undefined
    })
  }

  async #drop(): Promise<void> {
    const { log, now, lease } = this.#options
    try {
      if (lease !== undefined && !(await lease.holds())) return
      const dropped = await dropExpired(this.#options, now())
      if (dropped.length > 0) log.info('dropped what was kept long enough', { dropped })
    } catch (cause) {
      log.error('cannot drop what was kept long enough', { reason: String(cause) })
    }
  }
}

/**
 * Drops each partition of which the last possible row is older than `days` days, in every table
 * whose partitions are days. Gives `table/day` of each, by table and day.
 * @throws StoreError; what was dropped until then stays dropped
 */
export async function dropExpired(
  { database, days, layout }: Pick<RetentionOptions, 'database' | 'days' | 'layout'>,
  now: UnixNanos,
): Promise<readonly string[]> {
  const partitions = await database.rows(
    sql`SELECT DISTINCT table, partition_id FROM ${systemTable('parts', layout)}
      WHERE database = currentDatabase() AND active ORDER BY table, partition_id`,
    { table: TEXT, partition_id: TEXT },
  )
  const expired = partitions
    .filter(({ partition_id }) => isExpired(partition_id, now, days))
    .map((partition) => ({ ...partition, table: logicalTable(partition.table, layout) }))
  for (const { table, partition_id } of expired) {
    // The id is eight digits: `isExpired` says no to anything else.
    const drop = [alterRows(table, layout), trustedSql(`DROP PARTITION ID '${partition_id}'`)]
    await database.command(joinSql(drop, ' '))
  }
  return expired.map(({ table, partition_id }) => `${table}/${partition_id}`)
}

const EVERY_MS = 60_000
const DAY_MS = 86_400_000

/** `partitionId` as `PARTITION BY toYYYYMMDD(…)` and a `Date` give it: `20261122`. */
function isExpired(partitionId: string, now: UnixNanos, days: number): boolean {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(partitionId) ?? []
  if (year === undefined) return false
  const endMs = Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY_MS
  return endMs + days * DAY_MS <= Number(now / 1_000_000n)
}
