import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  arbitraryTraceRequest,
  encodeTraceRequest,
} from '../../../../../test/support/arbitrary-otlp.ts'
import { readByBatch } from '../../../../../test/support/otlp-twin.ts'
import type { SpanBatch } from './span-batch.ts'
import { readSpan } from './span-object.ts'
import { TraceDecoder } from './trace-decoder.ts'
import { decodeTraceJson } from './trace-json.ts'

const IDS = { traceId: '5B8EFFF798038103D269B633813FC60C', spanId: 'EEE19B7EC3C1B174' }

function read(body: string | Uint8Array) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return decodeTraceJson(new TraceDecoder(['http.request.method']), bytes)
}

function batchOf(...spans: readonly object[]): SpanBatch {
  const result = read(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))
  if (!result.ok) throw new Error(result.problem.message)
  return result.value
}

describe('OTLP/JSON', () => {
  test('a span in the form of the specification', () => {
    const batch = batchOf({
      ...IDS,
      parentSpanId: 'eee19b7ec3c1b173',
      name: "I'm a server span",
      startTimeUnixNano: '1544712660000000001',
      endTimeUnixNano: '1544712661000000000',
      kind: 2,
      status: { code: 2, message: 'm' },
      flags: 257,
      unknownMember: { a: [1] },
      traceState: null,
      attributes: [
        { key: 's', value: { stringValue: 'é' } },
        { key: 'i', value: { intValue: '-9223372036854775808' } },
        { key: 'n', value: { intValue: 12 } },
        { key: 'd', value: { doubleValue: 'NaN' } },
        { key: 'b', value: { boolValue: true } },
        { key: 'y', value: { bytesValue: '_-8' } },
        { key: 'l', value: { arrayValue: { values: [{ stringValue: 'x' }, {}] } } },
        { key: 'm', value: { kvlistValue: { values: [{ key: 'k', value: { intValue: 1 } }] } } },
        { key: 'none', value: null },
      ],
      events: [{ timeUnixNano: 5, name: 'e', attributes: [{ key: 'k' }] }],
      links: [{ ...IDS, flags: 1 }],
    })
    expect(readSpan(batch, 0)).toMatchObject({
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      parentSpanId: 'eee19b7ec3c1b173',
      start: 1_544_712_660_000_000_001n,
      end: 1_544_712_661_000_000_000n,
      kind: 2,
      statusCode: 2,
      statusMessage: 'm',
      flags: 257,
      traceState: '',
      attributes: [
        { key: 's', value: { type: 'text', value: 'é' } },
        { key: 'i', value: { type: 'int', value: -(2n ** 63n) } },
        { key: 'n', value: { type: 'int', value: 12n } },
        { key: 'd', value: { type: 'double', value: Number.NaN } },
        { key: 'b', value: { type: 'bool', value: true } },
        { key: 'y', value: { type: 'bytes', value: Uint8Array.of(0xff, 0xef) } },
        {
          key: 'l',
          value: { type: 'list', value: [{ type: 'text', value: 'x' }, { type: 'none' }] },
        },
        {
          key: 'm',
          value: { type: 'map', value: [{ key: 'k', value: { type: 'int', value: 1n } }] },
        },
        { key: 'none', value: { type: 'none' } },
      ],
      events: [{ time: 5n, name: 'e', attributes: [{ key: 'k', value: { type: 'none' } }] }],
      links: [{ traceId: '5b8efff798038103d269b633813fc60c', flags: 1 }],
    })
  })

  test('enums by name', () => {
    const span = { ...IDS, kind: 'SPAN_KIND_CONSUMER', status: { code: 'STATUS_CODE_ERROR' } }
    expect(readSpan(batchOf(span), 0)).toMatchObject({ kind: 5, statusCode: 2 })
  })

  test('64-bit numbers that are JSON numbers keep their last digits, and texts are left alone', () => {
    const name = '","intValue":12345678901234567890,"'
    const span = `{"traceId":"${IDS.traceId}","spanId":"${IDS.spanId}","name":${JSON.stringify(name)},
      "startTimeUnixNano" : 1544712660000000001,
      "attributes":[{"key":"k","value":{"intValue":-9007199254740993}}]}`
    const result = read(`{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`)
    if (!result.ok) throw new Error(result.problem.message)
    expect(readSpan(result.value, 0)).toMatchObject({
      name,
      start: 1_544_712_660_000_000_001n,
      attributes: [{ key: 'k', value: { type: 'int', value: -9_007_199_254_740_993n } }],
    })
  })

  test('texts with half of a surrogate pair are counted, and U+FFFD stands there', () => {
    const half = '\ud83d'
    const attributes = [
      { key: half, value: { arrayValue: { values: [{ stringValue: `a${half}b` }] } } },
      { key: 'whole', value: { stringValue: '\ud83d\ude00' } },
    ]
    // What is rejected is told as such, and not counted again.
    const rejected = { ...IDS, traceState: half, kind: 'SERVER' }
    const batch = batchOf({ ...IDS, name: half, attributes }, rejected)
    expect([batch.replacedTexts, batch.rejections.length]).toEqual([3, 1])
    expect(readSpan(batch, 0)).toMatchObject({
      name: '\ufffd',
      attributes: [
        { key: '\ufffd', value: { value: [{ value: 'a\ufffdb' }] } },
        { key: 'whole', value: { value: '😀' } },
      ],
    })
    expect(batchOf({ ...IDS, name: '\\ud83d' }).replacedTexts).toBe(0)
  })

  test.each([
    [{ ...IDS, traceId: 'xyz' }, 'invalid-trace-id', 'traceId is not a string of hex digits'],
    [{ ...IDS, spanId: 5 }, 'invalid-span-id', 'spanId is not a string of hex digits'],
    [{ ...IDS, traceId: 'abcd' }, 'invalid-trace-id', 'trace_id has 2 bytes instead of 16'],
    [{ spanId: IDS.spanId }, 'invalid-trace-id', 'trace_id has 0 bytes instead of 16'],
    [{ ...IDS, name: 5 }, 'malformed-span', 'spans[1].name is not a string'],
    [{ ...IDS, kind: 'SERVER' }, 'malformed-span', 'kind is not a number of 32 bits'],
    [{ ...IDS, startTimeUnixNano: '-1' }, 'malformed-span', 'startTimeUnixNano is not an unsigned'],
    [{ ...IDS, startTimeUnixNano: 1.5 }, 'malformed-span', 'startTimeUnixNano is not an unsigned'],
    [{ ...IDS, flags: 2 ** 32 }, 'malformed-span', 'flags is not an unsigned number of 32 bits'],
    [{ ...IDS, attributes: {} }, 'malformed-span', 'attributes is not a list'],
    [{ ...IDS, attributes: ['a'] }, 'malformed-span', 'attributes[0] is not an object'],
    [
      { ...IDS, attributes: [{ key: 'k', value: { arrayValue: { values: [{ boolValue: 1 }] } } }] },
      'malformed-span',
      'attributes[0].value.arrayValue.values[0].boolValue is not true or false',
    ],
    [
      { ...IDS, attributes: [{ key: 'k', value: { bytesValue: '!' } }] },
      'malformed-span',
      'attributes[0].value.bytesValue is not base 64',
    ],
  ])('%j is rejected, its neighbours are not', (broken, reason, message) => {
    const batch = batchOf(IDS, broken, IDS)
    expect(batch.spans.count).toBe(2)
    expect(batch.rejections).toEqual([
      { reason, ordinal: 1, message: expect.stringContaining(message) },
    ])
  })

  test.each([
    ['', 'not JSON'],
    ['{"resourceSpans":[', 'not JSON'],
    ['[]', 'not a JSON object'],
    [Buffer.from([0x7b, 0xff]), 'not UTF-8'],
    ['['.repeat(100_000), 'nested too deep'],
    [`[${'[],'.repeat(1_500_000)}[]]`, 'too many values'],
    ['{"resourceSpans":{}}', 'request.resourceSpans is not a list'],
    ['{"resourceSpans":[{"resource":{"attributes":5}}]}', 'resource.attributes is not a list'],
    ['{"resourceSpans":[{"scopeSpans":[{"spans":[null]}]}]}', 'spans[0] is not an object'],
  ])('%.30s costs the request', (body, message) => {
    expect(read(body)).toMatchObject({
      ok: false,
      problem: { message: expect.stringContaining(message) },
    })
  })

  test('without anything is no span', () => {
    for (const body of ['{}', '{"resourceSpans":null}', '{"resourceSpans":[{}]}']) {
      expect(read(body)).toMatchObject({ ok: true, value: { spansReceived: 0 } })
    }
  })

  test('gives what the same request gives in protobuf', () => {
    fc.assert(
      fc.property(arbitraryTraceRequest, (request) => {
        const inJson = read(JSON.stringify(request, asOtlpJson))
        const inProtobuf = new TraceDecoder([]).decode(encodeTraceRequest(request))
        if (!inJson.ok || !inProtobuf.ok) throw new Error('a good request was refused')
        expect(withoutBytes(inJson.value)).toEqual(withoutBytes(inProtobuf.value))
      }),
      { numRuns: 100 },
    )
  })
})

