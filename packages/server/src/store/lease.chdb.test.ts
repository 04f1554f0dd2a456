import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { LEASE_MS, Lease } from './lease.ts'
import { integer, sql } from './sql.ts'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

let fixture: TestDatabase
let monotonicMs: number

beforeAll(async () => {
  fixture = await startTestDatabase()
})

afterAll(() => fixture.stop())

beforeEach(async () => {
  monotonicMs = 0
  await fixture.database.command(sql`TRUNCATE TABLE leases`)
})

function lease(holder: string, name = 'roll-ups'): Lease {
  return new Lease({ database: fixture.database, name, holder, monotonicMs: () => monotonicMs })
}

/** Lets so much time go by. */
async function age(milliseconds: number): Promise<void> {
  monotonicMs += milliseconds
  await fixture.database.command(
    sql`ALTER TABLE leases UPDATE until = until - ${integer(milliseconds)} WHERE until > 0
      SETTINGS mutations_sync = 1`,
  )
}

test('the first holds it, another does not, and other work is another lease', async () => {
  const [one, two] = [lease('one'), lease('two')]
  expect(await one.holds()).toBe(true)
  expect(await two.holds()).toBe(false)
  expect(await lease('two', 'retention').holds()).toBe(true)
  await age(LEASE_MS / 2)
  expect(await one.holds()).toBe(true)
  await age(LEASE_MS / 2)
  expect(await two.holds()).toBe(false)
  expect(await one.holds()).toBe(true)
})

test('it goes on to another when its holder is silent, and the late one yields', async () => {
  const [one, two] = [lease('one'), lease('two')]
  expect(await one.holds()).toBe(true)
  expect(await two.holds()).toBe(false)
  await age(LEASE_MS + 1)
  expect(await two.holds()).toBe(true)
  expect(await one.holds()).toBe(false)
})

test('who releases it leaves it at once', async () => {
  const [one, two] = [lease('one'), lease('two')]
  expect(await one.holds()).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 2))
  await one.release()
  expect(await two.holds()).toBe(true)
})

test('of many who ask at once one is left after a while', async () => {
  const all = Array.from({ length: 8 }, (_, index) => lease(`server ${index}`))
  await Promise.all(all.map((each) => each.holds()))
  await age(LEASE_MS / 2)
  const held = []
  for (const each of all) held.push(await each.holds())
  expect(held.filter((each) => each)).toHaveLength(1)
})
