import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { TEXT, UINT32 } from './column.ts'
import { type Database, StoreError } from './database.ts'
import { withMigrationLock } from './migration-lock.ts'
import { integer, joinSql, sql, text, trustedSql } from './sql.ts'
import { layOut, PLAIN_TABLES, type TableLayout } from './table-layout.ts'

/** One file of the schema: `0001-spans.sql` is version 1. */
export type Migration = {
  readonly version: number
  readonly name: string
  readonly statements: readonly string[]
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string
}

/**
 * Brings the tables to the newest version: applies, in order, what `schema_migrations` does not list.
 * A file is listed when all of it is done; after a crash within it, it runs again, so each statement
 * must bear that (`IF NOT EXISTS`). A file once released is never changed: another one follows.
 * Of several servers that start on one store, one does this at a time; embedded, there is only one.
 * @returns the versions applied now
 * @throws StoreError `failed` where an applied file was changed, the tables are newer than we are, or are
 *   laid out in another way; `unavailable` while another server is at it
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[],
  { layout = PLAIN_TABLES, isShared = false }: MigrateOptions = {},
): Promise<readonly number[]> {
  if (!isShared) return await applyMissing(database, migrations, layout)
  await checkLayout(database, layout)
  // Mostly there is nothing to do, and then nobody has to wait.
  if ((await findMissing(database, migrations))?.length === 0) return []
  return await withMigrationLock(database, layout, async () => {
    return await applyMissing(database, migrations, layout)
  })
}

type MigrateOptions = {
  readonly layout?: TableLayout
  /** Other servers may use the same store. */
  readonly isShared?: boolean
}

async function applyMissing(
  database: Database,
  migrations: readonly Migration[],
  layout: TableLayout,
): Promise<readonly number[]> {
  await run(database, CREATE_LIST, layout)
  const missing = (await findMissing(database, migrations)) ?? migrations
  for (const migration of missing) {
    for (const statement of migration.statements) await run(database, statement, layout)
    const { version, name, checksum } = migration
    await database.command(sql`INSERT INTO schema_migrations (version, name, checksum)
      SELECT ${integer(version)}, ${text(name)}, ${text(checksum)}`)
  }
  return missing.map(({ version }) => version)
}

async function run(database: Database, statement: string, layout: TableLayout): Promise<void> {
  for (const each of layOut(statement, layout)) await database.command(trustedSql(each))
}

/** What is not applied yet; undefined where nothing ever was. @throws StoreError as `migrate` */
async function findMissing(
  database: Database,
  migrations: readonly Migration[],
): Promise<readonly Migration[] | undefined> {
  if (!(await findTables(database, ['schema_migrations'])).has('schema_migrations'))
    return undefined
  const applied = await readApplied(database)
  checkApplied(applied, migrations)
  return migrations.filter(({ version }) => !applied.has(version))
}

/** Tables of one server are no tables of a cluster: a second set beside them would hide their rows. */
async function checkLayout(database: Database, layout: TableLayout): Promise<void> {
  const tables = await findTables(database, ['spans', 'spans_local'])
  const isCluster = layout.kind === 'cluster'
  if (!tables.has('spans') || tables.has('spans_local') === isCluster) return
  throw new StoreError(
    isCluster
      ? 'the database holds tables of a single server, not of a cluster: choose another database'
      : 'the database holds tables of a cluster: say ?cluster=NAME',
    'failed',
  )
}

async function findTables(
  database: Database,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const listed = joinSql(
    names.map((name) => sql`${text(name)}`),
    ', ',
  )
  const rows = await database.rows(
    sql`SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN (${listed})`,
    { name: TEXT },
  )
  return new Set(rows.map(({ name }) => name))
}

/** The files of the schema in order of their versions. They stay beside the sources: tsc copies none. */
export async function readMigrations(directory = SCHEMA_DIRECTORY): Promise<readonly Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  const migrations = await Promise.all(
    names.map(async (name) => parseMigration(name, await readFile(`${directory}/${name}`, 'utf8'))),
  )
  const versions = new Set(migrations.map(({ version }) => version))
  if (versions.size < migrations.length) {
    throw new StoreError(`two files of ${directory} have one version`, 'failed')
  }
  return migrations
}

/** From `src/store` and from `dist/store` the same place. */
const SCHEMA_DIRECTORY = fileURLToPath(new URL('../../src/store/schema', import.meta.url))

const CREATE_LIST = `CREATE TABLE IF NOT EXISTS schema_migrations
(
    version    UInt32,
    name       String,
    checksum   String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY version
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

type Applied = { readonly version: number; readonly name: string; readonly checksum: string }

async function readApplied(database: Database): Promise<ReadonlyMap<number, Applied>> {
  const rows = await database.rows(
    sql`SELECT version, name, checksum FROM schema_migrations ORDER BY version`,
    { version: UINT32, name: TEXT, checksum: TEXT },
  )
  return new Map(rows.map((row) => [row.version, row]))
}

function checkApplied(
  applied: ReadonlyMap<number, Applied>,
  migrations: readonly Migration[],
): void {
  const known = new Map(migrations.map((migration) => [migration.version, migration]))
  for (const { version, name, checksum } of applied.values()) {
    const migration = known.get(version)
    if (migration === undefined) {
      throw new StoreError(
        `the tables have version ${version} (${name}), which this program does not know; ` +
          'start a newer version of the program',
        'failed',
      )
    }
    if (migration.checksum !== checksum) {
      throw new StoreError(
        `the schema file ${migration.name} was changed after it had been applied; ` +
          'restore it and put the change into a new file',
        'failed',
      )
    }
  }
}

function parseMigration(name: string, content: string): Migration {
  const version = Number(/^(\d{4})-/.exec(name)?.[1])
  if (!(version > 0)) {
    throw new StoreError(`${name} does not begin with a version, such as 0001-`, 'failed')
  }
  const statements = content
    .replaceAll(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
  const checksum = createHash('sha256').update(content).digest('hex')
  return { version, name, statements, checksum }
}
