import { unixNanos } from '@fluoroscope/model'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findGraphSources } from '../query/graph-merges.ts'
import {
  ALL_TRACES,
  findIncompleteMinutes,
  findMergedGraph,
  insertGraphMinutes,
} from '../query/graph-minutes.ts'
import { DAY, MINUTE, UINT64 } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { integer, sql, text } from '../store/sql.ts'
import { startTestDatabase, type TestDatabase } from '../store/test-database.ts'
import { expectedGraph } from './test-merge-graphs.ts'
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
} from './test-sent-documents.ts'

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
}, 300_000)

afterAll(async () => {
  await store.stop()
})

/** With merges of what the pass has just computed. */
const mergingGraphs = () => eagerGraphs(store.database, { mergeQuietMs: 0, mergeMs: 0 })

const NANOS = 1_000_000_000n
const HOUR = 3600

/** Start of an hour with two more behind it that no other run uses. */
function newHours(): number {
  for (let hours = 0; hours < 3; hours++) newTime()
  return Math.ceil(newTime() / HOUR) * HOUR - 3 * HOUR
}

/** One trace of two services in the minute that starts at `start`. */
function oneTrace(start: number, id = newTraceIds()[0] ?? ''): Sent {
  const times = { start_time: start + 1, end_time: start + 2 }
  const call = { id: '00000000000000c1', name: 'back', namespace: 'remote', ...times }
  const segment = { trace_id: id, id: 'aaaaaaaaaaaaaaaa', name: 'front', ...times }
  return sentOf({ ...segment, subsegments: [call] }, BigInt(start + 2) * NANOS)
}

const sources = (from: number, to: number) =>
  findGraphSources(store.database, { grouping: ALL_TRACES, ranges: [{ from, to }] })

const graphBetween = (graphs: ReturnType<typeof eagerGraphs>, from: number, to: number) =>
  graphs.graph(unixNanos(BigInt(from) * NANOS), unixNanos(BigInt(to) * NANOS))

test('over hours the graph is that of each trace, merged, whatever arrives when and is merged when', async () => {
  const step = fc.record({
    /** With the ten minutes in which its times begin; trace ids go with them. */
    documents: fc.array(fc.tuple(plannedDocument, fc.nat(11)), { maxLength: 8 }),
    pass: fc.boolean(),
    /** In half minutes. */
    from: fc.nat(40),
    length: fc.integer({ min: 100, max: 300 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 4 }), async (steps) => {
      const base = newHours()
      const traces = Array.from({ length: 12 }, () => newTraceIds())
      const graphs = mergingGraphs()
      const sent: Sent[] = []
      for (const { documents, pass, from, length } of steps) {
        const added = documents.map(([planned, ten], index) => {
          const received = BigInt(base) * NANOS + BigInt(sent.length + index) * 1000n
          const document = documentOf(planned, traces[ten] ?? [], base + ten * 600)
          return sentOf(document, received)
        })
        await insertSent(store.database, added)
        sent.push(...added)
        if (pass) {
          await settle()
          await graphs.pass()
        }
        const start = unixNanos(BigInt(base + from * 30) * NANOS)
        const end = unixNanos(start + BigInt(length) * 30n * NANOS)
        expect(await graphs.graph(start, end)).toEqual(expectedGraph(sent, start, end))
      }
    }),
    { numRuns: 6 },
  )
}, 600_000)

test('a range reads merges where they lie in it, hours before ten minutes, and minutes at its ends', async () => {
  const base = newHours()
  const sent = Array.from({ length: 120 }, (_, at) => oneTrace(base + at * 60))
  await insertSent(store.database, sent)
  const graphs = mergingGraphs()
  await settle()
  await passUntilMerged(graphs)

  const [from, to] = [base - 60, base + HOUR + 1500]
  expect(await sources(from, to)).toEqual([
    { grouping: '#3600 ', ranges: [{ from: base, to: base + HOUR }] },
    { grouping: '#600 ', ranges: [{ from: base + HOUR, to: base + HOUR + 1200 }] },
    {
      grouping: ALL_TRACES,
      ranges: [
        { from, to: base },
        { from: base + HOUR + 1200, to },
      ],
    },
  ])
  const graph = await graphBetween(graphs, from, to)
  expect(graph).toEqual(expectedGraph(sent, BigInt(from) * NANOS, BigInt(to) * NANOS))
  const front = graph.nodes.find(({ state }) => state === 'active')
  expect(front?.statistics?.ok).toBe(85)
}, 600_000)

