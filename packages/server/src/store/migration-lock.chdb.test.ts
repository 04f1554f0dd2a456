import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TEXT } from './column.ts'
import { withMigrationLock } from './migration-lock.ts'
import { sql } from './sql.ts'
import { PLAIN_TABLES } from './table-layout.ts'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

let fixture: TestDatabase

beforeAll(async () => {
  fixture = await startTestDatabase()
})

afterAll(() => fixture.stop())

async function locks(): Promise<readonly string[]> {
  const rows = await fixture.database.rows(
    sql`SELECT name FROM system.tables WHERE startsWith(name, 'migration_lock_') ORDER BY name`,
    { name: TEXT },
  )
  return rows.map(({ name }) => name)
}

test('of many at once one works at a time, also after one that fails, and nothing is left', async () => {
  let working = 0
  const done: number[] = []
  const work = (index: number) =>
    withMigrationLock(fixture.database, PLAIN_TABLES, async () => {
      working += 1
      expect(working).toBe(1)
      expect(await locks()).toHaveLength(1)
      working -= 1
      if (index === 1) throw new Error('it failed')
      done.push(index)
    })
  const outcomes = await Promise.allSettled([0, 1, 2, 3].map(work))
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ])
  expect(done.sort()).toEqual([0, 2, 3])
  expect(await locks()).toEqual([])
})

test('a lock whose holder was silent for a minute is taken over, by one', async () => {
  const { database, directory } = fixture
  await database.command(sql`CREATE TABLE migration_lock_1 (one UInt8) ENGINE = Memory`)
  const names = await readdir(directory, { recursive: true })
  const file = names.find((name) => name.endsWith('migration_lock_1.sql'))
  const then = Date.now() / 1000 - 120
  await utimes(join(directory, file ?? ''), then, then)
  const held: string[][] = []
  const work = () =>
    withMigrationLock(database, PLAIN_TABLES, async () => {
      held.push([...(await locks())])
    })
  await Promise.all([work(), work()])
  expect(held).toHaveLength(2)
  expect(held[0]).toEqual(['migration_lock_1', 'migration_lock_2'])
  expect(await locks()).toEqual([])
})
