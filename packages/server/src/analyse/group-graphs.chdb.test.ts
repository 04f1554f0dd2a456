import {
  DEFAULT_GROUP,
  type Group,
  type JsonObject,
  type Trace,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { traceStart } from '../query/trace-times.ts'
import { startTestDatabase, type TestDatabase } from '../store/test-database.ts'
import { matchesFilter } from './evaluate-filter.ts'
import { producersIn } from './linked-producers.ts'
import { callsOfTrace, graphOfTrace } from './service-graph.ts'
import { SeriesBuilder } from './service-series.ts'
import { mergeGraphs } from './test-merge-graphs.ts'
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
import { addTraceCalls } from './trace-calls.ts'
import { hasOldVersions, tracesOfGroup } from './trace-selection.ts'
import { summarizeTrace } from './trace-summary.ts'

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
}, 300_000)

afterAll(async () => {
  await store.stop()
})

function instant(seconds: number): UnixNanos {
  return unixNanos(BigInt(seconds) * 1_000_000_000n)
}

/** A group with these expressions, each from that time on. */
function groupOf(...versions: readonly (readonly [expression: string, since: number])[]): Group {
  const filters = versions.map(([expression, since]) => ({ expression, since: instant(since) }))
  const last = filters.pop()
  if (last === undefined) throw new Error('a group without an expression')
  return {
    ...DEFAULT_GROUP,
    name: 'shop',
    id: 'A'.repeat(52),
    filterExpression: last.expression,
    filterSince: last.since,
    earlierFilters: filters,
  }
}

/** Which traces the group holds, each judged by itself. */
function tracesIn(group: Group, sent: readonly Sent[]): readonly Trace[] {
  const selections = tracesOfGroup(group)
  return tracesFrom(sent).filter((trace) => {
    const start = traceStart(trace)
    const selection = selections.findLast(({ from }) => start >= from)
    const expression = selection?.filter?.expression
    return expression !== undefined && matchesFilter(expression, trace, summarizeTrace(trace))
  })
}

const FILTERS = [
  'fault',
  'service("back")',
  'service("front") { error } OR responsetime > 20',
  '!service("pay.example")',
]

describe('the graph and the series of a group', () => {
  test('are those of each trace that matches when it starts, whatever arrives when', async () => {
    const step = fc.record({
      documents: fc.array(plannedDocument, { maxLength: 6 }),
      pass: fc.boolean(),
      restart: fc.boolean(),
      /** In half minutes. */
      from: fc.nat(10),
      length: fc.integer({ min: 1, max: 12 }),
    })
    const versions = fc.array(
      fc.tuple(fc.constantFrom(...FILTERS), fc.integer({ min: 0, max: 300 })),
      { minLength: 1, maxLength: 3 },
    )
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 2, maxLength: 4 }),
      versions,
      async (steps, planned) => {
        const base = newTime()
        const traces = newTraceIds()
        const sorted = planned.toSorted(([, left], [, right]) => left - right)
        const group = groupOf(
          ...sorted.map(([expression, since]) => [expression, base + since] as const),
        )
        const sent: Sent[] = []
        let graphs = eagerGraphs(store.database)
        for (const { documents, pass, restart, from, length } of steps) {
          const added = documents.map((document, index) => {
            const nanos = BigInt(base) * 1_000_000_000n + BigInt(sent.length + index) * 1000n
            return sentOf(documentOf(document, traces, base), nanos)
          })
          await insertSent(store.database, [...added, ...added.slice(0, 1)])
          sent.push(...added)
          if (pass) await graphs.pass()
          if (restart) graphs = eagerGraphs(store.database)
          const start = instant(base + from * 30)
          const end = unixNanos(start + BigInt(length) * 30_000_000_000n)
          const calls = new Map(tracesFrom(sent).map((trace) => [trace.id, callsOfTrace(trace)]))
          const own = tracesIn(group, sent)
          const inside = own.filter(
            (trace) => traceStart(trace) >= start && traceStart(trace) < end,
          )
          expect(await graphs.graph(start, end, tracesOfGroup(group))).toEqual(
            mergeGraphs(inside.map((trace) => graphOfTrace(trace, producersIn(calls)))),
          )

          const entity = { kind: 'service', service: { ...ANY, name: 'front' } } as const
          const completed = { from: base, to: base + 600 }
          const series = new SeriesBuilder(entity, completed, 60)
          for (const trace of own) addTraceCalls(series, callsOfTrace(trace))
          const range = { from: instant(base + 60), to: instant(base + 601), period: 60 }
          expect(await graphs.series({ ...range, entity }, tracesOfGroup(group))).toEqual(
            series.buckets(),
          )
        }
      },
    )
    await fc.assert(property, { numRuns: 6 })
  }, 600_000)

  test('are computed when first asked for, kept, and made again when their minute changed', async () => {
    const base = newTime()
    const [first = '', second = ''] = newTraceIds()
    await insertSent(store.database, [
      segment(first, base + 10, {}),
      segment(second, base + 70, {}),
    ])
    const graphs = eagerGraphs(store.database)
    await settle()
    await graphs.pass()
    const traces = tracesOfGroup(groupOf(['service("back")', base]))
    const ask = () => graphs.graph(instant(base), instant(base + 300), traces)
    expect(await ask()).toEqual({ nodes: [], edges: [] })
    const { computedMinutes } = graphs.statistics()
    expect(await ask()).toEqual({ nodes: [], edges: [] })
    expect(graphs.statistics().computedMinutes).toBe(computedMinutes)

    // What makes the trace match starts in another minute than the trace.
    const late = segment(first, base + 130, {
      id: 'bbbbbbbbbbbbbbbb',
      name: 'back',
      parent_id: 'aaaaaaaaaaaaaaaa',
    })
    await settle()
    await insertSent(store.database, [late])
    const expected = ['back', 'front', 'front']
    expect((await ask()).nodes.map(({ key }) => key.name)).toEqual(expected)
    await settle()
    await graphs.pass()
    expect((await ask()).nodes.map(({ key }) => key.name)).toEqual(expected)
    const { readSpans } = graphs.statistics()
    const next = eagerGraphs(store.database)
    expect((await next.graph(instant(base), instant(base + 300), traces)).nodes).toHaveLength(3)
    await ask()
    expect(graphs.statistics().readSpans).toBe(readSpans)
  })
})

const ANY = { name: undefined, type: undefined, account: undefined }

function segment(trace: string, start: number, members: JsonObject): Sent {
  return sentOf(
    {
      trace_id: trace,
      id: 'aaaaaaaaaaaaaaaa',
      name: 'front',
      start_time: start,
      end_time: start + 1,
      ...members,
    },
    BigInt(start + 2) * 1_000_000_000n,
  )
}

describe('versions of a group', () => {
  const group = groupOf(['fault', 100], ['error', 200], ['ok', 300])

  test('cover all of time, the first one also what was before it', () => {
    const bounds = tracesOfGroup(group).map(({ filter, from, to }) => [filter?.grouping, from, to])
    expect(bounds).toEqual([
      ['fault', 0n, 200_000_000_000n],
      ['error', 200_000_000_000n, 300_000_000_000n],
      ['ok', 300_000_000_000n, 2n ** 63n - 1n],
    ])
  })

  test('are old where a range reaches before the present one, if there was one before', () => {
    expect(hasOldVersions(group, instant(299))).toBe(true)
    expect(hasOldVersions(group, instant(300))).toBe(false)
    expect(hasOldVersions(groupOf(['fault', 100]), instant(0))).toBe(false)
    expect(hasOldVersions(DEFAULT_GROUP, instant(0))).toBe(false)
  })
})
