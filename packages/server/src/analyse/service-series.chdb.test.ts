import { type JsonObject, unixNanos } from '@fluoroscope/model'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SeriesEntity } from '../query/graph-series.ts'
import { startTestDatabase, type TestDatabase } from '../store/test-database.ts'
import { callsOfTrace, graphOfTrace } from './service-graph.ts'
import type { SeriesBucket } from './service-series.ts'
import {
  documentOf,
  eagerGraphs,
  insertSent,
  newTime,
  newTraceIds,
  plannedDocument,
  type Sent,
  sentOf,
  settle,
  tracesFrom,
} from './test-sent-documents.ts'
import { addTraceCalls, type CallGraph, type CountedRequest } from './trace-calls.ts'

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
}, 300_000)

afterAll(async () => {
  await store.stop()
})

const ANY = { name: undefined, type: undefined, account: undefined }

const ENTITIES: readonly SeriesEntity[] = [
  { kind: 'entries' },
  { kind: 'service', service: { ...ANY, name: 'front' } },
  { kind: 'service', service: { ...ANY, name: 't1', account: '222222222222' } },
  { kind: 'service', service: { ...ANY, name: 't1', account: '' } },
  { kind: 'service', service: { ...ANY, name: 't1', account: '222222222222', isOwnAccount: true } },
  { kind: 'edge', from: { ...ANY, name: 'front' }, to: { ...ANY, type: 'remote' } },
  { kind: 'edge', from: ANY, to: { ...ANY, name: 'back' } },
]

/** One request of a node or an edge. */
type Listed = { readonly from: string; readonly to: string; readonly request: CountedRequest }

/** Every request of every trace, as nodes (without a caller) and edges tell of it. */
function requestsOf(sent: readonly Sent[]): readonly Listed[] {
  const listed: Listed[] = []
  for (const trace of tracesFrom(sent)) {
    const graph: CallGraph = {
      node: (key) => {
        const to = [key.name, key.type ?? '', key.account ?? ''].join('|')
        const addRequest = (request: CountedRequest) => listed.push({ from: '', to, request })
        return Object.assign({ root: false, addTraces: () => {}, addRequest }, { to })
      },
      edge: (from, to) => ({
        addAlias: () => {},
        addAge: () => {},
        addRequest: (request) => listed.push({ from: textOf(from), to: textOf(to), request }),
      }),
    }
    addTraceCalls(graph, callsOfTrace(trace))
  }
  return listed
}

function textOf(node: object | undefined): string {
  return node !== undefined && 'to' in node ? String(node.to) : ''
}

function isOf(entity: SeriesEntity, { from, to }: Listed): boolean {
  const [name, type, account] = to.split('|')
  switch (entity.kind) {
    case 'entries':
      return from.includes('|client|')
    case 'service': {
      const { service } = entity
      const isAccount = (service.account ?? account) === account
      const isOwn = service.isOwnAccount === true && account === ''
      return from === '' && name === service.name && (isAccount || isOwn)
    }
    default: {
      if (from === '') return false
      if (entity.to.type !== undefined) return from.startsWith('front|') && type === entity.to.type
      return name === entity.to.name
    }
  }
}

/** The buckets that end in `[from, to)`, newest last, from each request by itself. */
function expectedSeries(
  requests: readonly Listed[],
  entity: SeriesEntity,
  { from, to, period }: { readonly from: number; readonly to: number; readonly period: number },
): readonly SeriesBucket[] {
  const buckets: SeriesBucket[] = []
  for (let end = Math.ceil(from / period) * period; end < to; end += period) {
    const inside = requests.filter((listed) => {
      const seconds = Number(listed.request.end) / 1e9
      return isOf(entity, listed) && seconds >= end - period && seconds < end
    })
    if (inside.length === 0) continue
    const count = (outcome: string) =>
      inside.filter(({ request }) => request.outcome === outcome).length
    const millis = inside.map(({ request }) => Math.round(request.nanos / 1e6))
    const values = [...new Set(millis)].sort((left, right) => left - right)
    buckets.push({
      end,
      statistics: {
        ok: count('ok'),
        error: count('error'),
        throttle: count('throttle'),
        fault: count('fault'),
        totalNanos: inside.reduce((sum, { request }) => sum + request.nanos, 0),
      },
      responseTimes: new Map(
        values.map((value) => [value, millis.filter((each) => each === value).length]),
      ),
    })
  }
  return buckets
}

