import { assert, KNOWN_ATTRIBUTES } from '@fluoroscope/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  arbitraryTraceRequest,
  encodeTraceRequest,
  type TraceRequest,
} from '../../../test/support/arbitrary-otlp.ts'
import { OtlpRows, PlainOtlpRows } from './otlp-rows.ts'
import { TraceDecoder } from './parse/otlp/trace-decoder.ts'
import type { SpanRow } from './store/span-row.ts'

/** Keys that mean something, mostly, and values of the types they have. */
const telling = fc.record({
  key: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...KNOWN_ATTRIBUTES) },
    {
      weight: 3,
      arbitrary: fc.constantFrom('app.tier', 'app tier', 'app_tier', 'aws.other', 'db.x'),
    },
  ),
  value: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        ...[
          'GET',
          'orders',
          'aws-api',
          'postgresql',
          'https://a.test/b?c',
          'LOCAL_ROOT',
          '1.2.3.4',
        ].map((stringValue) => ({ stringValue })),
      ),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        ...['200', '404', '429', '503', '9007199254740993'].map((intValue) => ({ intValue })),
      ),
    },
    { weight: 1, arbitrary: fc.boolean().map((boolValue) => ({ boolValue })) },
    { weight: 1, arbitrary: fc.double().map((doubleValue) => ({ doubleValue })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom({ arrayValue: { values: [{ stringValue: 'app.tier' }] } }, {}),
    },
  ),
})

/** Spans whose attributes tell something, and resources that do. */
const tellingRequest = fc
  .tuple(arbitraryTraceRequest, fc.infiniteStream(fc.array(telling, { maxLength: 12 })))
  .map(([request, attributes]): TraceRequest => {
    const next = () =>
      attributes.next().value as TraceRequest['resourceSpans'][number]['resource'] as never
    return {
      resourceSpans: request.resourceSpans.map((group) => ({
        ...group,
        scopeSpans: (group.scopeSpans ?? []).map((scopeSpans) => ({
          ...scopeSpans,
          spans: (scopeSpans.spans ?? []).map((span) => ({ ...span, attributes: next() })),
        })),
      })),
    }
  })

test('rows from the columns are the rows of the documents', () => {
  let columnar = 0
  fc.assert(
    fc.property(fc.oneof(tellingRequest, arbitraryTraceRequest), (request) => {
      const result = new TraceDecoder(KNOWN_ATTRIBUTES).decode(encodeTraceRequest(request))
      assert(result.ok, 'the request is well formed')
      const batch = result.value
      const [fast, plain] = [new OtlpRows(batch), new PlainOtlpRows(batch)]
      for (let index = 0; index < batch.spans.count; index++) {
        expect(fast.of(index).map(comparable)).toEqual(plain.of(index).map(comparable))
        columnar += 1
      }
    }),
    { numRuns: 500 },
  )
  expect(columnar).toBeGreaterThan(500)
})

/** Annotations as a list; of `http` what a row holds, for an event may tell its length. */
function comparable({ annotations, http, ...row }: SpanRow) {
  const { method, url, status, userAgent, clientIp } = http ?? {}
  return {
    ...row,
    http: { method, url, status, userAgent, clientIp },
    annotations: [...annotations],
  }
}
