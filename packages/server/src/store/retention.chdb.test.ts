import { unixNanos } from '@fluoroscope/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '../lib/log.ts'
import { TEXT } from './column.ts'
import { dropExpired, Retention } from './retention.ts'
import { sql, trustedSql } from './sql.ts'
import { PLAIN_TABLES } from './table-layout.ts'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

let fixture: TestDatabase

beforeAll(async () => {
  fixture = await startTestDatabase()
})

afterAll(() => fixture.stop())

test('whole days are dropped once their last instant is old enough, in every table by day', async () => {
  const { database } = fixture
  const kept = { database, days: 30, layout: PLAIN_TABLES }
  await database.command(sql`CREATE TABLE undated (n UInt8) ENGINE = MergeTree ORDER BY n`)
  await database.command(sql`INSERT INTO undated SELECT 1`)
  for (const day of ['2026-10-20', '2026-10-22', '2026-10-23', '2026-11-22']) await receiveOn(day)
  const noon = at('2026-11-22T12:00:00Z')
  expect(await dropExpired(kept, noon)).toEqual([
    'documents/20261020',
    'documents/20261022',
    'spans/20261020',
    'spans/20261022',
    'trace_minutes/20261020',
    'trace_minutes/20261022',
  ])
  expect(await days('toDate(received)', 'spans')).toEqual(['2026-10-23', '2026-11-22'])
  expect(await days('toDate(received)', 'documents')).toEqual(['2026-10-23', '2026-11-22'])
  expect(await days('day', 'trace_minutes')).toEqual(['2026-10-23', '2026-11-22'])
  expect(await days('n', 'undated')).toEqual(['1'])
  expect(await dropExpired(kept, noon)).toEqual([])
  // 23 October ends 30 days before this midnight.
  expect(await dropExpired(kept, at('2026-11-22T23:59:59.999Z'))).toEqual([])
  expect(await dropExpired(kept, at('2026-11-23T00:00:00Z'))).toHaveLength(3)
})

test('it runs at its start, and a failure ends nothing', async () => {
  await receiveOn('2020-01-01')
  const lines: string[] = []
  const log = createLog({ level: 'info', write: (line) => lines.push(line) })
  const retention = new Retention({
    database: fixture.database,
    log,
    now: () => at('2026-11-22T00:00:00Z'),
    days: 30,
    layout: PLAIN_TABLES,
    lease: undefined,
  })
  retention.start()
  await retention.stop()
  expect(lines.join()).toContain('spans/20200101')
  expect(await days('toDate(received)', 'spans')).not.toContain('2020-01-01')
})

function at(text: string) {
  return unixNanos(BigInt(Date.parse(text)) * 1_000_000n)
}

async function receiveOn(day: string): Promise<void> {
  const noon = `toDateTime64('${day} 12:00:00', 9, 'UTC')`
  for (const table of ['spans', 'documents']) {
    await fixture.database.command(trustedSql(`INSERT INTO ${table} (received) SELECT ${noon}`))
  }
  await fixture.database.command(
    trustedSql(`INSERT INTO trace_minutes (day) SELECT toDate('${day}')`),
  )
}

async function days(column: string, table: string): Promise<readonly string[]> {
  const query = trustedSql(`SELECT DISTINCT toString(${column}) AS day FROM ${table} ORDER BY day`)
  return (await fixture.database.rows(query, { day: TEXT })).map((row) => row.day)
}
