import { afterAll, beforeAll, expect, test } from 'vitest'
import { TEXT } from './column.ts'
import { type Migration, readMigrations } from './migrate.ts'
import { sql, text } from './sql.ts'
import { layOut, PLAIN_TABLES, type TableLayout } from './table-layout.ts'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

const CLUSTER: TableLayout = { kind: 'cluster', cluster: 'main', database: 'traces' }

let fixture: TestDatabase
let migrations: readonly Migration[]

beforeAll(async () => {
  fixture = await startTestDatabase()
  migrations = await readMigrations()
})

afterAll(() => fixture.stop())

test('each statement of each schema file has a cluster form, and the engine can read all of them', async () => {
  for (const { name, statements } of migrations) {
    for (const statement of statements) {
      for (const laid of layOut(statement, CLUSTER)) {
        expect(laid, name).toContain(' ON CLUSTER `main`')
        const rows = fixture.database.rows(sql`SELECT formatQuery(${text(laid)}) AS query`, {
          query: TEXT,
        })
        await expect(rows, `${name}: ${laid}`).resolves.toHaveLength(1)
      }
    }
  }
})

test('on one server a statement stays as it is', () => {
  for (const { statements } of migrations) {
    for (const statement of statements) expect(layOut(statement, PLAIN_TABLES)).toEqual([statement])
  }
})

test('a table of traces is one of rows, replicated in its shard, and one over all shards', () => {
  const statement = `CREATE TABLE IF NOT EXISTS spans
(
    trace_id FixedString(16)
)
ENGINE = MergeTree
ORDER BY trace_id
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1`
  expect(layOut(statement, CLUSTER)).toEqual([
    `CREATE TABLE IF NOT EXISTS \`traces\`.spans_local ON CLUSTER \`main\`
(
    trace_id FixedString(16)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY trace_id
SETTINGS replicated_deduplication_window = 1000, replicated_deduplication_window_seconds = 604800, fsync_after_insert = 1`,
    `CREATE TABLE IF NOT EXISTS \`traces\`.spans ON CLUSTER \`main\` AS \`traces\`.spans_local
ENGINE = Distributed('main', 'traces', 'spans_local', cityHash64(trace_id))`,
  ])
})

test('a small table is whole on every server', () => {
  const statement = `CREATE TABLE IF NOT EXISTS settings
(
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY version`
  expect(layOut(statement, CLUSTER)).toEqual([
    `CREATE TABLE IF NOT EXISTS \`traces\`.settings ON CLUSTER \`main\`
(
    version UInt64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/{table}', '{shard}-{replica}', version)
ORDER BY version`,
  ])
})

test.each([
  [
    "ALTER TABLE spans ADD COLUMN IF NOT EXISTS service LowCardinality(String) DEFAULT '?'",
    [
      "ALTER TABLE `traces`.spans_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS service LowCardinality(String) DEFAULT '?'",
      "ALTER TABLE `traces`.spans ON CLUSTER `main` ADD COLUMN IF NOT EXISTS service LowCardinality(String) DEFAULT '?'",
    ],
  ],
  [
    'ALTER TABLE spans MATERIALIZE INDEX by_user',
    ['ALTER TABLE `traces`.spans_local ON CLUSTER `main` MATERIALIZE INDEX by_user'],
  ],
  [
    'ALTER TABLE graph_minutes ADD COLUMN IF NOT EXISTS merged UInt64',
    ['ALTER TABLE `traces`.graph_minutes ON CLUSTER `main` ADD COLUMN IF NOT EXISTS merged UInt64'],
  ],
  [
    'DROP TABLE IF EXISTS graph_nodes',
    ['DROP TABLE IF EXISTS `traces`.graph_nodes ON CLUSTER `main` SYNC'],
  ],
])('%s', (statement, laid) => {
  expect(layOut(statement, CLUSTER)).toEqual(laid)
})

test('what has no form is refused by name', () => {
  const view = 'CREATE MATERIALIZED VIEW seen TO minutes AS SELECT 1 FROM spans'
  expect(() => layOut(view, CLUSTER)).toThrow('has no form on a cluster: CREATE MATERIALIZED VIEW')
})
