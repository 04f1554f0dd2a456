import { readFileSync } from 'node:fs'
import type { FilterExpression, Trace, TraceId, TraceSummary, UnixNanos } from '@fluoroscope/model'
import { DEFAULT_GROUP, printFilter, replaceGroups, unixNanos } from '@fluoroscope/model'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { arbitraryFilter } from '../../../../test/support/arbitrary-filter.ts'
import type { StoredDocument, TestDatabase } from '../../../../test/support/database.ts'
import { startTestDatabase } from '../../../../test/support/database.ts'
import { expressionOf, filterOf } from '../../../../test/support/filter.ts'
import { FILTER_TRACES, traceIdNamed } from '../../../../test/support/filter-traces.ts'
import type { Json } from '../../../../test/support/traces.ts'
import {
  BASE_SECONDS,
  entityIdText,
  receivedDocument,
  segmentJson,
  subsegmentJson,
} from '../../../../test/support/traces.ts'
import { assembleTrace } from '../query/assemble-trace.ts'
import type { FindChangedMinutes } from '../query/count-traces.ts'
import { findRangeReach } from '../query/minute-reach.ts'
import { parsePageToken, printPageToken } from '../query/page-token.ts'
import type { TraceSearch } from '../query/trace-search.ts'
import { resolveGroup } from '../show/resolve-group.ts'
import { matchesFilter } from './evaluate-filter.ts'
import type { ServiceGraphs } from './service-graphs.ts'
import { eagerGraphs } from './test-sent-documents.ts'
import { findTraceSummaries } from './trace-summaries.ts'
import { summarizeTrace } from './trace-summary.ts'

const NAMES = ['front', 'back', 'store', 'o\\brien', 'läden', 'a b']
const KEYS = ['tier', 'items', 'a.b']
const TEXTS = ['gold', 'Gold', 'go', '', '30', "it's", 'a\\b', 'ü', 'http://x/', '\ud83d', '\u0000']
const NUMBERS = [0, 0.1, 0.30000000000000004, 1, 30, 200, 404, 429, 500, -1, 1e300]

let store: TestDatabase
let graphs: ServiceGraphs
let random = 7
const documents = new Map<TraceId, StoredDocument[]>()
/** A search knows where traces have documents, as far as their minutes have not changed, or has to look. */
const ways: readonly (FindChangedMinutes | undefined)[] = [
  undefined,
  (range) => graphs.changedMinutes(range),
]
/** All but the far one. */
const assembled: { readonly trace: Trace; readonly summary: TraceSummary }[] = []

beforeAll(async () => {
  for (const [name, jsons] of FILTER_TRACES) for (const json of jsons) add(traceIdNamed(name), json)
  for (let index = 0; index < 150; index++) addGenerated(index)
  for (const [id, each] of documents) {
    const received = each.map((document) => document.received)
    const trace = assembleTrace(id, received)
    assembled.push({ trace, summary: summarizeTrace(trace) })
  }
  addFarTrace()
  store = await startTestDatabase()
  const all = [...documents.values()].flat()
  // Some come when minutes have been computed without them.
  const late = new Set([...documents.values()].flat().slice(-40, -25))
  const early = all.filter((document) => !late.has(document))
  for (let from = 0; from < early.length; from += 150) {
    await store.insert(early.slice(from, from + 150))
  }
  graphs = eagerGraphs(store.database)
  await graphs.pass()
  await store.insert([...late])
})

afterAll(() => store?.stop())

describe('with and without the help of the table, a search gives the traces that match', () => {
  const corpus = JSON.parse(
    readFileSync(new URL('../../../../fixtures/filter/matches.json', import.meta.url), 'utf8'),
  ) as readonly { expression: string }[]

  test('of the corpus', async () => {
    let narrowed = 0
    for (const { expression } of corpus) {
      const replaced = replaceGroups(expressionOf(expression), (group) =>
        group.value.includes('slow')
          ? expressionOf('responsetime > 0.1 OR fault')
          : resolveGroup([DEFAULT_GROUP], group, { account: '000000000000', region: 'us-east-1' }),
      )
      if (!replaced.ok) throw new Error(replaced.problem)
      narrowed += filterOf(replaced.value).conditions.length > 0 ? 1 : 0
      await expectSameAnswers(replaced.value)
    }
    // A comparison of nothing with nothing must not pass.
    expect(narrowed).toBeGreaterThan(corpus.length / 3)
  }, 600_000)

  test('of generated expressions', async () => {
    const expressions = arbitraryFilter({
      texts: fc.constantFrom(...NAMES, ...TEXTS, 'AWS::DynamoDB::Table', 'remote', '000000000000'),
      keys: fc.constantFrom(...KEYS),
      numbers: fc.constantFrom(...NUMBERS),
    })
    let narrowed = 0
    for (const expression of fc.sample(expressions, { numRuns: 120, seed: 11 })) {
      narrowed += filterOf(expression).conditions.length > 0 ? 1 : 0
      await expectSameAnswers(expression)
    }
    expect(narrowed).toBeGreaterThan(25)
  }, 600_000)
})

