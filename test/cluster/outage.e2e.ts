import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClickHouseDatabase } from '../../packages/server/src/store/click-house-database.ts'
import { UINT64 } from '../../packages/server/src/store/column.ts'
import { sql } from '../../packages/server/src/store/sql.ts'
import { storeAddress } from '../../packages/server/src/store/store-address.ts'
import { newTraceId, segmentDocument } from '../support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { StandInStore } from '../support/stand-in-store.ts'

const DOCUMENTS_PER_REQUEST = 5

let store: StandInStore
let directory: string
let server: RunningServer
let database: ClickHouseDatabase

beforeAll(async () => {
  store = await StandInStore.start()
  directory = await temporaryDirectory()
  server = await startServer(join(directory, 'data'), [`--store=${store.url('traces')}`])
  database = new ClickHouseDatabase(async () => storeAddress(new URL(store.url('traces'))).endpoint)
})

afterAll(async () => {
  await server.kill()
  database.stop()
  await store.stop()
  await removeDirectory(directory)
})

test('a store that goes and comes back: nothing acknowledged is lost, nothing is there twice', async () => {
  const acknowledged: string[] = []
  let isLoaded = true
  const load = (async () => {
    while (isLoaded) acknowledged.push(...(await send()))
  })()
  await expect.poll(() => metric('fluoroscope_inserted_documents_total')).toBeGreaterThan(0)

  await store.cut()
  const before = acknowledged.length
  await untilHealth(503)
  // What is taken meanwhile waits, longer and longer.
  await expect.poll(() => acknowledged.length).toBeGreaterThan(before)
  await expect.poll(() => metric('fluoroscope_writer_oldest_seconds')).toBeGreaterThan(0)
  const oldest = await metric('fluoroscope_writer_oldest_seconds')
  await expect.poll(() => metric('fluoroscope_writer_oldest_seconds')).toBeGreaterThan(oldest + 0.5)
  expect(await metric('fluoroscope_can_store')).toBe(1)
  expect(await metric('fluoroscope_can_answer')).toBe(0)

  await store.resume()
  await untilHealth(200)
  isLoaded = false
  await load
  const sent = acknowledged.length
  await expect.poll(() => metric('fluoroscope_inserted_documents_total')).toBe(sent)
  await expect.poll(() => metric('fluoroscope_writer_files')).toBe(0)
  expect(await metric('fluoroscope_documents_received_total{source="http"}')).toBe(sent)
  expect(await metric('fluoroscope_documents_stored_total{source="http"}')).toBe(sent)
  const [stored] = await database.rows(
    sql`SELECT count() AS rows, uniqExact(trace_id) AS traces FROM documents`,
    { rows: UINT64, traces: UINT64 },
  )
  expect(stored).toEqual({ rows: BigInt(sent), traces: BigInt(sent) })
  expect(new Set(acknowledged).size).toBe(sent)
})

/** The traces of a request that was acknowledged, one document each. */
async function send(): Promise<readonly string[]> {
  const ids = Array.from({ length: DOCUMENTS_PER_REQUEST }, () => newTraceId())
  const texts = ids.map((trace_id) => JSON.stringify(segmentDocument({ trace_id })))
  const response = await fetch(`${server.endpoint}/TraceSegments`, {
    method: 'POST',
    body: JSON.stringify({ TraceSegmentDocuments: texts }),
  })
  expect(await response.json()).toEqual({ UnprocessedTraceSegments: [] })
  return ids
}

async function untilHealth(status: number): Promise<void> {
  const ask = async () => (await fetch(`${server.endpoint}/healthz`)).status
  await expect.poll(ask).toBe(status)
}

/** Not a number where it is not told. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server.endpoint}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1))
}
