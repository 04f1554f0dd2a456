import { type JsonObject, parseTraceId, type UnixNanos, unixNanos } from '@fluoroscope/model'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLog } from '../lib/log.ts'
import { startTestDatabase, type TestDatabase } from '../store/test-database.ts'
import { ServiceGraphs } from './service-graphs.ts'
import { expectedGraph } from './test-merge-graphs.ts'
import {
  documentOf,
  EAGER,
  eagerGraphs,
  insertSent,
  newTime,
  newTraceIds,
  plannedDocument,
  type Sent,
  sentOf,
  settle,
} from './test-sent-documents.ts'

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
}, 300_000)

afterAll(async () => {
  await store.stop()
})

const serviceGraphs = (settings = {}) => eagerGraphs(store.database, settings)
const insert = (sent: readonly Sent[]) => insertSent(store.database, sent)

const MINUTE = 60
describe('ServiceGraphs', () => {
  test('is the graph of each trace, merged, whatever arrives when and is computed when', async () => {
    const step = fc.record({
      documents: fc.array(plannedDocument, { maxLength: 6 }),
      pass: fc.boolean(),
      restart: fc.boolean(),
      /** In half minutes. */
      from: fc.nat(10),
      length: fc.integer({ min: 1, max: 12 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        const base = newTime()
        const traces = newTraceIds()
        const sent: Sent[] = []
        let graphs = serviceGraphs()
        for (const { documents, pass, restart, from, length } of steps) {
          const added = documents.map((planned, index) => {
            const nanos = BigInt(base) * 1_000_000_000n + BigInt(sent.length + index) * 1000n
            return sentOf(documentOf(planned, traces, base), nanos)
          })
          // Some come twice, as after a retry of the sender.
          await insert([...added, ...added.slice(0, 1)])
          sent.push(...added)
          if (pass) await graphs.pass()
          if (restart) graphs = serviceGraphs()
          const start = unixNanos(BigInt(base + from * 30) * 1_000_000_000n)
          const end = unixNanos(start + BigInt(length) * 30_000_000_000n)
          expect(await graphs.graph(start, end)).toEqual(expectedGraph(sent, start, end))
        }
      }),
      // To make a counterexample smaller takes many minutes.
      { numRuns: 12, endOnFailure: true },
    )
  }, 600_000)

  test('quiet minutes are answered without reading a span, also by the next run', async () => {
    const base = newTime()
    const sent = tracesOf(base, 30)
    await insert(sent)
    const graphs = serviceGraphs()
    await settle()
    await graphs.pass()
    const { from, to } = rangeOf(base, 5)
    const expected = expectedGraph(sent, from, to)
    expect(expected.nodes.length).toBeGreaterThan(2)

    const before = graphs.statistics()
    expect(before.computedMinutes).toBeGreaterThanOrEqual(5)
    expect(await graphs.graph(from, to)).toEqual(expected)
    expect(graphs.statistics()).toEqual(before)

    const next = serviceGraphs()
    await settle()
    expect(await next.graph(from, to)).toEqual(expected)
  })

  test('what can be read is in the graph, also right after another answer', async () => {
    const base = newTime()
    // What is inserted meanwhile takes a while from its stamp to being visible.
    const graphs = eagerGraphs(store.database, { overlapMs: 10_000 })
    const { from, to } = rangeOf(base, 5)
    const sent: Sent[] = []
    for (let round = 0; round < 3; round += 1) {
      const added = tracesOf(base, 2)
      const [graph] = await Promise.all([graphs.graph(from, to), insert(added)])
      expect(graph.nodes.length).toBeGreaterThanOrEqual(Math.min(sent.length, 1))
      sent.push(...added)
      expect(await graphs.graph(from, to)).toEqual(expectedGraph(sent, from, to))
    }
  })

  test('a server beside the one that computes learns what is computed, and answers the same', async () => {
    const base = newTime()
    const sent = [...tracesOf(base, 20)]
    const graphs = serviceGraphs()
    const lease = { holds: async () => false, release: async () => {} }
    const beside = eagerGraphs(store.database, {}, lease)
    const { from, to } = rangeOf(base, 5)
    for (let round = 0; round < 2; round += 1) {
      await insert(sent.slice(round * 10, round * 10 + 10))
      await settle()
      await beside.pass()
      expect(beside.statistics()).toMatchObject({ computedMinutes: 0, isComputing: false })
      expect(beside.statistics().dirtyMinutes).toBeGreaterThan(0)
      await graphs.pass()
      await beside.pass()
      expect(beside.statistics()).toMatchObject({ computedMinutes: 0, dirtyMinutes: 0 })
      const before = beside.statistics().readSpans
      expect(await beside.graph(from, to)).toEqual(await graphs.graph(from, to))
      expect(beside.statistics().readSpans).toBe(before)
    }
    expect(await beside.graph(from, to)).toEqual(expectedGraph(sent, from, to))
  })

  test('a late document makes its minutes dirty, and the next pass clean', async () => {
    const base = newTime()
    const sent = tracesOf(base, 10)
    await insert(sent)
    const graphs = serviceGraphs()
    await settle()
    await graphs.pass()
    const [first] = sent
    if (first?.received.document.kind !== 'segment') throw new Error('not a segment')
    const late = sentOf(
      {
        trace_id: first.received.document.segment.traceId,
        id: 'bbbbbbbbbbbbbbbb',
        parent_id: '00000000000000c1',
        name: 'back',
        start_time: base + 200,
        end_time: base + 201,
      },
      BigInt(base + 900) * 1_000_000_000n,
    )
    await insert([late])
    const { from, to } = rangeOf(base, 5)
    const expected = expectedGraph([...sent, late], from, to)
    const reported = expected.nodes.find(({ key }) => key.name === 'back' && key.type === undefined)
    expect(reported?.state).toBe('active')

    expect(await graphs.graph(from, to)).toEqual(expected)
    expect(graphs.statistics().dirtyMinutes).toBeGreaterThanOrEqual(2)
    await settle()
    await graphs.pass()
    expect(graphs.statistics().dirtyMinutes).toBe(0)
    const { readSpans } = graphs.statistics()
    expect(await graphs.graph(from, to)).toEqual(expected)
    expect(graphs.statistics().readSpans).toBe(readSpans)
  })

  test('a sender that comes after the version of its receiver makes the linked edge appear', async () => {
    const base = newTime()
    const [sending = '', receiving = ''] = newTraceIds()
    const link = {
      trace_id: sending,
      id: '00000000000000c1',
      attributes: { 'aws.xray.reserved.reference_type': 'parent' },
    }
    const receiver = sentOf(
      {
        trace_id: receiving,
        id: 'aaaaaaaaaaaaaaaa',
        name: 'shipping',
        start_time: base + 130,
        end_time: base + 131,
        links: [link],
      },
      BigInt(base + 131) * 1_000_000_000n,
    )
    await insert([receiver])
    const graphs = serviceGraphs()
    await settle()
    await graphs.pass()
    const { from, to } = rangeOf(base + 120, 1)
    expect((await graphs.graph(from, to)).edges.map(({ type }) => type)).toEqual(['call'])

    const sender = sentOf(
      {
        trace_id: sending,
        id: 'aaaaaaaaaaaaaaaa',
        name: 'orders',
        start_time: base,
        end_time: base + 2,
        subsegments: [
          {
            id: '00000000000000c1',
            name: 'SQS',
            namespace: 'aws',
            aws: { operation: 'SendMessage', queue_url: 'https://queue.example/1/parcels' },
            start_time: base + 1,
            end_time: base + 2,
          },
        ],
      },
      BigInt(base + 200) * 1_000_000_000n,
    )
    await settle()
    await insert([sender])
    const linked = (await graphs.graph(from, to)).edges.filter(({ type }) => type === 'link')
    expect(
      linked.map((edge) => [edge.from.name, edge.to.name, [...edge.receivedEventAges]]),
    ).toEqual([['https://queue.example/1/parcels', 'shipping', [[129_000, 1]]]])

    await settle()
    await graphs.pass()
    const { readSpans } = graphs.statistics()
    const expected = expectedGraph([receiver, sender], from, to)
    expect(await graphs.graph(from, to)).toEqual(expected)
    expect(graphs.statistics().readSpans).toBe(readSpans)

    const next = serviceGraphs()
    expect(await next.graph(from, to)).toEqual(expected)
  })

  test('rows of a version that was not finished are not seen', async () => {
    const base = newTime()
    const sent = tracesOf(base, 10)
    await insert(sent)
    const { database } = store
    const stopping = new ServiceGraphs({
      database: {
        rows: (...args) => database.rows(...args),
        batches: (...args) => database.batches(...args),
        command: (statement) => database.command(statement),
        async insert(statement, rows, token) {
          if (statement.includes('graph_minutes')) throw new Error('killed')
          await database.insert(statement, rows, token)
        },
      },
      log: createLog({ level: 'silent' }),
      monotonicMs: () => performance.now(),
      random: Math.random,
      settings: EAGER,
    })
    await settle()
    await expect(stopping.pass()).rejects.toThrow('killed')
    const { from, to } = rangeOf(base, 5)
    expect(await serviceGraphs().graph(from, to)).toEqual(expectedGraph(sent, from, to))
  })

  test('documents without a time are counted when they arrive', async () => {
    const base = newTime()
    const [trace = ''] = newTraceIds()
    const document = { trace_id: trace, id: 'aaaaaaaaaaaaaaaa', name: 'clockless' }
    const sent = [
      sentOf({ ...document, start_time: 0, end_time: 1 }, BigInt(base + 90) * 1_000_000_000n),
    ]
    await insert(sent)
    const graphs = serviceGraphs()
    await settle()
    await graphs.pass()
    const { from, to } = rangeOf(base, 5)
    const graph = await graphs.graph(from, to)
    expect(graph.nodes.map(({ key }) => key.name)).toEqual(['clockless', 'clockless'])
    expect(graph).toEqual(expectedGraph(sent, from, to))
  })

  test('a graph beyond its limit is cut, and the cut is counted', async () => {
    const base = newTime()
    const sent = Array.from({ length: 30 }, (_, at) =>
      sentOf(
        {
          trace_id: newTraceIds()[0] ?? '',
          id: 'aaaaaaaaaaaaaaaa',
          name: `service-${at}`,
          start_time: base + 1,
          end_time: base + 2,
        },
        BigInt(base + at) * 1_000_000_000n,
      ),
    )
    await insert(sent)
    const graphs = serviceGraphs({ nodes: 20 })
    const { from, to } = rangeOf(base, 5)
    expect((await graphs.graph(from, to)).nodes).toHaveLength(20)
    expect(graphs.statistics().omitted).toBeGreaterThan(0)
  })
})

/** Whole minutes: the base is the start of one. */
function rangeOf(base: number, minutes: number): { from: UnixNanos; to: UnixNanos } {
  expect(base % MINUTE).toBe(0)
  const from = unixNanos(BigInt(base) * 1_000_000_000n)
  return { from, to: unixNanos(from + BigInt(minutes) * 60_000_000_000n) }
}

function tracesOf(base: number, count: number): readonly Sent[] {
  return Array.from({ length: count }, (_, at) => {
    const start = base + (at * 300) / count
    const table = { operation: 'GetItem', table_name: 't1' }
    return sentOf(
      {
        trace_id: parseTraceId(newTraceIds()[0] ?? '') ?? '',
        id: 'aaaaaaaaaaaaaaaa',
        name: 'front',
        start_time: start,
        end_time: start + 0.25,
        subsegments: [
          { id: '00000000000000c1', name: 'back', namespace: 'remote', ...timesAt(start) },
          {
            id: '00000000000000c2',
            name: 'DynamoDB',
            namespace: 'aws',
            aws: table,
            ...timesAt(start),
          },
        ],
      },
      BigInt(base) * 1_000_000_000n + BigInt(at),
    )
  })
}

function timesAt(start: number): JsonObject {
  return { start_time: start + 0.1, end_time: start + 0.2 }
}