test('pages of a filtered search are its whole, whatever their size', async () => {
  const filter = filterOf('service("back") OR annotation.tier = "gold"')
  const whole = await idsOf(searchOf('TraceId', filter), 1000)
  expect(whole.length).toBeGreaterThan(30)
  for (const pageSize of [5, 40, 1000]) {
    for (const way of ways) {
      expect(await idsOf(searchOf('TraceId', filter), pageSize, 200_000, way)).toEqual(whole)
    }
  }
  const unhelped = { ...filter, conditions: [] }
  expect(await idsOf(searchOf('TraceId', unhelped), 7)).toEqual(whole)
})

test('it is known how far the traces of a range reach, but for what has changed', async () => {
  const range = { from: BASE_SECONDS - (BASE_SECONDS % 60), to: BASE_SECONDS + 150_000 }
  const changed = await graphs.changedMinutes(range)
  expect(changed.length).toBeGreaterThan(3)
  const reach = await findRangeReach(store.database, range, changed)
  expect(reach?.changed).toEqual(changed)
  // One trace in ten has a part five hours after its start.
  expect(reach?.far.length).toBeGreaterThan(3)
})

test.each([
  ['TraceId', 300_000, 'documents'],
  ['TraceId', 300_000, 'minutes'],
  ['Event', 380_005, 'documents'],
  ['Service', 300_001, 'documents'],
] as const)('by %s, a trace is found by a part that is hours away', async (type, at, of) => {
  const way = of === 'minutes' ? ways[1] : undefined
  const found = async (filter: string, around: number = at) => {
    const search = searchOf(type, filterOf(filter))
    expect(filterOf(filter).conditions).toHaveLength(1)
    const range = { from: instantAt(around - 2), to: instantAt(around + 2) }
    return idsOf({ ...search, ...range }, 100, 400_000, way)
  }
  const far = traceIdNamed('far')
  expect(await found('annotation.far = "early"')).toEqual([far])
  expect(await found('annotation.far = "late"')).toEqual([far])
  // By Service the end of the service counts that the filter names.
  expect(await found('service("late")')).toEqual(type === 'Service' ? [] : [far])
  if (type === 'Service') expect(await found('service("late")', 318_001)).toEqual([far])
  expect(await found('annotation.far = "never"')).toEqual([])
})

test('what is said a hundred times is one of the fifty annotations of a trace', async () => {
  const calls = Array.from({ length: 100 }, (_, index) =>
    subsegmentJson(10 + index, 'work', [500_000, 500_001], { annotations: { often: 'said' } }),
  )
  const last = subsegmentJson(9, 'work', [500_000, 500_001], { annotations: { once: 'said' } })
  const id = traceIdNamed('said')
  const json = segmentJson(1, 'front', [500_000, 500_001], { subsegments: [...calls, last] })
  const received = receivedDocument({ ...json, trace_id: id }, 500_002)
  await store.insert([{ received, text: JSON.stringify({ ...json, trace_id: id }) }])
  const search = searchOf('TraceId', filterOf('annotation.once = "said"'))
  const range = { from: instantAt(500_000), to: instantAt(500_001) }
  for (const way of ways) {
    expect(await idsOf({ ...search, ...range }, 10, 600_000, way)).toEqual([id])
  }
})

test('a page looks at a bounded number of traces, and may be empty', async () => {
  const filter = filterOf('user = "nobody" OR !ok AND ok')
  const search = searchOf('TraceId', filter)
  const first = await pageOf(search, undefined, 5)
  expect(first.summaries).toEqual([])
  expect(first.processed).toBeGreaterThan(0)
  expect(first.processed).toBeLessThanOrEqual(10)
  expect(first.next).toBeDefined()
  // What nothing has is known at once.
  const helped = await pageOf(searchOf('TraceId', filterOf('user = "nobody"')), undefined, 5)
  expect(helped.summaries).toEqual([])
  expect(helped.processed).toBe(documents.size - 1)
  expect(helped.next).toBeUndefined()
})

async function expectSameAnswers(expression: FilterExpression): Promise<void> {
  const matching = assembled.filter(({ trace, summary }) =>
    matchesFilter(expression, trace, summary),
  )
  const expected = matching.map(({ trace }) => trace.id).sort()
  const type = (['TraceId', 'Event', 'Service'] as const)[Math.floor(nextRandom() * 3)] ?? 'Event'
  const text = `${type}: ${printFilter(expression)}`
  const known = type === 'Service' ? expected.filter(hasEnd) : expected
  // Every third one by documents alone too.
  const [byDocuments, byMinutes] = ways
  const both = nextRandom() < 1 / 3 ? [byDocuments, byMinutes] : [byMinutes]
  for (const way of type === 'TraceId' ? both : [byDocuments]) {
    const found = await idsOf(searchOf(type, filterOf(expression)), 1000, 200_000, way)
    expect([text, found.toSorted()]).toEqual([text, known])
  }
}

