import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClickHouseDatabase } from '../../packages/server/src/store/click-house-database.ts'
import { TEXT, UINT64 } from '../../packages/server/src/store/column.ts'
import { readMigrations } from '../../packages/server/src/store/migrate.ts'
import { sql } from '../../packages/server/src/store/sql.ts'
import { storeAddress } from '../../packages/server/src/store/store-address.ts'
import { segmentDocument } from '../support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { StandInStore } from '../support/stand-in-store.ts'

/** Servers that started together on one store that had no tables. */
const SERVERS = 4

let store: StandInStore
let directory: string
let servers: RunningServer[]
let database: ClickHouseDatabase

beforeAll(async () => {
  store = await StandInStore.start()
  directory = await temporaryDirectory()
  const flags = [`--store=${store.url('shared')}`, '--parse-workers=1']
  servers = await Promise.all(
    Array.from({ length: SERVERS }, (_, index) => startServer(join(directory, `${index}`), flags)),
  )
  database = new ClickHouseDatabase(async () => storeAddress(new URL(store.url('shared'))).endpoint)
})

afterAll(async () => {
  await Promise.all(servers.map((each) => each.kill()))
  database.stop()
  await store.stop()
  await removeDirectory(directory)
})

test('each schema file is applied once, whoever starts first, and no lock is left', async () => {
  for (const server of servers) {
    await expect.poll(async () => (await fetch(`${server.endpoint}/healthz`)).status).toBe(200)
    expect(server.log()).not.toContain('"level":"error"')
  }
  const rows = await database.rows(
    sql`SELECT name, count() AS number FROM schema_migrations GROUP BY name ORDER BY name`,
    { name: TEXT, number: UINT64 },
  )
  const migrations = await readMigrations()
  expect(rows).toEqual(migrations.map(({ name }) => ({ name, number: 1n })))
  const locks = sql`SELECT name FROM system.tables WHERE startsWith(name, 'migration_lock')`
  expect(await database.rows(locks, { name: TEXT })).toEqual([])
})

test('what one is sent, another gives back', async () => {
  const document = segmentDocument()
  const [first, , , last] = servers
  await call(first, '/TraceSegments', { TraceSegmentDocuments: [JSON.stringify(document)] })
  await expect
    .poll(() => call(last, '/Traces', { TraceIds: [document['trace_id']] }))
    .toMatchObject({ Traces: [{ Id: document['trace_id'] }] })
})

test('rules, groups and tags of one are those of another', async () => {
  const [first, second] = servers
  const rule = { RuleName: 'shared', Priority: 5, FixedRate: 0.5, ReservoirSize: 3, Version: 1 }
  const any = { ServiceName: '*', ServiceType: '*', Host: '*', HTTPMethod: '*', URLPath: '*' }
  const tags = { Tags: [{ Key: 'team', Value: 'shop' }] }
  await call(first, '/CreateSamplingRule', {
    SamplingRule: { ...rule, ...any, ResourceARN: '*' },
    ...tags,
  })
  const made = await call(first, '/CreateGroup', { GroupName: 'faults', FilterExpression: 'fault' })
  const { GroupARN: arn } = made['Group'] as { GroupARN: string }
  await call(first, '/TagResource', { ResourceARN: arn, ...tags })
  await expect
    .poll(async () => JSON.stringify(await call(second, '/GetSamplingRules', {})))
    .toContain('"RuleName":"shared"')
  await expect
    .poll(() => call(second, '/GetGroup', { GroupName: 'faults' }))
    .toMatchObject({ Group: { FilterExpression: 'fault' } })
  await expect
    .poll(() => call(second, '/ListTagsForResource', { ResourceARN: arn }))
    .toMatchObject(tags)
})

test('clients of two servers share one reservoir', async () => {
  const [first, second] = servers
  const rule = { RuleName: 'fleet', Priority: 6, FixedRate: 0.1, ReservoirSize: 10, Version: 1 }
  const any = { ServiceName: '*', ServiceType: '*', Host: '*', HTTPMethod: '*', URLPath: '*' }
  await call(first, '/CreateSamplingRule', { SamplingRule: { ...rule, ...any, ResourceARN: '*' } })
  const quotaOf = async (server: RunningServer | undefined, client: string) => {
    const counts = { RequestCount: 1000, SampledCount: 10, BorrowCount: 1 }
    const report = { RuleName: 'fleet', ClientID: client.repeat(24), Timestamp: Date.now() / 1000 }
    const answer = await call(server, '/SamplingTargets', {
      SamplingStatisticsDocuments: [{ ...report, ...counts }],
    })
    const [target] = answer['SamplingTargetDocuments'] as { ReservoirQuota: number }[]
    return target?.ReservoirQuota
  }
  await expect
    .poll(async () => [await quotaOf(first, 'a'), await quotaOf(second, 'b')], { interval: 500 })
    .toEqual([5, 5])
})

test('one computes the graphs of minutes; when it stops, another does', async () => {
  await expect.poll(computing).toHaveLength(1)
  const [before] = await computing()
  const stopped = servers.find((each) => each === before)
  expect(await stopped?.stop()).toBe(0)
  servers = servers.filter((each) => each !== stopped)
  await expect.poll(computing).toHaveLength(1)
})

/** Those of the servers that say they compute. */
async function computing(): Promise<readonly RunningServer[]> {
  const told = await Promise.all(
    servers.map(async (server) => {
      const metrics = await (await fetch(`${server.endpoint}/metrics`)).text()
      return /^fluoroscope_graph_computing 1$/m.test(metrics) ? [server] : []
    }),
  )
  return told.flat()
}

async function call(
  server: RunningServer | undefined,
  path: string,
  input: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${server?.endpoint}${path}`, {
    method: 'POST',
    body: JSON.stringify(input),
  })
  return (await response.json()) as Record<string, unknown>
}
