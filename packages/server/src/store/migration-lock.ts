import { setTimeout as sleep } from 'node:timers/promises'
import { ClickHouseError } from './click-house-client.ts'
import { INT64, TEXT } from './column.ts'
import { type Database, StoreError } from './database.ts'
import { identifier, sql, trustedSql } from './sql.ts'
import { onCluster, type TableLayout } from './table-layout.ts'

/**
 * Runs `work` while no other server of the store runs its own.
 *
 * ClickHouse has no locks, but of several who create a table of one name one succeeds, on a cluster too
 * (its keeper puts statements `ON CLUSTER` in order). So the lock is a table, and its number grows: whoever finds
 * one that is {@link STALE_MS} old creates the next, never removes it first, and again one succeeds.
 * @throws StoreError of `work`; `unavailable` where another holds it for {@link WAIT_MS}
 */
export async function withMigrationLock<Answer>(
  database: Database,
  layout: TableLayout,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const until = performance.now() + WAIT_MS
  for (;;) {
    const locks = await findLocks(database)
    const newest = locks.at(-1)
    if (newest === undefined || newest.ageMs > STALE_MS) {
      const number = (newest?.number ?? 0) + 1
      if (await createLock(database, layout, number)) {
        try {
          return await work()
        } finally {
          for (const stale of locks) await dropLock(database, layout, stale.number)
          await dropLock(database, layout, number)
        }
      }
    }
    if (performance.now() > until) {
      throw new StoreError('another server brings the tables up to date', 'unavailable')
    }
    await sleep(PAUSE_MS)
  }
}

/** No schema file takes so long: what does is done by mutations in the background. */
const STALE_MS = 60_000
const WAIT_MS = 90_000
const PAUSE_MS = 250
const NAME = 'migration_lock_'

type Lock = { readonly number: number; readonly ageMs: number }

/** Ascending. */
async function findLocks(database: Database): Promise<readonly Lock[]> {
  const rows = await database.rows(
    sql`SELECT name, toInt64(now() - metadata_modification_time) AS seconds FROM system.tables
      WHERE database = currentDatabase() AND startsWith(name, ${trustedSql(`'${NAME}'`)})`,
    { name: TEXT, seconds: INT64 },
  )
  return rows
    .map(({ name, seconds }) => ({
      number: Number(name.slice(NAME.length)),
      ageMs: Number(seconds) * 1000,
    }))
    .sort((left, right) => left.number - right.number)
}

/** False where another was faster. */
async function createLock(
  database: Database,
  layout: TableLayout,
  number: number,
): Promise<boolean> {
  try {
    await database.command(
      sql`CREATE TABLE ${lockName(number)}${trustedSql(onCluster(layout))} (one UInt8) ENGINE = Memory`,
    )
    return true
  } catch (cause) {
    if (cause instanceof StoreError && isTaken(cause.cause)) return false
    throw cause
  }
}

async function dropLock(database: Database, layout: TableLayout, number: number): Promise<void> {
  await database.command(
    sql`DROP TABLE IF EXISTS ${lockName(number)}${trustedSql(onCluster(layout))} SYNC`,
  )
}

function lockName(number: number) {
  return identifier(`${NAME}${number}`)
}

function isTaken(cause: unknown): boolean {
  return cause instanceof ClickHouseError && cause.code === TABLE_ALREADY_EXISTS
}

const TABLE_ALREADY_EXISTS = 57