function instant(seconds: number) {
  return unixNanos(BigInt(seconds) * 1_000_000_000n)
}

describe('ServiceGraphs.series', () => {
  test('holds each request in the minute of its end, whatever arrives when', async () => {
    const step = fc.record({
      documents: fc.array(plannedDocument, { maxLength: 6 }),
      pass: fc.boolean(),
      restart: fc.boolean(),
      /** In half minutes. */
      from: fc.nat(10),
      length: fc.integer({ min: 1, max: 24 }),
      period: fc.constantFrom(60, 60, 300),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        const base = newTime()
        const traces = newTraceIds()
        const sent: Sent[] = []
        let graphs = eagerGraphs(store.database)
        for (const { documents, pass, restart, from, length, period } of steps) {
          const added = documents.map((planned, index) => {
            const nanos = BigInt(base) * 1_000_000_000n + BigInt(sent.length + index) * 1000n
            return sentOf(documentOf(planned, traces, base), nanos)
          })
          await insertSent(store.database, [...added, ...added.slice(0, 1)])
          sent.push(...added)
          if (pass) await graphs.pass()
          if (restart) graphs = eagerGraphs(store.database)
          const range = { from: base + from * 30, to: base + (from + length) * 30, period }
          const requests = requestsOf(sent)
          for (const entity of ENTITIES) {
            const series = await graphs.series({
              from: instant(range.from),
              to: instant(range.to),
              period,
              entity,
            })
            expect(series).toEqual(expectedSeries(requests, entity, range))
          }
        }
      }),
      { numRuns: 10 },
    )
  }, 600_000)

  test('a trace that goes on for long counts when its requests end, also from versions', async () => {
    const base = newTime()
    const [trace = ''] = newTraceIds()
    const call = (id: string, from: number, to: number): JsonObject => ({
      id,
      name: 'back',
      namespace: 'remote',
      start_time: base + from,
      end_time: base + to,
    })
    const subsegments = [
      call('00000000000000c1', 1, 59.999),
      call('00000000000000c2', 1, 60),
      call('00000000000000c3', 1, 600),
    ]
    const document = {
      trace_id: trace,
      id: 'aaaaaaaaaaaaaaaa',
      name: 'front',
      start_time: base,
      end_time: base + 1200.5,
      fault: true,
      subsegments,
    }
    const sent = [sentOf(document, BigInt(base) * 1_000_000_000n)]
    await insertSent(store.database, sent)
    const graphs = eagerGraphs(store.database)
    await settle()
    await graphs.pass()
    const { readSpans } = graphs.statistics()

    const edge: SeriesEntity = {
      kind: 'edge',
      from: { ...ANY, name: 'front' },
      to: { ...ANY, type: 'remote' },
    }
    const range = { from: instant(base), to: instant(base + 1800), period: 60 }
    const calls = await graphs.series({ ...range, entity: edge })
    expect(calls.map(({ end, statistics }) => [end - base, statistics.ok])).toEqual([
      [60, 1],
      [120, 1],
      [660, 1],
    ])
    const entries = await graphs.series({ ...range, entity: { kind: 'entries' } })
    expect(entries).toEqual([
      {
        end: base + 1260,
        statistics: { ok: 0, error: 0, throttle: 0, fault: 1, totalNanos: 1_200_500_000_000 },
        responseTimes: new Map([[1_200_500, 1]]),
      },
    ])
    expect(graphs.statistics().readSpans).toBe(readSpans)

    const graph = await graphs.graph(instant(base), instant(base + 60))
    const [only] = tracesFrom(sent)
    if (only === undefined) throw new Error('no trace')
    expect(graph).toEqual(graphOfTrace(only))
  })

  test('changed minutes in which nothing ends within the range are not read', async () => {
    const base = newTime()
    const sent = newTraceIds().map((trace, at) =>
      sentOf(
        {
          trace_id: trace,
          id: 'aaaaaaaaaaaaaaaa',
          name: 'front',
          start_time: base + at * 60,
          end_time: base + at * 60 + 1,
        },
        BigInt(base + at) * 1_000_000_000n,
      ),
    )
    await insertSent(store.database, sent)
    const graphs = eagerGraphs(store.database)
    const range = { from: instant(base + 60), to: instant(base + 121), period: 60 }
    const series = await graphs.series({ ...range, entity: { kind: 'entries' } })
    expect(series.map(({ end }) => end - base)).toEqual([60, 120])
    expect(graphs.statistics().readSpans).toBe(2)
  })
})
