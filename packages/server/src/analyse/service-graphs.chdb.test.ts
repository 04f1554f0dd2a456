import {
  type JsonObject,
  parseSegmentDocument,
  parseTraceId,
  type ReceivedDocument,
  type ServiceGraph,
  type TraceId,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLog } from '../lib/log.ts'
import { assembleTrace } from '../query/assemble-trace.ts'
import { traceStart } from '../query/trace-times.ts'
import {
  INSERT_DOCUMENTS,
  INSERT_SPANS,
  INSERT_TRACE_MINUTES,
  RowEncoder,
} from '../store/segment-row.ts'
import { startTestDatabase, type TestDatabase } from '../store/test-database.ts'
import { graphOfTrace } from './service-graph.ts'
import { type ServiceGraphSettings, ServiceGraphs } from './service-graphs.ts'
import { mergeGraphs } from './test-merge-graphs.ts'

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
}, 60_000)

afterAll(async () => {
  await store.stop()
})

/** Everything at once: minutes are computed as soon as a pass sees them. */
const EAGER: Partial<ServiceGraphSettings> = { quietMs: 0, overlapMs: 1, staleMs: 0, saveMs: 0 }

function serviceGraphs(settings: Partial<ServiceGraphSettings> = {}): ServiceGraphs {
  return new ServiceGraphs({
    database: store.database,
    log: createLog({ level: 'silent' }),
    monotonicMs: () => performance.now(),
    random: Math.random,
    settings: { ...EAGER, ...settings },
  })
}

const MINUTE = 60
let runs = 0

/** Every run has a time and traces of its own, so that one engine serves all. */
function newTime(): number {
  runs += 1
  return 1_790_000_040 + runs * 3600
}

type Sent = { readonly received: ReceivedDocument; readonly text: string }

let tokens = 0

async function insert(sent: readonly Sent[]): Promise<void> {
  const encoder = new RowEncoder()
  for (const { received, text } of sent) encoder.add(received, text)
  const rows = encoder.take()
  tokens += 1
  const parts = [
    [INSERT_TRACE_MINUTES, rows.minutes],
    [INSERT_SPANS, rows.spans],
    [INSERT_DOCUMENTS, rows.documents],
  ] as const
  for (const [statement, bytes] of parts) {
    await store.database.insert(statement, once(bytes), `${statement.slice(0, 30)}-${tokens}`)
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function sentOf(document: JsonObject, receivedNanos: bigint): Sent {
  const text = JSON.stringify(document)
  const parsed = parseSegmentDocument(text)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  const context = { account: '000000000000', region: 'us-east-1' }
  const received = unixNanos(receivedNanos)
  return { text, received: { document: parsed.value.document, received, ...context } }
}

/** What the graph must be: that of each trace from its documents, merged. */
function expectedGraph(sent: readonly Sent[], from: UnixNanos, to: UnixNanos): ServiceGraph {
  const byTrace = new Map<TraceId, ReceivedDocument[]>()
  for (const { received } of sent) {
    const { document } = received
    const id = document.kind === 'segment' ? document.segment.traceId : document.traceId
    byTrace.set(id, [...(byTrace.get(id) ?? []), received])
  }
  const traces = [...byTrace].map(([id, documents]) => assembleTrace(id, documents))
  const inside = traces.filter((trace) => traceStart(trace) >= from && traceStart(trace) < to)
  return mergeGraphs(inside.map((trace) => graphOfTrace(trace)))
}

/** A few ids, so that documents meet: versions, parents that come late or never, circles. */
const ids = fc.integer({ min: 1, max: 6 }).map((id) => `${id}`.padStart(16, 'a'))

const entity = fc.record({
  name: fc.constantFrom('front', 'back', 'DynamoDB', 'pay.example'),
  inProgress: fc.boolean(),
  /** In steps of 7.5 s, so that many lie on the bounds of minutes. */
  step: fc.nat(40),
  milliseconds: fc.integer({ min: -50, max: 90_000 }),
  flags: fc.constantFrom({}, {}, { fault: true }, { error: true }, { throttle: true }),
  status: fc.constantFrom(undefined, 200, 404, 429, 503),
  namespace: fc.constantFrom(undefined, 'aws', 'remote', 'remote'),
  aws: fc.constantFrom(
    undefined,
    { operation: 'GetItem', table_name: 't1' },
    { operation: 'GetItem', table_name: 't1', account_id: '222222222222' },
    { account_id: '000000000000' },
  ),
  sql: fc.constantFrom(undefined, undefined, { url: 'db' }),
  origin: fc.constantFrom(undefined, 'AWS::ECS::Container'),
})

const plannedDocument = fc.record({
  trace: fc.nat(3),
  ids: fc.uniqueArray(ids, { minLength: 1, maxLength: 4 }),
  parent: fc.option(ids, { nil: undefined }),
  independent: fc.boolean(),
  /** Whether each embedded one hangs below the one before, or below the top. */
  nested: fc.boolean(),
  entities: fc.tuple(entity, entity, entity, entity),
})

type PlannedDocument = typeof plannedDocument extends fc.Arbitrary<infer Planned> ? Planned : never
type PlannedEntity = PlannedDocument['entities'][number]

function membersOf(planned: PlannedEntity, id: string, base: number, subsegments: JsonObject[]) {
  const start = base + planned.step * 7.5
  const http =
    planned.status === undefined ? {} : { http: { response: { status: planned.status } } }
  const end = planned.inProgress
    ? { in_progress: true }
    : { end_time: start + planned.milliseconds / 1000 }
  const { name, flags, aws } = planned
  const block = aws === undefined ? {} : { aws }
  return { id, name, start_time: start, ...end, ...flags, ...http, ...block, subsegments }
}

function subsegmentOf(planned: PlannedEntity, id: string, base: number, below: JsonObject[]) {
  const { namespace, sql } = planned
  return {
    ...membersOf(planned, id, base, below),
    ...(namespace === undefined ? {} : { namespace }),
    ...(sql === undefined ? {} : { sql }),
  }
}

function documentOf(planned: PlannedDocument, traces: readonly string[], base: number): JsonObject {
  const [top = '', ...rest] = planned.ids
  let below: JsonObject[] = []
  for (const [index, id] of rest.entries()) {
    const own = planned.entities[index + 1] ?? planned.entities[0]
    const made = subsegmentOf(own, id, base, planned.nested ? below : [])
    below = planned.nested ? [made] : [...below, made]
  }
  const shared = { trace_id: traces[planned.trace] ?? '' }
  const parent = planned.parent
  const [first] = planned.entities
  if (planned.independent && parent !== undefined) {
    const members = subsegmentOf(first, top, base, below)
    return { ...shared, ...members, type: 'subsegment', parent_id: parent }
  }
  return {
    ...shared,
    ...membersOf(first, top, base, below),
    ...(parent === undefined ? {} : { parent_id: parent }),
    ...(first.origin === undefined ? {} : { origin: first.origin }),
  }
}

function newTraceIds(): readonly string[] {
  const random = () =>
    Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return Array.from({ length: 4 }, () => `1-${random()}-${random()}${random()}${random()}`)
}

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
      { numRuns: 12 },
    )
  }, 180_000)

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

/** Lets the engine's clock move on from the stamps of what was inserted. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5))
}
