import { unixNanos } from '@fluoroscope/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClickHouseDatabase } from '../../packages/server/src/store/click-house-database.ts'
import { TEXT } from '../../packages/server/src/store/column.ts'
import { migrate, readMigrations } from '../../packages/server/src/store/migrate.ts'
import { dropExpired } from '../../packages/server/src/store/retention.ts'
import { sql, trustedSql } from '../../packages/server/src/store/sql.ts'
import { storeAddress } from '../../packages/server/src/store/store-address.ts'
import { PLAIN_TABLES } from '../../packages/server/src/store/table-layout.ts'
import { StandInStore } from '../support/stand-in-store.ts'

let store: StandInStore
let database: ClickHouseDatabase

beforeAll(async () => {
  store = await StandInStore.start({ isSharded: true })
  const { endpoint } = storeAddress(new URL(store.url()))
  database = new ClickHouseDatabase(async () => endpoint)
})

afterAll(async () => {
  database.stop()
  await store.stop()
})

test('old days go from the shards, and tables of a cluster are not taken for those of one server', async () => {
  const { layout } = storeAddress(new URL(store.url()))
  const migrations = await readMigrations()
  await migrate(database, migrations, { layout, isShared: true })
  for (const day of ['2026-10-20', '2026-11-20']) {
    for (const table of ['spans_local', 'documents_local']) {
      await database.command(
        trustedSql(`INSERT INTO ${table} (received)
          SELECT toDateTime64('${day} 12:00:00', 9, 'UTC')`),
      )
    }
  }
  const now = unixNanos(BigInt(Date.parse('2026-11-22T12:00:00Z')) * 1_000_000n)
  expect(await dropExpired({ database, layout, days: 30 }, now)).toEqual([
    'documents/20261020',
    'spans/20261020',
  ])
  const days = sql`SELECT toString(toDate(received)) AS day FROM spans`
  expect(await database.rows(days, { day: TEXT })).toEqual([{ day: '2026-11-20' }])

  const plain = migrate(database, migrations, { layout: PLAIN_TABLES, isShared: true })
  await expect(plain).rejects.toThrow('the database holds tables of a cluster: say ?cluster=NAME')
})
