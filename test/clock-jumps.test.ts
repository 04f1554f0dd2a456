import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newEntityId, newTraceId } from './support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'
import { ShiftedClock } from './support/shifted-clock.ts'

const HOUR = 3600
/** By how much the server's clock is off, in seconds, one after the other. */
const JUMPS = [0, 3 * HOUR, -HOUR, -24 * HOUR, 24 * HOUR, -5, 0]
const TRACES_EACH = 20

let directory = ''
let server: RunningServer
let clock: ShiftedClock

beforeAll(async () => {
  directory = await temporaryDirectory()
  clock = new ShiftedClock(join(directory, 'offset'))
  server = await startServer(join(directory, 'data'), [], clock.environment)
})

afterAll(async () => {
  await server.stop()
  await removeDirectory(directory)
})

test('a clock that jumps to and fro loses nothing, shows nothing twice, and keeps the ledger exact', async () => {
  const sent: string[] = []
  const began = Math.floor(Date.now() / 1000)
  for (const offset of JUMPS) {
    clock.set(offset)
    const traces = Array.from({ length: TRACES_EACH }, () => newTraceId())
    sent.push(...traces)
    const documents = traces.map((trace_id) => documentOf(trace_id))
    expect(await call('/TraceSegments', { TraceSegmentDocuments: documents })).toEqual({
      UnprocessedTraceSegments: [],
    })
    const targets = await call('/SamplingTargets', { SamplingStatisticsDocuments: [statistics()] })
    expect(targets).toMatchObject({ UnprocessedStatistics: [] })
    await expect.poll(() => given(traces)).toEqual([...traces].sort())
  }
  expect(await given(sent)).toEqual([...sent].sort())
  const range = { StartTime: began - 60, EndTime: Math.ceil(Date.now() / 1000) + 60 }
  expect(await found(range)).toEqual([...sent].sort())
  expect(await found(range, 'annotation.jumps = true')).toEqual([...sent].sort())
  const metrics = await (await fetch(`${server.endpoint}/metrics`)).text()
  const count = sent.length
  expect(metrics).toContain(`fluoroscope_documents_received_total{source="http"} ${count}`)
  expect(metrics).toContain(`fluoroscope_documents_stored_total{source="http"} ${count}`)
  expect((await fetch(`${server.endpoint}/healthz`)).status).toBe(200)
})

/** Its times are right: the senders' clocks are. */
function documentOf(trace_id: string): string {
  const start_time = Date.now() / 1000
  const times = { start_time, end_time: start_time + 0.1 }
  const annotations = { jumps: true }
  return JSON.stringify({ trace_id, id: newEntityId(), name: 'clock', ...times, annotations })
}

function statistics() {
  return {
    RuleName: 'Default',
    ClientID: newEntityId() + newEntityId().slice(0, 8),
    Timestamp: Date.now() / 1000,
    RequestCount: 10,
    SampledCount: 1,
    BorrowCount: 0,
  }
}

async function given(traceIds: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = []
  for (let at = 0; at < traceIds.length; at += 5) {
    const { Traces } = await call('/Traces', { TraceIds: traceIds.slice(at, at + 5) })
    for (const { Id, Segments } of Traces as { Id: string; Segments: unknown[] }[]) {
      expect(Segments).toHaveLength(1)
      ids.push(Id)
    }
  }
  return ids.sort()
}

async function found(range: object, FilterExpression?: string): Promise<readonly string[]> {
  const ids: string[] = []
  let token: unknown
  do {
    const NextToken = token ?? undefined
    const page = await call('/TraceSummaries', { ...range, FilterExpression, NextToken })
    ids.push(...(page['TraceSummaries'] as { Id: string }[]).map(({ Id }) => Id))
    token = page['NextToken']
  } while (typeof token === 'string')
  return ids.sort()
}

async function call(path: string, input: object): Promise<Record<string, unknown>> {
  const body = JSON.stringify(input)
  const response = await fetch(server.endpoint + path, { method: 'POST', body })
  if (response.status !== 200) throw new Error(`${path}: ${await response.text()}\n${server.log()}`)
  return (await response.json()) as Record<string, unknown>
}
