import { parseTraceQuery, spansOfTrace, type TraceId, unixNanos } from '@fluoroscope/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type StoredDocument,
  startTestDatabase,
  type TestDatabase,
} from '../../../../test/support/database.ts'
import { FILTER_TRACES, traceIdNamed } from '../../../../test/support/filter-traces.ts'
import {
  BASE_SECONDS,
  entityIdText,
  type Json,
  receivedDocument,
  segmentJson,
  subsegmentJson,
  traceIdOf,
} from '../../../../test/support/traces.ts'
import { assembleTrace } from '../query/assemble-trace.ts'
import { findSpanTrace, findSpanTraces, type SpanSearch } from './span-search.ts'
import { spanTree } from './span-tree.ts'
import { compileTraceQuery } from './traceql/compile-query.ts'

const SECOND = 1_000_000_000n
const RANGE = { from: instant(-3600), until: instant(90_000) }

let store: TestDatabase
const documents = new Map<TraceId, StoredDocument[]>()

beforeAll(async () => {
  for (const [name, all] of FILTER_TRACES) {
    for (const json of all) keep(traceIdNamed(name), json)
  }
  for (let index = 0; index < 150; index++) addGenerated(index)
  store = await startTestDatabase()
  await store.insert([...documents.values()].flat())
})

afterAll(() => store.stop())

function instant(seconds: number) {
  return unixNanos(BigInt(BASE_SECONDS + seconds) * SECOND)
}

function keep(id: TraceId, json: Json): void {
  const known = documents.get(id) ?? []
  documents.set(id, known)
  known.push({ received: receivedDocument(json), text: JSON.stringify(json) })
}

/** Services, names, outcomes, annotations and times in all combinations. */
function addGenerated(index: number): void {
  const id = traceIdOf(`1-68f00001-${index.toString(16).padStart(24, '0')}`)
  const start = index * 40
  const at = (from: number, to: number) => [start + from, start + to] as const
  const head = { trace_id: id }
  const value = [index % 7, `v${index % 5}`, index % 2 === 0, index / 4][index % 4]
  keep(
    id,
    segmentJson(1, `front-${index % 3}`, at(0, 1 + (index % 4)), {
      ...head,
      annotations: { key: value, 'annotation.key': index % 6, tier: index % 9 === 0 ? 'x' : 'y' },
      http: {
        request: { method: index % 2 === 0 ? 'GET' : 'POST', url: `https://a.test/${index % 4}` },
        response: { status: [200, 404, 429, 503][index % 4] },
      },
      subsegments: [subsegmentJson(2, `call-${index % 4}`, at(0.1, 0.5), { namespace: 'remote' })],
    }),
  )
  if (index % 3 === 0) {
    keep(
      id,
      segmentJson(3, `back-${index % 2}`, at(0.2, 0.4), {
        ...head,
        parent_id: entityIdText(2),
        fault: index % 2 === 0,
      }),
    )
  }
}

const QUERIES = [
  '{}',
  '{ false }',
  '{ resource.service.name = "front-1" }',
  '{ .service.name = "back-0" }',
  '{ rootServiceName = "front-2" }',
  '{ rootName = "front-2" && name = "call-1" }',
  '{ name = "call-1" }',
  '{ name = "call-1" || name = "back-1" }',
  '{ name = "call-1" || kind = server }',
  '{ status = error }',
  '{ status = unset && kind = server }',
  '{ duration > 3s }',
  '{ duration >= 3s }',
  '{ duration = 4s }',
  '{ 3s < duration }',
  '{ duration > 2.5 * 1s }',
  '{ .key = 3 }',
  '{ .key = 3.0 }',
  '{ span.key = "v2" }',
  '{ .key = "v2" || .key = true }',
  '{ .key = false }',
  '{ .annotation.key = 4 }',
  '{ .key != nil }',
  '{ .key = nil }',
  '{ .key != 3 }',
  '{ .tier = "x" && .key =~ "v.*" }',
  '{ span.http.response.status_code = 404 }',
  '{ .http.response.status_code = 0 }',
  '{ .http.request.method = "POST" && .url.full = "https://a.test/3" }',
  '{ resource.tier = "x" }',
  '{ name = "call-0" } && { name = "back-0" }',
  '{ name = "none" } || { name = "back-0" }',
  '{ resource.service.name = "front-0" } >> { status = error }',
  '{ name = "back-0" } !>> { name = "call-0" }',
  '{ status = error } !<< { resource.service.name = "front-0" }',
  '{ name = "call-3" } &> { kind = server }',
  '{ kind = server } | count() > 1 | { status = error }',
  '({ name = "call-0" } | count() = 1) && { .tier = "x" }',
  '({ name = "call-0" } | count() = 9) || ({ .tier = "x" } | count() = 1)',
  '{ .tier = "x" } | by(name) | count() = 1',
  '{ !(.tier = "x") }',
  '{ (.tier = "x") = true }',
  '{ .tier = "\\ud800" }',
] as const

