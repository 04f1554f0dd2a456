import fc from 'fast-check'
import type protobuf from 'protobufjs'
import { otlpSchema } from './otlp-schema.ts'

const spanType = otlpSchema({ text: 'string', spans: 'Span' }).lookupType('Span')
const requestType = otlpSchema({ text: 'string', spans: 'bytes' }).lookupType(
  'ExportTraceServiceRequest',
)

const arbitraryText = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('http.request.method', 'GET', 'a'.repeat(300)),
)
const arbitraryCount = fc.oneof(fc.constant(0), fc.nat(), fc.constant(0xffff_ffff))
/** One in a few is later than spans may be. */
const arbitraryInstant = fc
  .oneof(
    { weight: 9, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }) },
    { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 63n, max: 2n ** 64n - 1n }) },
  )
  .map(String)
const arbitraryInt = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)

const { keyValue: arbitraryKeyValue } = fc.letrec<{ value: object; keyValue: object }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ stringValue: arbitraryText }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: arbitraryInt }),
    fc.record({ doubleValue: fc.double() }),
    fc.record({ bytesValue: fc.uint8Array({ maxLength: 8 }) }),
    fc.constant({}),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
    fc.array(tie('keyValue'), { maxLength: 3 }).map((values) => ({ kvlistValue: { values } })),
  ),
  keyValue: fc.record({ key: arbitraryText, value: tie('value') }, { requiredKeys: ['key'] }),
}))
const arbitraryAttributes = fc.array(arbitraryKeyValue, { maxLength: 5 })

/** Mostly good ones; also none, of a wrong length, all zero. */
function arbitraryId(size: number) {
  return fc.oneof(
    { weight: 12, arbitrary: fc.uint8Array({ minLength: size, maxLength: size }) },
    { weight: 1, arbitrary: fc.constant(new Uint8Array(size)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: size + 1 }) },
  )
}

const arbitraryEvent = fc.record(
  {
    timeUnixNano: arbitraryInstant,
    name: arbitraryText,
    attributes: arbitraryAttributes,
    droppedAttributesCount: arbitraryCount,
  },
  { requiredKeys: [] },
)

const arbitraryLink = fc.record(
  {
    traceId: arbitraryId(16),
    spanId: arbitraryId(8),
    traceState: arbitraryText,
    attributes: arbitraryAttributes,
    droppedAttributesCount: arbitraryCount,
    flags: arbitraryCount,
  },
  { requiredKeys: [] },
)

const arbitrarySpan = fc.record(
  {
    traceId: arbitraryId(16),
    spanId: arbitraryId(8),
    parentSpanId: arbitraryId(8),
    traceState: arbitraryText,
    name: arbitraryText,
    kind: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer()),
    startTimeUnixNano: arbitraryInstant,
    endTimeUnixNano: arbitraryInstant,
    attributes: arbitraryAttributes,
    droppedAttributesCount: arbitraryCount,
    events: fc.array(arbitraryEvent, { maxLength: 3 }),
    droppedEventsCount: arbitraryCount,
    links: fc.array(arbitraryLink, { maxLength: 3 }),
    droppedLinksCount: arbitraryCount,
    status: fc.record({ message: arbitraryText, code: fc.integer() }, { requiredKeys: [] }),
    flags: arbitraryCount,
  },
  { requiredKeys: ['traceId', 'spanId'] },
)

const arbitraryScopeSpans = fc.record(
  {
    scope: fc.record(
      {
        name: arbitraryText,
        version: arbitraryText,
        attributes: arbitraryAttributes,
        droppedAttributesCount: arbitraryCount,
      },
      { requiredKeys: [] },
    ),
    spans: fc.array(arbitrarySpan, { maxLength: 4 }),
    schemaUrl: arbitraryText,
  },
  { requiredKeys: [] },
)

type Generated<T> = T extends fc.Arbitrary<infer Value> ? Value : never

/** The object of an ExportTraceServiceRequest, as protobufjs takes it. */
export const arbitraryTraceRequest = fc.record({
  resourceSpans: fc.array(
    fc.record(
      {
        resource: fc.record({
          attributes: arbitraryAttributes,
          droppedAttributesCount: arbitraryCount,
        }),
        scopeSpans: fc.array(arbitraryScopeSpans, { maxLength: 3 }),
        schemaUrl: arbitraryText,
      },
      { requiredKeys: [] },
    ),
    { maxLength: 3 },
  ),
})

export type TraceRequest = Generated<typeof arbitraryTraceRequest>

/**
 * The bytes of a request, by protobufjs.
 * @param change what becomes of the bytes of each span; what is around it fits
 */
export function encodeTraceRequest(
  request: TraceRequest,
  change: (span: Uint8Array) => Uint8Array = (span) => span,
): Uint8Array {
  const resourceSpans = request.resourceSpans.map((group) => ({
    ...group,
    scopeSpans: (group.scopeSpans ?? []).map((scopeSpans) => ({
      ...scopeSpans,
      spans: (scopeSpans.spans ?? []).map((span) => change(encode(spanType, span))),
    })),
  }))
  return encode(requestType, { resourceSpans })
}

function encode(type: protobuf.Type, message: object): Uint8Array {
  return Uint8Array.from(type.encode(type.fromObject(message)).finish())
}
