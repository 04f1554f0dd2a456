import { assert, parseTraceQuery, unixNanos } from '@fluoroscope/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../../../../test/support/database.ts'
import { BASE_SECONDS } from '../../../../test/support/traces.ts'
import { BatchEncoder } from '../batch-encoder.ts'
import { findSpanTraces } from './span-search.ts'
import { compileTraceQuery } from './traceql/compile-query.ts'

const SECOND = 1_000_000_000n
const TRACES = 120

type Attributes = Readonly<Record<string, unknown>>

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
  const encoder = new BatchEncoder()
  for (let index = 0; index < TRACES; index++) {
    const encoded = encoder.encode({
      kind: 'otlp',
      bytes: new TextEncoder().encode(JSON.stringify(requestOf(index))),
      encoding: 'identity',
      maxInflatedBytes: 1e6,
      received: unixNanos(BigInt(BASE_SECONDS + index) * SECOND),
      context: { account: '123456789012', region: 'eu-west-1' },
      format: 'json',
      source: 'otlp-http',
    })
    assert(encoded.ok, 'the request is well formed')
    await store.insertRows(encoded.value.rows)
  }
})

afterAll(() => store.stop())

/** Two services, one of them without a segment; attributes of all types, in all places. */
function requestOf(index: number): object {
  const resource = {
    'service.name': `service-${index % 6}`,
    shade: `of-resource-${index % 4}`,
    ...(index % 11 === 3 && { 'aws.xray.exporter.config.index_all_attributes': false }),
  }
  const value = [index % 7, `v${index % 5}`, index % 2 === 0, index / 4][index % 4]
  const server = {
    key: value,
    'dotted.key': index % 9 === 0 ? 'x' : 'y',
    'dashed-key': index % 10,
    shade: `of-span-${index % 4}`,
    'http.request.method': index % 2 === 0 ? 'GET' : 'POST',
    [index % 3 === 0 ? 'http.status_code' : 'http.response.status_code']: 200 + (index % 5),
    ...(index % 12 === 0 && { 'http.response.status_code': 500 }),
    ...(index % 8 === 1 && { big: '9007199254740993' }),
    // As if `plain` and `annotation.plain` were annotations of a segment.
    ...(index % 10 === 2 && { plain: 'one', 'annotation.plain': 'two' }),
  }
  const listed = index % 10 === 2 ? { 'aws.xray.annotations': ['annotation.plain'] } : {}
  const inner = { ...(index % 5 === 0 && { 'only.inner': 'here' }) }
  return {
    resourceSpans: [
      group(resource, spanOf(index, 1, { ...server, ...listed })),
      group(
        index % 4 === 1 ? {} : { 'service.name': `inner-${index % 5}` },
        spanOf(index, 2, inner),
      ),
    ],
  }
}

function group(resource: Attributes, span: object): object {
  return { resource: { attributes: listOf(resource) }, scopeSpans: [{ spans: [span] }] }
}

function spanOf(index: number, id: number, attributes: Attributes): object {
  const start = BigInt(BASE_SECONDS + index * 40) * SECOND
  return {
    traceId: (index + 1).toString(16).padStart(32, 'a'),
    spanId: id.toString(16).padStart(16, '0'),
    parentSpanId: id === 1 ? '' : '0000000000000001',
    name: `${id === 1 ? 'GET' : 'work'} /${index % 3}`,
    kind: id === 1 ? 2 : 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt((index % 8) * id) * SECOND),
    attributes: listOf(attributes),
    status: index % 13 === 0 ? { code: 2 } : {},
  }
}

function listOf(attributes: Attributes): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(key, value) }))
}

function anyValue(key: string, value: unknown): object {
  if (key === 'big') return { intValue: value }
  if (Array.isArray(value))
    return { arrayValue: { values: value.map((each) => anyValue('', each)) } }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'string') return { stringValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

/** With the most traces that rows let through, where they tell them apart. */
const QUERIES: readonly (readonly [query: string, most?: number])[] = [
  ['{ resource.service.name = "service-2" }', 31],
  ['{ resource.service.name = "inner-1" }', 34],
  ['{ resource.service.name = "nobody" }', 11],
  ['{ .service.name = "inner-3" }', 34],
  ['{ rootServiceName = "service-4" }', 31],
  ['{ resource.service.name = "" }'],
  ['{ span.key = "v3" }', 17],
  ['{ span.key = 4 }', 16],
  ['{ span.key = 4.0 }'],
  ['{ span.key = 2.75 }'],
  ['{ span.key = true }', 41],
  ['{ span.key = false }', 11],
  ['{ .key = "v3" }'],
  ['{ span.dotted.key = "x" }', 25],
  ['{ span.dashed-key = 4 }'],
  ['{ span.shade = "of-span-1" }', 41],
  ['{ .shade = "of-resource-1" }'],
  ['{ resource.shade = "of-resource-1" }'],
  ['{ span.http.response.status_code = 203 }'],
  ['{ span.http.response.status_code = 500 }'],
  ['{ span.http.request.method = "POST" }'],
  ['{ span.big = 9007199254740993 }'],
  ['{ span.big = 9007199254740992 }'],
  ['{ span.plain = "one" }', 23],
  ['{ span.annotation.plain = "two" }'],
  ['{ span.only.inner = "here" }', 34],
  ['{ span.only.inner = "here" && resource.service.name = "inner-0" }', 34],
  ['{ resource.service.name = "service-1" } && { resource.service.name = "inner-2" }', 14],
  ['{ resource.service.name = "service-1" || span.dotted.key = "x" }', 45],
  ['{ resource.service.name = "service-1" || name = "work /2" }'],
  ['{ duration > 13s }', 25],
  ['{ status = error }'],
  ['{ name = "work /1" }'],
]

const CASES = QUERIES.map(([query, most = TRACES]) => [query, most] as const)

test.each(CASES)('%s', async (text, most) => {
  const parsed = parseTraceQuery(text)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  const compiled = compileTraceQuery(parsed.value, text)
  if (!compiled.ok) throw new Error(compiled.problem.message)
  const { match } = compiled.value
  const instant = (seconds: number) => unixNanos(BigInt(BASE_SECONDS + seconds) * SECOND)
  const range = { from: instant(-3600), until: instant(90_000) }
  const find = (implied: typeof parsed.value | undefined) =>
    findSpanTraces(
      store.database,
      { range, asOf: instant(100_000), implied, limit: 1000 },
      ({ id, tree }) => (match(tree).length > 0 ? id : undefined),
    )
  const [all, narrowed] = [await find(undefined), await find(parsed.value)]
  expect(all.inspected).toBe(TRACES)
  expect(narrowed.matches).toEqual(all.matches)
  expect(narrowed.inspected).toBeLessThanOrEqual(most)
})