test.each(QUERIES)('%s', async (text) => {
  const parsed = parseTraceQuery(text)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  const compiled = compileTraceQuery(parsed.value, text)
  if (!compiled.ok) throw new Error(compiled.problem.message)
  const { match } = compiled.value
  const expected = [...documents]
    .map(([id, all]) => ({
      id,
      tree: spanTree(
        spansOfTrace(
          assembleTrace(
            id,
            all.map(({ received }) => received),
          ),
        ),
      ),
    }))
    .filter(({ tree }) => tree.nodes.length > 0 && match(tree).length > 0)
    .map(({ id }) => id)
  const found = await find({ implied: parsed.value }, ({ tree }) => match(tree).length > 0)
  expect(found.matches.toSorted()).toEqual(expected.toSorted())
  expect(found.isComplete).toBe(true)
})

test('without a query to narrow by every trace is looked at', async () => {
  const found = await find({ implied: undefined })
  expect(found.matches.toSorted()).toEqual([...documents.keys()].toSorted())
  expect(found.inspected).toBe(documents.size)
})

async function find(
  search: Partial<SpanSearch>,
  matches: (trace: Parameters<Parameters<typeof findSpanTraces>[2]>[0]) => boolean = () => true,
) {
  const whole = { range: RANGE, asOf: instant(100), implied: undefined, limit: 100_000, ...search }
  return await findSpanTraces(store.database, whole, (trace) =>
    matches(trace) ? trace.id : undefined,
  )
}

test('the newest come first, and a limit leaves out the oldest', async () => {
  const { matches } = await find({ range: { from: instant(0), until: instant(90_000) } })
  const starts = await Promise.all(
    matches.slice(0, 40).map(async (id) => (await findSpanTrace(store.database, id))?.tree.start),
  )
  expect(starts).toEqual(starts.toSorted((left = 0n, right = 0n) => (left < right ? 1 : -1)))
  const few = await find({ limit: 30 })
  expect(few.matches).toEqual(matches.slice(0, 30))
  expect([few.isComplete, few.inspected < documents.size]).toEqual([true, true])
})

test('a search that is given up says so', async () => {
  const some = await find({ maxInspected: 100 }, () => false)
  expect(some.isComplete).toBe(false)
  expect(some.inspected).toBeGreaterThanOrEqual(100)
  expect(some.inspected).toBeLessThan(documents.size)
})

test('matches beyond the spans that fit are left out, and that is told', async () => {
  const few = await find({ maxSpans: 20 })
  expect(few.isComplete).toBe(false)
  expect(few.matches.length).toBeGreaterThan(3)
  expect(few.matches.length).toBeLessThan(20)
})

test('ranges are half open, and what was received later is not seen', async () => {
  const [first, second] = [instant(40), instant(80)]
  const within = await find({ range: { from: first, until: second } }, ({ id }) =>
    id.startsWith('1-68f00001'),
  )
  expect(within.matches).toEqual([traceIdOf(`1-68f00001-${'1'.padStart(24, '0')}`)])
  expect((await find({ asOf: instant(-1) })).matches).toEqual([])
  expect((await find({ range: { from: second, until: first } })).isComplete).toBe(true)
})
