import { describe, expect, test } from 'vitest'
import {
  field,
  fixed64Field,
  request,
  SPAN_ID,
  span,
  TRACE_ID,
  varint,
  varintField,
} from '../../../../../test/support/protobuf-bytes.ts'
import { UNKNOWN_KEY } from './known-keys.ts'
import { ATTRIBUTE, SPAN, type SpanBatch, VALUE } from './span-batch.ts'
import { readSpan } from './span-object.ts'
import { TraceDecoder } from './trace-decoder.ts'

const KEYS = ['service.name', 'http.request.method', 'http.response.status_code']

function batchOf(bytes: Uint8Array, decoder = new TraceDecoder(KEYS)): SpanBatch {
  const result = decoder.decode(bytes)
  if (!result.ok) throw new Error(result.problem.message)
  return result.value
}

function problemOf(bytes: Uint8Array, decoder = new TraceDecoder(KEYS)) {
  const result = decoder.decode(bytes)
  return result.ok ? undefined : result.problem
}

function attribute(key: string, ...value: readonly ArrayLike<number>[]): number[] {
  return field(9, field(1, key), field(2, ...value))
}

describe('a span', () => {
  test('with every field (opentelemetry-proto trace.proto)', () => {
    const batch = batchOf(
      request(
        span(
          field(3, 'rojo=00f067aa0ba902b7'),
          field(4, SPAN_ID),
          field(5, "I'm a server span"),
          varintField(6, 2),
          fixed64Field(7, 1_544_712_660_000_000_000n),
          fixed64Field(8, 1_544_712_661_000_000_001n),
          attribute('http.request.method', field(1, 'GET')),
          attribute('n', varintField(3, -(2n ** 63n))),
          varintField(10, 1),
          field(
            11,
            fixed64Field(1, 7n),
            field(2, 'event'),
            field(3, field(1, 'k')),
            varintField(4, 4),
          ),
          varintField(12, 2),
          field(13, field(1, TRACE_ID), field(2, SPAN_ID), field(3, 'a=b'), [0x35, 1, 1, 0, 0]),
          varintField(14, 3),
          field(15, field(2, 'broken'), varintField(3, 2)),
          [...varint(16 * 8 + 5), 0x01, 0x01, 0, 0],
        ),
      ),
    )
    expect(readSpan(batch, 0)).toEqual({
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      parentSpanId: 'eee19b7ec3c1b174',
      traceState: 'rojo=00f067aa0ba902b7',
      name: "I'm a server span",
      kind: 2,
      start: 1_544_712_660_000_000_000n,
      end: 1_544_712_661_000_000_001n,
      statusCode: 2,
      statusMessage: 'broken',
      flags: 0x101,
      attributes: [
        { key: 'http.request.method', value: { type: 'text', value: 'GET' } },
        { key: 'n', value: { type: 'int', value: -(2n ** 63n) } },
      ],
      droppedAttributes: 1,
      events: [
        {
          time: 7n,
          name: 'event',
          attributes: [{ key: 'k', value: { type: 'none' } }],
          droppedAttributes: 4,
        },
      ],
      droppedEvents: 2,
      links: [
        {
          traceId: '5b8efff798038103d269b633813fc60c',
          spanId: 'eee19b7ec3c1b174',
          traceState: 'a=b',
          flags: 0x101,
          attributes: [],
          droppedAttributes: 0,
        },
      ],
      droppedLinks: 3,
    })
    expect(batch.attributes.get(0, ATTRIBUTE.key)).toBe(KEYS.indexOf('http.request.method'))
    expect(batch.attributes.get(1, ATTRIBUTE.key)).toBe(UNKNOWN_KEY)
    expect(batch.attributes.get(0, ATTRIBUTE.type)).toBe(VALUE.text)
  })

  test('its attributes stay together when events come between them', () => {
    const event = field(11, field(2, 'e'), field(3, field(1, 'of event')))
    const batch = batchOf(request(span(attribute('one'), event, attribute('two'))))
    const read = readSpan(batch, 0)
    expect(read.attributes.map(({ key }) => key)).toEqual(['one', 'two'])
    expect(read.events[0]?.attributes.map(({ key }) => key)).toEqual(['of event'])
  })

  test('of fields sent twice the last counts; messages are merged', () => {
    const list = (...values: readonly string[]) =>
      field(5, ...values.map((value) => field(1, field(1, value))))
    const batch = batchOf(
      request(
        span(
          field(5, 'first'),
          field(5, 'last'),
          field(15, varintField(3, 2), field(2, 'kept')),
          field(15, varintField(3, 1)),
          attribute('replaced', field(1, 'a'), varintField(3, 5)),
          field(9, field(1, 'merged'), field(2, list('a')), field(2, list('b', 'c'))),
          field(9, field(2, list('a')), field(2, varintField(2, 1)), field(2, list('b'))),
        ),
      ),
    )
    const text = (value: string) => ({ type: 'text', value })
    expect(readSpan(batch, 0)).toMatchObject({
      name: 'last',
      statusCode: 1,
      statusMessage: 'kept',
      attributes: [
        { key: 'replaced', value: { type: 'int', value: 5n } },
        { key: 'merged', value: { type: 'list', value: [text('a'), text('b'), text('c')] } },
        { key: '', value: { type: 'list', value: [text('b')] } },
      ],
    })
  })

  test('longer varints than needed, and enums nobody knows', () => {
    const long = [0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]
    const batch = batchOf(
      request(span([0x30, ...long], [0xaa, 0x80, 0x00, 0x81, 0x80, 0x00, 0x6e])),
      new TraceDecoder([]),
    )
    expect(readSpan(batch, 0)).toMatchObject({ kind: 2, name: 'n' })
    const negative = batchOf(request(span(varintField(6, -1n), field(15, varintField(3, 99)))))
    expect(readSpan(negative, 0)).toMatchObject({ kind: -1, statusCode: 99 })
  })

  test('unknown fields, groups and fields of another wire type are passed over and kept', () => {
    const group = [...varint(50 * 8 + 3), ...varintField(1, 1), ...varint(50 * 8 + 4)]
    const strange = span(
      group,
      field(999, 'new'),
      varintField(5, 7),
      field(7, 'packed?'),
      field(5, 'n'),
    )
    const batch = batchOf(request(strange))
    expect(readSpan(batch, 0)).toMatchObject({ name: 'n', start: 0n })
    expect([...batch.bytesAt(batch.spans, 0, SPAN.bytes)]).toEqual(strange.slice(2))
  })

  test('an empty parent id and one of zeros are none', () => {
    const batch = batchOf(request(span(field(4)), span(field(4, new Uint8Array(8)))))
    expect([readSpan(batch, 0).parentSpanId, readSpan(batch, 1).parentSpanId]).toEqual(['', ''])
    expect(batch.rejections).toEqual([])
  })

  test('one that ends before it starts is kept and counted', () => {
    const high = 2n ** 32n
    const times = [
      [high, high - 1n],
      [high + 1n, high],
      [high, high],
      [0n, high],
    ] as const
    const spans = times.map(([start, end]) => span(fixed64Field(7, start), fixed64Field(8, end)))
    const batch = batchOf(request(...spans))
    expect([batch.spans.count, batch.endedBeforeStart]).toEqual([4, 2])
  })

  test('text that is not UTF-8 is replaced, marked and counted', () => {
    const broken = [0x61, 0xff, 0x62]
    const batch = batchOf(
      request(
        span(
          field(5, broken),
          attribute('é'),
          field(9, field(1, broken), field(2, field(1, [0xc0, 0x80]))),
        ),
      ),
    )
    const read = readSpan(batch, 0)
    expect(read.name).toBe('a\ufffdb')
    expect(read.attributes[1]).toEqual({
      key: 'a\ufffdb',
      value: { type: 'text', value: '\ufffd\ufffd' },
    })
    expect(batch.brokenTexts.count).toBe(3)
    expect(batch.isBroken(batch.spans.get(0, SPAN.name))).toBe(true)
    expect(batch.isBroken(batch.attributes.get(0, ATTRIBUTE.keyText))).toBe(false)
  })
})

