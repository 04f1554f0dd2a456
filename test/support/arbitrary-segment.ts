import {
  type Cause,
  type Entity,
  type EntityId,
  type Exception,
  type Http,
  type JsonObject,
  parseEntityId,
  parseTraceId,
  type Segment,
  type Subsegment,
  type TraceId,
  unixNanos,
} from '@fluoroscope/model'
import fc from 'fast-check'

const hex16 = fc.stringMatching(/^[0-9a-f]{16}$/).map((text) => parseEntityId(text) as EntityId)
const traceId = fc
  .stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/)
  .map((text) => parseTraceId(text) as TraceId)
const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const instant = fc
  .bigInt({ min: -1_000_000_000_000_000n, max: 4_000_000_000_000_000n })
  .map((micros) => unixNanos(micros * 1000n))
const jsonObject = fc
  .dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }))
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)
const count = fc.nat()

const http: fc.Arbitrary<Http | undefined> = maybe(
  fc.record({
    method: text,
    url: maybe(text),
    userAgent: maybe(text),
    clientIp: maybe(text),
    xForwardedFor: maybe(fc.boolean()),
    status: maybe(fc.integer({ min: 0, max: 999 })),
    contentLength: maybe(fc.integer()),
  }),
)

const exception: fc.Arbitrary<Exception> = fc.record({
  id: maybe(hex16),
  type: maybe(text),
  message: maybe(text),
  remote: maybe(fc.boolean()),
  truncated: maybe(count),
  skipped: maybe(count),
  cause: maybe(hex16),
  stack: fc.array(fc.record({ path: maybe(text), line: maybe(count), label: maybe(text) }), {
    maxLength: 3,
  }),
})

const cause: fc.Arbitrary<Cause | undefined> = maybe(
  fc.oneof(
    fc.record({ kind: fc.constant('reference' as const), exceptionId: hex16 }),
    fc.record({
      kind: fc.constant('exceptions' as const),
      id: maybe(hex16),
      workingDirectory: maybe(text),
      paths: fc.array(text, { maxLength: 2 }),
      exceptions: fc.array(exception, { maxLength: 2 }),
    }),
  ),
)

const shared = {
  id: hex16,
  name: fc.stringMatching(/^[\p{L}\p{N}\s_.:/%&#=+\\@-]{1,40}$/u),
  start: instant,
  progress: fc.oneof(
    fc.constant({ state: 'in-progress' as const }),
    instant.map((end) => ({ state: 'complete' as const, end })),
  ),
  fault: fc.boolean(),
  error: fc.boolean(),
  throttle: fc.boolean(),
  http,
  aws: maybe(jsonObject),
  cause,
  annotations: fc
    .array(
      fc.tuple(
        fc.string({ maxLength: 8 }),
        fc.oneof(
          text,
          fc.boolean(),
          fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        ),
      ),
      { maxLength: 3 },
    )
    .map((entries) => new Map(Object.entries(Object.fromEntries(entries)))),
  metadata: maybe(jsonObject),
  links: fc.array(fc.record({ traceId, id: hex16, attributes: jsonObject }), { maxLength: 2 }),
} satisfies Record<Exclude<keyof Entity, 'subsegments'>, fc.Arbitrary<unknown>>

function subsegment(levels: number): fc.Arbitrary<Subsegment> {
  return fc.record({
    ...shared,
    kind: fc.constant('subsegment' as const),
    namespace: maybe(text),
    sql: maybe(jsonObject),
    // Not given back (7.5), so not part of what comes back.
    traced: fc.constant(false),
    precursorIds: fc.array(text, { maxLength: 2 }),
    subsegments:
      levels === 0 ? fc.constant([]) : fc.array(subsegment(levels - 1), { maxLength: 2 }),
  })
}

/** A segment as a parsed document gives it, with subsegments below it. */
export const arbitrarySegment: fc.Arbitrary<Segment> = fc.record({
  ...shared,
  kind: fc.constant('segment' as const),
  traceId,
  parentId: maybe(hex16),
  user: maybe(text),
  origin: maybe(text),
  resourceArn: maybe(text),
  service: maybe(jsonObject),
  account: fc.constant(undefined),
  inferred: fc.constant(false),
  subsegments: fc.array(subsegment(2), { maxLength: 3 }),
})
