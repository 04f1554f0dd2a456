import { gzipSync } from 'node:zlib'
import { otlpAttributes, otlpProtobuf, otlpRequest, otlpSpan } from './support/otlp-request.ts'
import type { Json, WireTrace } from './support/wire-server.ts'

/** A trace request that no well-behaved sender makes, and what has to become of it. */
export type HostileRequest = {
  /** Unique, for test titles. */
  readonly name: string
  readonly type: 'application/x-protobuf' | 'application/json'
  readonly encoding?: 'gzip' | 'zstd'
  readonly body: Uint8Array<ArrayBuffer>
  readonly expected:
    | {
        /** Answered 200: so many spans are kept, one of them good; the others are told with this. */
        readonly kind: 'kept'
        readonly spans: number
        readonly rejected: number
        readonly told: string
        /** What is counted of those that are kept, as `fluoroscope_span_oddities_total` names it. */
        readonly oddities: Readonly<Record<string, number>>
      }
    | { readonly kind: 'refused'; readonly status: 400 | 413; readonly told: string }
}

const MIB = 2 ** 20

/** About forty hostile requests. Those of which something is kept hold a good span of `trace` each. */
export function hostileRequests(trace: WireTrace): readonly HostileRequest[] {
  return [...wireLies(trace), ...badSpans(trace), ...huge(trace), ...inJson(trace), ...bombs()]
}

function protobuf(
  name: string,
  body: Uint8Array<ArrayBuffer>,
  expected: HostileRequest['expected'],
): HostileRequest {
  return { name, type: 'application/x-protobuf', body, expected }
}

function refused(status: 400 | 413, told: string): HostileRequest['expected'] {
  return { kind: 'refused', status, told }
}

function kept(spans: number, rejected = 0, told = ''): HostileRequest['expected'] {
  return { kind: 'kept', spans, rejected, told, oddities: {} }
}

function odd(what: string, count = 1): HostileRequest['expected'] {
  return { kind: 'kept', spans: 2, rejected: 0, told: '', oddities: { [what]: count } }
}

const bytesOf = (content: ArrayLike<number>) => Uint8Array.from(content)

/** A field of a message by hand: whatever it says of its length. */
function field(number: number, length: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...varint(number * 8 + 2), ...varint(length), ...content])
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return [...bytes, rest]
}

const message = (number: number, content: Uint8Array) => field(number, content.length, content)

/** The bytes of a Span without anything around it. */
function spanBytes(trace: WireTrace, more: Json = {}): Uint8Array<ArrayBuffer> {
  const request = otlpProtobuf({
    resourceSpans: [{ scopeSpans: [{ spans: [otlpSpan(trace, 'server', [0, 1], more)] }] }],
  })
  // Three messages with two bytes each of length at most: the span is what they end with.
  let at = 0
  for (let level = 0; level < 3; level++) {
    at += 1
    while (((request[at] ?? 0) & 0x80) !== 0) at += 1
    at += 1
  }
  return request.slice(at)
}

/** A request of these spans as bytes, with a good one before and after: only one of those is counted on. */
function around(trace: WireTrace, ...spans: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const good = spanBytes(trace, { name: 'good' })
  const all = [good, ...spans].map((each) => message(2, each))
  return message(1, message(2, bytesOf(Buffer.concat(all))))
}

function joined(...parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  return bytesOf(Buffer.concat(parts.map((part) => bytesOf(part))))
}

function wireLies(trace: WireTrace): HostileRequest[] {
  const whole = around(trace)
  const span = spanBytes(trace)
  /** Of field 20, which nobody knows. */
  const [startGroup, endGroup] = [varint(20 * 8 + 3), varint(20 * 8 + 4)]
  const nested = Array.from({ length: 200 }, () => startGroup).flat()
  const closed = Array.from({ length: 200 }, () => endGroup).flat()
  return [
    protobuf('cut in the last byte', whole.slice(0, -1), refused(400, 'beyond its message')),
    protobuf('cut after a tag', joined(whole, [0x0a]), refused(400, 'at byte')),
    protobuf(
      'a length beyond the end',
      field(1, 2 ** 30, new Uint8Array(3)),
      refused(400, 'beyond its message'),
    ),
    protobuf(
      'a length of ten bytes',
      joined([0x0a], Array<number>(9).fill(0xff), [0x01]),
      refused(400, 'at byte'),
    ),
    protobuf(
      'an endless length',
      joined([0x0a], Array<number>(99).fill(0xff)),
      refused(400, 'at byte'),
    ),
    protobuf('a tag of field 0', joined(whole, [0x02, 0x00]), refused(400, 'at byte')),
    protobuf('a wire type that is none', joined(whole, [0x0f]), refused(400, 'at byte')),
    protobuf('random bytes', bytesOf(noise(4096)), refused(400, 'at byte')),
    protobuf(
      'a lie within a span',
      around(trace, joined(span, [0x2a, 0x7f, 0x61])),
      kept(1, 1, 'spans[1] has a length that reaches beyond its message'),
    ),
    protobuf(
      'a group within a span',
      around(trace, joined(span, startGroup, [0x08, 1], endGroup)),
      kept(2),
    ),
    protobuf(
      'a group that nobody closes',
      around(trace, joined(span, startGroup)),
      kept(1, 1, 'spans[1] ends in the middle of a field'),
    ),
    protobuf(
      'a group closed that nobody opened',
      around(trace, joined(span, endGroup)),
      kept(1, 1, 'spans[1] has a field number or wire type'),
    ),
    protobuf(
      'groups two hundred deep',
      around(trace, joined(span, nested, closed)),
      kept(1, 1, 'spans[1]'),
    ),
    protobuf(
      'values two hundred deep',
      around(trace, joined(span, message(9, joined(message(1, Buffer.from('k')), deepValue(200))))),
      kept(1, 1, 'spans[1].attributes'),
    ),
  ]
}

