import { ClickHouseError, NOT_CLICK_HOUSE } from './click-house-client.ts'
import type { ClickHouseDatabase } from './click-house-database.ts'
import { TEXT } from './column.ts'
import { StoreError } from './database.ts'
import { identifier, joinSql, sql, trustedSql } from './sql.ts'
import type { StoreAddress } from './store-address.ts'
import { onCluster } from './table-layout.ts'

/**
 * Makes sure that a ClickHouse server can hold the tables: it lets us in, is new enough, and has the
 * database, which is made where it is missing. @throws StoreError
 */
export async function checkServer(
  database: ClickHouseDatabase,
  address: StoreAddress,
): Promise<void> {
  const version = await findVersion(database).catch(async (cause: unknown) => {
    if (codeOf(cause) !== UNKNOWN_DATABASE) throw cause
    await createDatabase(database, address)
    return await findVersion(database)
  })
  if (isOld(version)) {
    throw new StoreError(`ClickHouse ${version} is too old: ${OLDEST} or newer is needed`, 'failed')
  }
}

/** The error with the flag to look at, and what to do where we know. The reason stays. */
export function explainServer(cause: StoreError, { shown }: StoreAddress): StoreError {
  const advice = ADVICE.get(codeOf(cause) ?? Number.NaN)
  const said = advice === undefined ? cause.message : `${advice} (${cause.message})`
  return new StoreError(`--store ${shown}: ${said}`, cause.reason, { cause })
}

/** The oldest release with long support of the year before this was written. */
const OLDEST = '25.8'

const UNKNOWN_DATABASE = 81

const ADVICE: ReadonlyMap<number, string> = new Map([
  [NOT_CLICK_HOUSE, 'this is not the HTTP interface of a ClickHouse server'],
  [UNKNOWN_DATABASE, 'the database does not exist and could not be made'],
  [115, 'the address says a setting that this server does not know'],
  [170, 'the server knows no cluster of that name'],
  [192, 'no such user; see --store-user'],
  [193, 'the password is wrong; see FLUOROSCOPE_STORE_PASSWORD'],
  [497, 'the user lacks a right; docs/operations.md lists those needed'],
  [516, 'the user or the password is wrong; see FLUOROSCOPE_STORE_PASSWORD'],
  [701, 'the server knows no cluster of that name'],
])

async function findVersion(database: ClickHouseDatabase): Promise<string> {
  const [row] = await database.rows(sql`SELECT version() AS version`, { version: TEXT })
  return row?.version ?? ''
}

async function createDatabase(
  database: ClickHouseDatabase,
  { database: name, layout }: StoreAddress,
): Promise<void> {
  const create = [
    sql`CREATE DATABASE IF NOT EXISTS`,
    identifier(name),
    trustedSql(onCluster(layout)),
  ]
  // Said from a database that every server has.
  await database.command(joinSql(create, ' '), { database: 'system' })
}

function isOld(version: string): boolean {
  const [year = 0, month = 0] = version.split('.').map(Number)
  const [oldestYear = 0, oldestMonth = 0] = OLDEST.split('.').map(Number)
  return year < oldestYear || (year === oldestYear && month < oldestMonth)
}

/** What ClickHouse calls the error; undefined for one that is not its own. */
function codeOf(error: unknown): number | undefined {
  if (error instanceof ClickHouseError) return error.code
  return error instanceof StoreError ? codeOf(error.cause) : undefined
}