describe('a span that is rejected leaves its neighbours', () => {
  const good = span(field(5, 'good'))
  const bare = (...parts: readonly ArrayLike<number>[]) => field(2, ...parts)
  const path = 'resource_spans[0].scope_spans[0].spans[1]'

  test.each([
    ['no trace id', bare(field(2, SPAN_ID)), 'invalid-trace-id', `${path}.trace_id has 0 bytes`],
    ['a short one', span(field(1, [1])), 'invalid-trace-id', `${path}.trace_id has 1 bytes`],
    ['a zero one', span(field(1, new Uint8Array(16))), 'invalid-trace-id', 'trace_id is all zero'],
    ['no span id', bare(field(1, TRACE_ID)), 'invalid-span-id', `${path}.span_id has 0 bytes`],
    ['a zero span id', span(field(2, new Uint8Array(8))), 'invalid-span-id', 'is all zero'],
    ['a long parent', span(field(4, TRACE_ID)), 'invalid-parent-span-id', 'parent_span_id has 16'],
    ['a lying length', span([0x2a, 0x7f]), 'malformed-span', `${path} has a length that reaches`],
    ['a cut field', span([0x39, 1]), 'malformed-span', `${path} ends in the middle of a field`],
    ['a lying key', span(field(9, [0x0a, 9])), 'malformed-span', `${path}.attributes[0] has a len`],
    [
      'a lying value in a link',
      span(field(13), field(13, field(4, field(2, [0x3a, 9])))),
      'malformed-span',
      `${path}.links[1].attributes[0].value has a length`,
    ],
    ['field 0', span([0x02, 0]), 'malformed-span', `${path} has a field number or wire type that`],
    ['wire type 7', span([0x2f]), 'malformed-span', `${path} has a field number or wire type that`],
    ['a varint of 11', span([0x30, ...Array(10).fill(0xff), 1]), 'malformed-span', 'too long'],
    ['a length of 6', span([0x2a, ...Array(5).fill(0x80), 0]), 'malformed-span', 'too long'],
    [
      'an open group',
      span([0x9b, 0x06]),
      'malformed-span',
      `${path} ends in the middle of a field`,
    ],
    ['a wrong end', span([0x9b, 0x06, 0xa4, 0x06]), 'malformed-span', 'group that does not end'],
    [
      'an end alone',
      span([0x9c, 0x06]),
      'malformed-span',
      `${path} has a field number or wire type`,
    ],
  ])('%s', (_, broken, reason, message) => {
    const batch = batchOf(request(good, broken, good))
    expect(batch.spans.count).toBe(2)
    expect(batch.spansReceived).toBe(3)
    expect([readSpan(batch, 0).name, readSpan(batch, 1).name]).toEqual(['good', 'good'])
    expect(batch.rejections).toEqual([
      { reason, ordinal: 1, message: expect.stringContaining(message) },
    ])
    expect([...batch.rejected]).toEqual([[reason, 1]])
  })

  test('what of it was read already is taken back', () => {
    const attributes = [attribute('a'), field(11, field(2, 'e')), field(13), field(9, [0xff])]
    const batch = batchOf(request(good, span(...attributes), good))
    expect([batch.attributes.count, batch.events.count, batch.links.count]).toEqual([0, 0, 0])
    expect(batch.invalidLinks).toBe(0)
  })

  test('nesting beyond a hundred messages', () => {
    const nested = (levels: number): number[] => {
      let value = varintField(3, 1)
      for (let level = 0; level < levels; level++) value = field(5, field(1, value))
      return span(attribute('deep', value))
    }
    // KeyValue is at depth 1, AnyValue at 2, each further level two more.
    expect(batchOf(request(nested(49))).rejections).toEqual([])
    expect(batchOf(request(nested(50))).rejections).toMatchObject([
      { reason: 'malformed-span', message: expect.stringContaining('is nested too deep') },
    ])
    expect(batchOf(request(nested(400))).spans.count).toBe(0)
  })

  test('links that name no span go, the others stay', () => {
    const link = field(13, field(1, TRACE_ID), field(2, SPAN_ID), field(4, field(1, 'k')))
    const batch = batchOf(request(span(field(13, field(4, field(1, 'gone'))), link)))
    expect(readSpan(batch, 0).links.map(({ attributes }) => attributes[0]?.key)).toEqual(['k'])
    expect(batch.invalidLinks).toBe(1)
  })

  test('all are counted, the first hundred told', () => {
    const batch = batchOf(request(...Array.from({ length: 250 }, () => field(2))))
    expect(batch.rejections).toHaveLength(100)
    expect(batch.rejected.get('invalid-trace-id')).toBe(250)
    expect(batch.spansReceived).toBe(250)
  })
})

