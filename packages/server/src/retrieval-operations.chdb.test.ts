import { unixNanos } from '@fluoroscope/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.ts'
import {
  BASE_SECONDS,
  entityIdText,
  type Json,
  receivedDocument,
  segmentJson,
} from '../../../test/support/traces.ts'
import { createLog } from './lib/log.ts'
import { Omissions } from './omissions.ts'
import { retrievalOperations } from './retrieval-operations.ts'
import { instant, sql } from './store/sql.ts'

const CONTEXT = { account: '000000000000', region: 'us-east-1' }
const MINUTE = 60_000_000_000n
const RANGE = { StartTime: BASE_SECONDS - 60, EndTime: BASE_SECONDS + 60 }

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
})

afterAll(() => store.stop())

/** The operations at a time that stands still unless moved. */
function api() {
  const clock = { now: BigInt(BASE_SECONDS + 600) * 1_000_000_000n }
  const omissions = new Omissions(createLog({ level: 'silent' }))
  const now = () => unixNanos(clock.now)
  const operations = retrievalOperations({ database: store.database, now, omissions })
  const ask = async (name: string, input: object) => {
    const operation = operations.find((each) => each.name === name)
    const answer = await operation?.answer(JSON.stringify(input), CONTEXT)
    if (answer === undefined) throw new Error(name)
    return answer
  }
  const call = async (name: string, input: object) => {
    const answer = await ask(name, input)
    if (!answer.ok) throw new Error(answer.problem.message)
    return answer.value as Record<string, unknown>
  }
  const start = async (...TraceIds: readonly string[]) =>
    String((await call('StartTraceRetrieval', { TraceIds, ...RANGE }))['RetrievalToken'])
  return { ask, call, start, clock, omissions }
}

function numberedTrace(number: number): string {
  return `1-68f00000-${number.toString(16).padStart(24, '0')}`
}

function insert(...documents: readonly Json[]) {
  return store.insert(
    documents.map((json) => ({ received: receivedDocument(json), text: JSON.stringify(json) })),
  )
}

test('a retrieval lives for sixty minutes', async () => {
  const { call, start, clock } = api()
  const id = numberedTrace(1)
  await insert(segmentJson(1, 'shop', [0, 1], { trace_id: id }))
  const RetrievalToken = await start(id)
  clock.now += 60n * MINUTE - 1000n
  const answer = await call('ListRetrievedTraces', { RetrievalToken })
  expect(answer).toMatchObject({ RetrievalStatus: 'COMPLETE', Traces: [{ Id: id }] })
  clock.now += 1000n
  const late = { RetrievalStatus: 'TIMEOUT', NextToken: null }
  expect(await call('ListRetrievedTraces', { RetrievalToken })).toMatchObject({
    ...late,
    Traces: [],
  })
  expect(await call('GetRetrievedTracesGraph', { RetrievalToken })).toEqual({
    ...late,
    Services: [],
  })
  expect(await call('CancelTraceRetrieval', { RetrievalToken })).toEqual({})
  expect(await call('ListRetrievedTraces', { RetrievalToken })).toMatchObject(late)
})

test('a graph of more than a thousand services comes in pages, its references count them all', async () => {
  const { call, start } = api()
  const id = numberedTrace(2)
  const root = segmentJson(1, 'a root', [0, 1], { trace_id: id })
  const callees = Array.from({ length: 1100 }, (_, n) =>
    segmentJson(n + 2, `s${n}`, [0, 1], { trace_id: id, parent_id: entityIdText(1) }),
  )
  await insert(root, ...callees)
  const RetrievalToken = await start(id)
  const first = await call('GetRetrievedTracesGraph', { RetrievalToken })
  const { NextToken } = first
  const second = await call('GetRetrievedTracesGraph', { RetrievalToken, NextToken })
  expect(second['NextToken']).toBeNull()
  const pages = [first, second].map(({ Services }) => Services as readonly { Service: Json }[])
  // The client stands before the root.
  expect(pages.map(({ length }) => length)).toEqual([1000, 102])
  const services = pages.flat().map(({ Service }) => Service)
  expect(services.map(({ ReferenceId }) => ReferenceId)).toEqual(services.map((_, n) => n))
  expect(new Set(services.map(({ Name }) => Name)).size).toBe(1101)
})

test('links of a service beyond a hundred are counted', async () => {
  const { call, start, omissions } = api()
  const ids = Array.from({ length: 60 }, (_, n) => numberedTrace(100 + n))
  const link = (type: string) => ({
    trace_id: numberedTrace(1),
    id: entityIdText(1),
    attributes: { 'aws.xray.reserved.reference_type': type },
  })
  const links = [link('parent'), link('child'), { ...link('child'), trace_id: numberedTrace(2) }]
  await insert(...ids.map((id) => segmentJson(1, 'worker', [0, 1], { trace_id: id, links })))
  const RetrievalToken = await start(...ids)
  const { Services } = await call('GetRetrievedTracesGraph', { RetrievalToken })
  const worker = (Services as readonly { Service: Json; Links: readonly Json[] }[]).find(
    ({ Service }) => Service['Type'] !== 'client',
  )
  expect(worker?.Links).toHaveLength(100)
  expect(worker?.Links.slice(0, 2)).toEqual([
    {
      ReferenceType: 'parent',
      SourceTraceId: ids[0],
      DestinationTraceIds: [numberedTrace(1)],
    },
    {
      ReferenceType: 'child',
      SourceTraceId: ids[0],
      DestinationTraceIds: [numberedTrace(1), numberedTrace(2)],
    },
  ])
  expect(omissions.counts().get('links-of-services')).toBe(20)
})

test('a thousand retrievals within sixty minutes, no more', async () => {
  const { ask, start, clock } = api()
  clock.now += 600n * MINUTE
  await start(numberedTrace(1))
  await store.database.command(
    sql`INSERT INTO trace_retrievals
      SELECT concat('many-', toString(number)), ${instant(unixNanos(clock.now))}, false,
        now64(9), now64(9), [] FROM numbers(999)`,
  )
  const input = { TraceIds: [numberedTrace(1)], ...RANGE }
  clock.now += 1n
  expect(await ask('StartTraceRetrieval', input)).toEqual({
    ok: false,
    problem: {
      kind: 'throttled',
      message: 'At most 1000 trace retrievals can be started within 60 minutes',
    },
  })
  clock.now += 60n * MINUTE
  expect(await start(numberedTrace(1))).toMatch(/^[0-9a-f]{32}$/)
})
