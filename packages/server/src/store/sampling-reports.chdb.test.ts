import { unixNanos } from '@fluoroscope/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '../lib/log.ts'
import { type SharedReport, SharedReports } from './sampling-reports.ts'
import { sql } from './sql.ts'
import { startTestDatabase, type TestDatabase } from './test-database.ts'

let fixture: TestDatabase
let monotonicMs = 0
const lines: string[] = []

beforeAll(async () => {
  fixture = await startTestDatabase()
})

afterAll(() => fixture.stop())

function server(name: string): SharedReports {
  return new SharedReports({
    database: fixture.database,
    server: name,
    log: createLog({ level: 'warn', write: (line) => lines.push(line) }),
    monotonicMs: () => monotonicMs,
  })
}

const AT = unixNanos(1_795_388_400_000_000_000n)

const STATISTICS: SharedReport = {
  kind: 'statistics',
  at: AT,
  rule: 'Default',
  client: 'c'.repeat(24),
  requests: 100,
  sampled: 7,
  borrowed: 1,
  quota: 3,
  quotaEnd: unixNanos(AT + 300_000_000_000n),
}

const ANOMALIES: SharedReport = {
  kind: 'anomalies',
  at: unixNanos(AT + 1n),
  rule: 'Default',
  total: 10,
  anomalies: 9,
}

test('what one server is told, another takes once, also one that starts later', async () => {
  const [one, two] = [server('one'), server('two')]
  expect(await two.takeNew()).toEqual([])
  one.put([STATISTICS, ANOMALIES])
  let taken: readonly SharedReport[] = []
  await expect
    .poll(async () => {
      monotonicMs += 2000
      taken = [...taken, ...(await two.takeNew())]
      return taken
    })
    .toEqual([STATISTICS, ANOMALIES])
  monotonicMs += 2000
  expect(await two.takeNew()).toEqual([])
  expect(await one.takeNew()).toEqual([])
  expect(await server('three').takeNew()).toEqual([STATISTICS, ANOMALIES])
})

test('a store that fails is told in the log, and keeps nobody from an answer', async () => {
  await fixture.database.command(sql`RENAME TABLE sampling_reports TO elsewhere`)
  const one = server('one')
  expect(await one.takeNew()).toEqual([])
  one.put([STATISTICS])
  await expect.poll(() => lines.join('\n')).toContain('cannot be told')
  expect(lines.join('\n')).toContain('cannot be read')
  await fixture.database.command(sql`RENAME TABLE elsewhere TO sampling_reports`)
})