describe('resources and scopes', () => {
  test('are kept as they came, pieces one after the other, wherever they stand', () => {
    const name = field(1, field(1, 'service.name'), field(2, field(1, 'shop')))
    const version = field(1, field(1, 'service.version'), field(2, field(1, '2')))
    const scopeSpans = field(
      2,
      field(2, field(1, TRACE_ID), field(2, SPAN_ID)),
      field(1, field(1, 'lib')),
    )
    const bytes = Uint8Array.from(
      field(
        1,
        field(1, name),
        scopeSpans,
        field(3, 'schema'),
        field(1, version, varintField(2, 7)),
      ),
    )
    const batch = batchOf(bytes)
    const [resource] = batch.resources
    expect(resource).toMatchObject({ schemaUrl: 'schema', droppedAttributes: 7 })
    expect([...(resource?.bytes ?? [])]).toEqual([...name, ...version, ...varintField(2, 7)])
    expect((resource?.attributesTo ?? 0) - (resource?.attributesFrom ?? 0)).toBe(2)
    expect(batch.scopes[batch.spans.get(0, SPAN.scope)]).toMatchObject({ resource: 0, name: 'lib' })
  })

  test.each([
    ['the request', [0x0a, 5], 'request has a length that reaches beyond its message, at byte 1'],
    ['a scope', field(1, field(2, [0x0a, 9])), 'resource_spans[0].scope_spans[0] has a length'],
    ['a span too long', field(1, field(2, [0x12, 9])), 'resource_spans[0].scope_spans[0] has'],
    [
      'a resource',
      [...field(1), ...field(1, field(1, field(1, field(2, [0x0a, 9]))))],
      'resource_spans[1].resource.attributes[0].value has a length',
    ],
  ])('damage in %s costs the request', (_, bytes, message) => {
    expect(problemOf(Uint8Array.from(bytes))).toEqual({
      kind: 'malformed',
      message: expect.stringContaining(message),
    })
  })
})