/** A search by ends finds only what has one. */
function hasEnd(id: TraceId): boolean {
  return (documents.get(id) ?? []).some(({ received: { document } }) => {
    return document.kind === 'segment' && document.segment.progress.state === 'complete'
  })
}

/** Some 150 traces within two hours, one in ten with a part that came from hours away. */
function addGenerated(index: number): void {
  const start = Math.floor(nextRandom() * 7200)
  const id = traceIdNamed(`gen-${index}`)
  const name = pick(NAMES)
  const calls = Array.from({ length: index % 4 }, (_, call) => generatedCall(call, start))
  const front = segmentJson(1, name, [start, start + pick([0.1, 0.3, 1, 30])], {
    ...generatedParts(),
    user: pick(TEXTS),
    subsegments: calls,
  })
  add(id, { ...front, trace_id: id })
  const far = index % 10 === 0 ? 5 * 3600 : 0.05
  if (index % 3 !== 1) return
  const back = segmentJson(2, pick(NAMES), [start + far, start + far + 0.2], generatedParts())
  add(id, { ...back, trace_id: id, parent_id: entityIdText(10) })
  // A version that lost: what it says must not match, nor keep anything out.
  if (index % 2 === 0) add(id, { ...back, ...generatedParts(), trace_id: id, name: 'lost' })
}

/** Two segments five hours from each other; received a day later, in the other order. */
function addFarTrace(): void {
  const id = traceIdNamed('far')
  const early = segmentJson(1, 'early', [300_000, 300_001], { annotations: { far: 'early' } })
  const late = segmentJson(2, 'late', [318_000, 318_001], { annotations: { far: 'late' } })
  const parts = [
    { ...late, trace_id: id, parent_id: entityIdText(1) },
    { ...early, trace_id: id },
  ]
  documents.set(
    id,
    parts.map((json, index) => ({
      received: receivedDocument(json, 380_000 + 5 * index),
      text: JSON.stringify(json),
    })),
  )
}

function generatedCall(index: number, start: number): Json {
  const aws = { operation: 'GetItem', table_name: pick(NAMES) }
  const table = nextRandom() < 0.5
  return subsegmentJson(10 + index, table ? 'DynamoDB' : pick(NAMES), [start, start + 0.1], {
    ...generatedParts(),
    ...(table ? { namespace: 'aws', aws } : { namespace: pick(['remote', 'local']) }),
  })
}

function generatedParts(): Json {
  const status = pick([undefined, 0, 200, 404, 429, 500])
  const flags = { fault: true, error: true, throttle: true }
  const flag = pick(['none', 'none', 'fault', 'error', 'throttle'])
  return {
    ...(flag in flags ? { [flag]: true } : {}),
    annotations: { [pick(KEYS)]: pick([...TEXTS, ...NUMBERS, true, false]) },
    http: { request: { url: pick(TEXTS), method: pick(['GET', 'PUT']) }, response: { status } },
  }
}

function add(id: TraceId, json: Json): void {
  // Receipts differ, so that versions of an id have an order.
  const receivedAt = 90_000 + documents.size * 10 + (documents.get(id)?.length ?? 0)
  const stored = { received: receivedDocument(json, receivedAt), text: JSON.stringify(json) }
  documents.set(id, [...(documents.get(id) ?? []), stored])
}

async function idsOf(
  search: TraceSearch,
  pageSize: number,
  now = 200_000,
  findChanged: FindChangedMinutes | undefined = undefined,
): Promise<readonly TraceId[]> {
  const ids: TraceId[] = []
  let token: string | undefined
  do {
    const position = token === undefined ? undefined : parsePageToken(search, token)
    if (position?.ok === false) throw new Error(position.problem)
    const page = await pageOf(search, position?.value, pageSize, now, findChanged)
    for (const { id } of page.summaries) ids.push(id)
    token = page.next && printPageToken(search, page.next)
  } while (token !== undefined)
  return ids
}

function pageOf(
  search: TraceSearch,
  position: Parameters<typeof findTraceSummaries>[1]['position'],
  pageSize: number,
  now = 200_000,
  findChanged: FindChangedMinutes | undefined = undefined,
) {
  const request = { search, position, pageSize, asOf: instantAt(now) }
  return findTraceSummaries(store.database, request, findChanged)
}

function searchOf(
  timeRangeType: TraceSearch['timeRangeType'],
  filter: TraceSearch['filter'],
): TraceSearch {
  return { timeRangeType, from: instantAt(-10), to: instantAt(150_000), sampled: 1, filter }
}

function instantAt(seconds: number): UnixNanos {
  return unixNanos(BigInt(BASE_SECONDS + seconds) * 1_000_000_000n)
}

function pick<Value>(values: readonly Value[]): Value {
  return values[Math.floor(nextRandom() * values.length)] as Value
}

/** The same numbers in every run. */
function nextRandom(): number {
  random = (random * 48_271) % 2_147_483_647
  return random / 2_147_483_647
}
