import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TEXT, UINT32, UINT64 } from './column.ts'
import { migrate, readMigrations } from './migrate.ts'
import { sql } from './sql.ts'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

let fixture: TestDatabase
let directory: string

beforeAll(async () => {
  fixture = await startTestDatabase()
  directory = await mkdtemp(join(tmpdir(), 'fluoroscope-'))
})

afterAll(async () => {
  await rm(directory, { recursive: true })
  await fixture.stop()
})

test('the schema is applied once, in order, and recorded', async () => {
  const migrations = await readMigrations()
  expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1))
  expect(await migrate(fixture.database, migrations)).toEqual([])
  const rows = await fixture.database.rows(
    sql`SELECT version, name, checksum FROM schema_migrations ORDER BY version`,
    { version: UINT32, name: TEXT, checksum: TEXT },
  )
  expect(rows).toEqual(
    migrations.map(({ version, name, checksum }) => ({ version, name, checksum })),
  )
  const settings = await fixture.database.rows(
    sql`SELECT count() AS n FROM system.tables WHERE database = currentDatabase()
      AND create_table_query LIKE '%fsync_after_insert = 1%'
      AND create_table_query LIKE '%non_replicated_deduplication_window = 1000%'`,
    { n: UINT64 },
  )
  expect(settings[0]?.n).toBeGreaterThanOrEqual(3n)
})

test('a file that fails half way runs again, a changed one stops the start', async () => {
  const released = await readMigrations()
  const file = join(directory, '0900-extra.sql')
  await writeFile(
    file,
    `-- Two statements; the second is wrong.
CREATE TABLE IF NOT EXISTS extra (a UInt8) ENGINE = MergeTree ORDER BY a;
ALTER TABLE extra ADD COLUMN IF NOT EXISTS b Wrong;
`,
  )
  const failing = [...released, ...(await readMigrations(directory))]
  await expect(migrate(fixture.database, failing)).rejects.toMatchObject({ reason: 'failed' })
  await writeFile(
    file,
    `CREATE TABLE IF NOT EXISTS extra (a UInt8) ENGINE = MergeTree ORDER BY a;
ALTER TABLE extra ADD COLUMN IF NOT EXISTS b String DEFAULT ';';
`,
  )
  const right = [...released, ...(await readMigrations(directory))]
  expect(await migrate(fixture.database, right)).toEqual([900])
  expect(await migrate(fixture.database, right)).toEqual([])
  await writeFile(file, 'CREATE TABLE IF NOT EXISTS other (a UInt8) ENGINE = MergeTree ORDER BY a')
  const changed = [...released, ...(await readMigrations(directory))]
  await expect(migrate(fixture.database, changed)).rejects.toThrow(
    'the schema file 0900-extra.sql was changed after it had been applied',
  )
  await expect(migrate(fixture.database, released)).rejects.toThrow('version 900')
})