describe('bounds', () => {
  test('spans, and attributes, events or links', () => {
    const decoder = new TraceDecoder([], { maxSpans: 2, maxRecords: 3 })
    const one = span()
    expect(batchOf(request(one, one), decoder).spans.count).toBe(2)
    expect(problemOf(request(one, one, one), decoder)).toEqual({
      kind: 'too-large',
      message: 'The request has more than 2 spans, or 3 attributes, events or links',
    })
    const attributes = Array.from({ length: 4 }, () => attribute('a'))
    expect(problemOf(request(span(...attributes)), decoder)).toMatchObject({ kind: 'too-large' })
    expect(batchOf(request(one), decoder).spans.count).toBe(1)
  })

  test('a hundred thousand attributes, and a million spans', () => {
    const attributes = Buffer.concat(
      Array(100_000).fill(Buffer.from(attribute('key', field(1, 'v')))),
    )
    const large = wrap(Buffer.concat([Buffer.from(span()).subarray(2), attributes]), 2)
    const batch = batchOf(wrap(wrap(large, 2), 1))
    expect(batch.attributes.count).toBe(100_000)
    const million = wrap(wrap(Buffer.concat(Array(1_000_000).fill(Buffer.from(span()))), 2), 1)
    expect(problemOf(million)).toMatchObject({ kind: 'too-large' })
    const decoder = new TraceDecoder([], { maxSpans: 1_000_000, maxRecords: 10 })
    expect(batchOf(million, decoder).spans.count).toBe(1_000_000)
  })

  test('a text of megabytes', () => {
    const text = 'x'.repeat(8_000_000)
    const content = Buffer.concat([Buffer.from(span()).subarray(2), wrap(Buffer.from(text), 5)])
    expect(readSpan(batchOf(wrap(wrap(wrap(content, 2), 2), 1)), 0).name).toBe(text)
  })
})

/** As `field`, for many bytes. */
function wrap(content: Buffer, number: number): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, ...varint(content.length)]), content])
}