/** A list in a list and so on, as field 2 of an attribute. */
function deepValue(levels: number): Uint8Array<ArrayBuffer> {
  let value: Uint8Array<ArrayBuffer> = message(1, Buffer.from('x'))
  for (let level = 0; level < levels; level++) value = message(5, message(1, value))
  return message(2, value)
}

/** Always the same bytes; the first is a tag of a wire type that is none. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = 1
  for (let at = 0; at < size; at++) {
    state = (state * 48_271) % 2_147_483_647
    bytes[at] = state % 256
  }
  bytes[0] = 0x0f
  return bytes
}

function badSpans(trace: WireTrace): HostileRequest[] {
  const zeros = (size: number) => ({ '16': '0'.repeat(16), '32': '0'.repeat(32) })[String(size)]
  const of = (more: Json) => around(trace, spanBytes(trace, more))
  const text = spanBytes(trace, { name: 'XX' })
  const at = Buffer.from(text).lastIndexOf('XX')
  return [
    protobuf('a trace id of zeros', of({ traceId: zeros(32) }), kept(1, 1, 'trace_id is all zero')),
    protobuf('a span id of zeros', of({ spanId: zeros(16) }), kept(1, 1, 'span_id is all zero')),
    protobuf('no trace id', of({ traceId: '' }), kept(1, 1, 'trace_id has 0 bytes')),
    protobuf(
      'a trace id of 8 bytes',
      of({ traceId: 'ab'.repeat(8) }),
      kept(1, 1, 'trace_id has 8'),
    ),
    protobuf(
      'a span id of 16 bytes',
      of({ spanId: 'ab'.repeat(16) }),
      kept(1, 1, 'span_id has 16'),
    ),
    protobuf(
      'a parent id of 3 bytes',
      of({ parentSpanId: 'ababab' }),
      kept(1, 1, 'parent_span_id'),
    ),
    protobuf('a parent id of zeros', of({ parentSpanId: zeros(16) }), kept(2)),
    protobuf(
      'a start beyond the year 2262',
      of({ startTimeUnixNano: String(2n ** 63n) }),
      kept(1, 1, 'start_time_unix_nano'),
    ),
    protobuf(
      'an end before the start',
      of({ endTimeUnixNano: String(BigInt(trace.base - 60) * 1_000_000_000n) }),
      odd('ended-before-start'),
    ),
    protobuf(
      'a link to nothing',
      of({ links: [{ traceId: '', spanId: '' }] }),
      odd('invalid-link'),
    ),
    protobuf(
      'a name that is not UTF-8',
      around(trace, joined(text.slice(0, at), [0xc3, 0x28], text.slice(at + 2))),
      odd('invalid-text'),
    ),
    protobuf('a kind nobody knows', of({ kind: 77 }), kept(2)),
    protobuf(
      'an attribute that says the same key twice',
      of({
        attributes: [...otlpAttributes({ __proto__x: 1 }), ...otlpAttributes({ __proto__x: 2 })],
      }),
      kept(2),
    ),
    protobuf(
      'keys of the prototype',
      of({ attributes: otlpAttributes({ constructor: 'a', toString: 'b', ['__proto__']: 'c' }) }),
      kept(2),
    ),
  ]
}

function huge(trace: WireTrace): HostileRequest[] {
  const many = Object.fromEntries(Array.from({ length: 1e5 }, (_, index) => [`k${index}`, index]))
  const small = spanBytes(trace, { traceId: 'ab'.repeat(16) })
  const spans = Buffer.concat(Array<Buffer>(200_001).fill(Buffer.from(message(2, small))))
  return [
    protobuf(
      'a hundred thousand attributes',
      otlpProtobuf(
        otlpRequest(
          'hostile',
          otlpSpan(trace, 'server', [0, 1], { name: 'good' }),
          otlpSpan(trace, 'internal', [0, 1], {
            parentSpanId: '00000000000000ff',
            attributes: otlpAttributes(many),
          }),
        ),
      ),
      kept(2),
    ),
    protobuf(
      'a text of eight megabytes',
      otlpProtobuf(
        otlpRequest(
          'hostile',
          otlpSpan(trace, 'server', [0, 1], { name: 'good' }),
          otlpSpan(trace, 'internal', [0, 1], {
            parentSpanId: '00000000000000ff',
            attributes: otlpAttributes({ text: 'x'.repeat(8 * MIB) }),
          }),
        ),
      ),
      kept(2),
    ),
    {
      ...protobuf(
        'more spans than a request may have',
        bytesOf(gzipSync(Buffer.from(wide(1, wide(2, spans))))),
        refused(413, '200000 spans'),
      ),
      encoding: 'gzip',
    },
    protobuf(
      'a large resource of a thousand traces',
      bytesOf(
        otlpProtobuf({
          resourceSpans: [
            {
              resource: { attributes: otlpAttributes({ text: 'x'.repeat(MIB) }) },
              scopeSpans: [
                {
                  spans: Array.from({ length: 1000 }, (_, index) =>
                    otlpSpan(trace, 'server', [0, 1], {
                      traceId: (index + 1).toString(16).padStart(32, '0'),
                    }),
                  ),
                },
              ],
            },
          ],
        }),
      ),
      refused(413, 'Resources of this size'),
    ),
  ]
}

/** As {@link message}, of content too large to be spread. */
function wide(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from([...varint(number * 8 + 2), ...varint(content.length)]),
    content,
  ])
}