const FIXTURES = new URL('../../../../../../shared/fixtures/otlp/', import.meta.url)
const NAMES = existsSync(FIXTURES) ? readdirSync(FIXTURES) : []

describe.runIf(NAMES.length > 0)('exports of other programs (needs ../shared/fixtures)', () => {
  test.each(NAMES)('%s is read whole', (name) => {
    const body = readFileSync(new URL(name, FIXTURES))
    const result = read(body)
    if (!result.ok) throw new Error(result.problem.message)
    expect(result.value.rejections).toEqual([])
    const { resourceSpans } = JSON.parse(body.toString())
    const spans = resourceSpans.flatMap((group: Group) =>
      (group.scopeSpans ?? []).flatMap((scope) => scope.spans.map(({ name }) => name)),
    )
    expect(readByBatch(result.value).spans.map(({ span }) => span.name)).toEqual(spans)
  })
})

type Group = { readonly scopeSpans?: readonly { readonly spans: readonly { name: string }[] }[] }

/** For `JSON.stringify`: ids as hex, other bytes as base 64, numbers it would not keep as strings. */
function asOtlpJson(key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString(key === 'bytesValue' ? 'base64' : 'hex')
  }
  if (Object.is(value, -0)) return '-0'
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** What the messages hold, without the bytes they were: JSON says zeros that protobuf leaves out. */
function withoutBytes(batch: SpanBatch) {
  const { spans, rejected } = readByBatch(batch)
  return { spans: spans.map(({ bytes: _, ...rest }) => rest), rejected }
}