test('a late document makes the merges of its minute stale, until they are made again', async () => {
  const base = newHours()
  const sent = [oneTrace(base), oneTrace(base + 660)]
  await insertSent(store.database, sent)
  const graphs = mergingGraphs()
  await settle()
  await passUntilMerged(graphs)
  const hour = [{ grouping: '#3600 ', ranges: [{ from: base, to: base + HOUR }] }]
  expect(await sources(base, base + HOUR)).toEqual(hour)

  const late = oneTrace(base + 60)
  await insertSent(store.database, [late])
  const expected = expectedGraph([...sent, late], BigInt(base) * NANOS, BigInt(base + HOUR) * NANOS)
  expect(await graphBetween(graphs, base, base + HOUR)).toEqual(expected)
  await settle()
  // The minute is computed, and its merges are not made yet.
  await eagerGraphs(store.database).pass()
  const ranges = [
    { from: base, to: base + 600 },
    { from: base + 1200, to: base + HOUR },
  ]
  expect(await sources(base, base + HOUR)).toEqual([
    { grouping: '#600 ', ranges: [{ from: base + 600, to: base + 1200 }] },
    { grouping: ALL_TRACES, ranges },
  ])
  expect(await graphBetween(graphs, base, base + HOUR)).toEqual(expected)
  await settle()
  await passUntilMerged(graphs)
  expect(await sources(base, base + HOUR)).toEqual(hour)
  expect(await graphBetween(graphs, base, base + HOUR)).toEqual(expected)
}, 600_000)

test('merges of one version are made once', async () => {
  const base = newHours()
  await insertSent(store.database, [oneTrace(base)])
  const graphs = mergingGraphs()
  await settle()
  await passUntilMerged(graphs)
  const { merges } = graphs.statistics()
  await graphs.pass()
  expect(graphs.statistics().merges).toBe(merges)
  const [row] = await store.database.rows(
    sql`SELECT count() AS kept FROM graph_minutes
      WHERE grouping = ${text('#3600 ')} AND minute = toDateTime(${text(String(base))}, 'UTC')`,
    { kept: UINT64 },
  )
  expect(row?.kept).toBe(1n)
}, 600_000)

/** Each pass makes some. */
async function passUntilMerged(graphs: ReturnType<typeof eagerGraphs>): Promise<void> {
  let merges: number
  do {
    merges = graphs.statistics().merges
    await graphs.pass()
  } while (graphs.statistics().merges > merges)
}

test('a minute that is being replaced is never missing from an answer', async () => {
  const start = newHours()
  const sent = [oneTrace(start), oneTrace(start + 60)]
  await insertSent(store.database, sent)
  const graphs = mergingGraphs()
  await settle()
  await passUntilMerged(graphs)
  const whole = expectedGraph(sent, BigInt(start) * NANOS, BigInt(start + 120) * NANOS)
  const asked = () => graphBetween(graphs, start, start + 120)
  expect(await asked()).toEqual(whole)
  const [row] = await store.database.rows(
    sql`SELECT day, completed FROM graph_nodes
      WHERE minute = toDateTime(${integer(start)}, 'UTC') AND grouping = ${text(ALL_TRACES)}`,
    { day: DAY, completed: MINUTE },
  )
  const { day = 0, completed = 0 } = row ?? {}
  const again = {
    minute: start,
    nodes: whole.nodes.map((node) => ({ ...node, completed })),
    edges: whole.edges.map((edge) => ({ ...edge, completed })),
    omitted: 0,
  }
  const version = {
    grouping: ALL_TRACES,
    version: 2n ** 63n,
    covered: Date.now(),
    day,
    oldest: day,
  }
  const half: Database = {
    rows: (...query) => store.database.rows(...query),
    batches: (...query) => store.database.batches(...query),
    command: (statement) => store.database.command(statement),
    insert: (statement, chunks, token) =>
      statement.includes('INTO graph_minutes')
        ? Promise.reject(new Error('cut off'))
        : store.database.insert(statement, chunks, token),
  }
  await expect(insertGraphMinutes(half, [again], version)).rejects.toThrow('cut off')
  await store.database.command(sql`OPTIMIZE TABLE graph_nodes FINAL`)
  const minutes = { grouping: ALL_TRACES, ranges: [{ from: start, to: start + 120 }] }
  expect(await findMergedGraph(store.database, [minutes], { nodes: 100, edges: 100 })).toBe(
    undefined,
  )
  expect(await findIncompleteMinutes(store.database, minutes)).toEqual([start])
  expect(await asked()).toEqual(whole)
})
