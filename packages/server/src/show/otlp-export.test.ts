import { inspect } from 'node:util'
import { assert, type OtlpSpan } from '@fluoroscope/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  arbitraryTraceRequest,
  encodeTraceRequest,
} from '../../../../test/support/arbitrary-otlp.ts'
import { decodeTraceRequest, type OtlpEncoding } from '../parse/otlp/otlp-body.ts'
import { OtlpSpans } from '../parse/otlp/otlp-spans.ts'
import { TraceDecoder } from '../parse/otlp/trace-decoder.ts'
import { OTLP_FORM, resourceSpansJson } from './tempo/otlp-json.ts'
import { tracesMessage } from './tempo/otlp-message.ts'

function read(encoding: OtlpEncoding, bytes: Uint8Array): readonly OtlpSpan[] {
  const result = decodeTraceRequest(new TraceDecoder([]), encoding, bytes)
  assert(result.ok, 'the request is well formed')
  const batch = result.value
  const spans = new OtlpSpans(batch)
  const all = Array.from({ length: batch.spans.count }, (_, index) => spans.span(index))
  // What says the same is brought together: their order is not kept.
  return all.toSorted((left, right) => inspect(left).localeCompare(inspect(right)))
}

test('spans are printed so that they are read the same again, in both encodings', () => {
  fc.assert(
    fc.property(arbitraryTraceRequest, (request) => {
      const spans = read('protobuf', encodeTraceRequest(request))
      expect(read('protobuf', tracesMessage(spans))).toEqual(spans)
      const json = new TextEncoder().encode(
        JSON.stringify({ resourceSpans: resourceSpansJson(spans, OTLP_FORM) }),
      )
      expect(read('json', json)).toEqual(spans)
    }),
  )
})