function inJson(trace: WireTrace): HostileRequest[] {
  const json = (name: string, body: string | Buffer, expected: HostileRequest['expected']) =>
    ({ name, type: 'application/json', body: bytesOf(Buffer.from(body)), expected }) as const
  const good = () => otlpSpan(trace, 'server', [0, 1], { name: 'good' })
  const beside = (span: Json) => JSON.stringify(otlpRequest('hostile', good(), span))
  const whole = beside(otlpSpan(trace, 'server', [0, 1]))
  return [
    json('JSON cut in its middle', whole.slice(0, whole.length / 2), refused(400, 'not JSON')),
    json('JSON of another encoding', Buffer.from(whole, 'utf16le'), refused(400, 'not JSON')),
    json(
      'JSON that is not UTF-8',
      Buffer.from('{"a":"\xff"}', 'latin1'),
      refused(400, 'not UTF-8'),
    ),
    json('JSON a million levels deep', '['.repeat(1e6), refused(400, 'nested too deep')),
    json('millions of values', `[${'[],'.repeat(2e6)}[]]`, refused(413, 'too many values')),
    json(
      'JSON of another kind',
      '{"resourceSpans":7}',
      refused(400, 'resourceSpans is not a list'),
    ),
    json(
      'half of a surrogate pair',
      beside(otlpSpan(trace, 'server', [0, 1], { name: '\ud83d' })),
      odd('invalid-text'),
    ),
    json(
      'a kind that is a text',
      beside(otlpSpan(trace, 'server', [0, 1], { kind: 'server' })),
      kept(1, 1, 'spans[1].kind is not a number'),
    ),
    json(
      'an id in base 64',
      beside(otlpSpan(trace, 'server', [0, 1], { spanId: 'AAAAAAAAAAE=' })),
      kept(1, 1, 'spans[1].spanId is not a string of hex digits'),
    ),
    json(
      'a time with a fraction',
      beside(otlpSpan(trace, 'server', [0, 1], { startTimeUnixNano: 1.5 })),
      kept(1, 1, 'startTimeUnixNano'),
    ),
  ]
}

function bombs(): HostileRequest[] {
  const zeros = bytesOf(gzipSync(Buffer.alloc(128 * MIB)))
  const packed = (
    name: string,
    encoding: 'gzip' | 'zstd',
    body: Uint8Array<ArrayBuffer>,
    expected: HostileRequest['expected'],
  ) => ({ ...protobuf(name, body, expected), encoding })
  return [
    packed('a gzip bomb', 'gzip', zeros, refused(413, 'inflates to more than')),
    packed('gzip cut short', 'gzip', zeros.slice(0, 100), refused(400, 'not valid gzip')),
    packed('gzip that is none', 'gzip', bytesOf([1, 2, 3]), refused(400, 'not valid gzip')),
    packed('a zstd bomb', 'zstd', zstdOfZeros(1024), refused(413, 'inflates to more than')),
    packed('zstd that is none', 'zstd', bytesOf([1, 2, 3]), refused(400, 'not valid zstd')),
    protobuf('a body beyond the limit', new Uint8Array(17 * MIB), refused(413, 'bytes')),
  ]
}

/** A frame of blocks that repeat one byte 128 Ki times (RFC 8878, 3.1.1). */
function zstdOfZeros(blocks: number): Uint8Array<ArrayBuffer> {
  const header = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50]
  const block = (last: boolean) => {
    const word = (128 * 1024 * 8) | (1 << 1) | (last ? 1 : 0)
    return [word & 0xff, (word >> 8) & 0xff, (word >> 16) & 0xff, 0]
  }
  const all = Array.from({ length: blocks }, (_, index) => block(index === blocks - 1))
  return bytesOf([...header, ...all.flat()])
}
