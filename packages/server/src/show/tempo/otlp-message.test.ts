import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  arbitraryTraceRequest,
  encodeTraceRequest,
} from '../../../../../test/support/arbitrary-otlp.ts'
import { OtlpSpans } from '../../parse/otlp/otlp-spans.ts'
import { TraceDecoder } from '../../parse/otlp/trace-decoder.ts'
import { tracesMessage } from './otlp-message.ts'

/** The good spans of a message. */
function read(bytes: Uint8Array) {
  const batch = new TraceDecoder([]).decode(bytes)
  if (!batch.ok) throw new Error(batch.problem.message)
  const spans = new OtlpSpans(batch.value)
  return Array.from({ length: batch.value.spans.count }, (_, index) => spans.span(index))
}

test('spans that are written are read as the same', () => {
  let spansSeen = 0
  fc.assert(
    fc.property(arbitraryTraceRequest, (request) => {
      const sent = read(encodeTraceRequest(request))
      spansSeen += sent.length
      const printed = (span: unknown) => JSON.stringify(span, plain)
      // Those of one resource come together.
      expect(read(tracesMessage(sent)).map(printed).sort()).toEqual(sent.map(printed).sort())
    }),
    { numRuns: 100 },
  )
  expect(spansSeen).toBeGreaterThan(50)
})

function plain(_: string, value: unknown): unknown {
  if (value instanceof Map) return ['map', ...value]
  if (value instanceof Uint8Array) return ['bytes', ...value]
  if (typeof value === 'bigint') return `${value}n`
  return typeof value === 'number' && !Number.isFinite(value) ? `number ${value}` : value
}
