import { assert } from '@fluoroscope/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  arbitraryTraceRequest,
  encodeTraceRequest,
} from '../../../../../test/support/arbitrary-otlp.ts'
import {
  otlpAttributes,
  otlpProtobuf,
  otlpRequest,
  otlpSpan,
} from '../../../../../test/support/otlp-request.ts'
import { OtlpSpans } from './otlp-spans.ts'
import { SPAN, type SpanBatch } from './span-batch.ts'
import { chunksOf } from './trace-chunks.ts'
import { TraceDecoder } from './trace-decoder.ts'

/** A batch, and each span as an object with the bytes it came in. */
function decode(bytes: Uint8Array) {
  const result = new TraceDecoder([]).decode(bytes)
  assert(result.ok, 'the request is well formed')
  const batch = result.value
  return { batch, spans: spansOf(batch) }
}

function spansOf(batch: SpanBatch) {
  const objects = new OtlpSpans(batch)
  return Array.from({ length: batch.spans.count }, (_, index) => ({
    span: objects.span(index),
    bytes: Buffer.from(batch.bytesAt(batch.spans, index, SPAN.bytes)).toString('hex'),
  }))
}

function chunks(batch: SpanBatch) {
  const result = chunksOf(batch, Number.POSITIVE_INFINITY)
  assert(result.ok, 'there is no bound')
  return result.value
}

test('each chunk is a request of one trace, and together they say what the request said', () => {
  fc.assert(
    fc.property(arbitraryTraceRequest, (request) => {
      const { batch, spans } = decode(encodeTraceRequest(request))
      const seen = new Set<number>()
      for (const chunk of chunks(batch)) {
        const again = decode(chunk.bytes)
        expect(again.batch.rejected.size).toBe(0)
        expect(again.spans).toEqual(chunk.spans.map((index) => spans[index]))
        for (const index of chunk.spans) {
          expect(spans[index]?.span.traceId).toBe(chunk.traceId)
          seen.add(index)
        }
      }
      expect(seen.size).toBe(spans.length)
    }),
  )
})

test('a request of one trace that names each resource and scope once is kept byte by byte', () => {
  const trace = { traceId: '1-68f00000-111122223333444455556666', base: 1_760_559_104 }
  const [root, child] = [otlpSpan(trace, 'server', [0, 1]), otlpSpan(trace, 'internal', [0, 1])]
  const bytes = otlpProtobuf(otlpRequest('front', root, child))
  const { batch } = decode(bytes)
  const [chunk, ...others] = chunks(batch)
  expect(others).toEqual([])
  expect(Buffer.from(chunk?.bytes ?? [])).toEqual(Buffer.from(bytes))
})

test('a large resource with many traces is bounded', () => {
  const base = 1_760_559_104
  const traceIds = Array.from(
    { length: 100 },
    (_, index) => `1-68f00000-${(index + 1).toString(16).padStart(24, '0')}`,
  )
  const spans = traceIds.map((traceId) => otlpSpan({ traceId, base }, 'server', [0, 1]))
  const resource = { attributes: otlpAttributes({ large: 'x'.repeat(10_000) }) }
  const request = { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }
  const { batch } = decode(otlpProtobuf(request))
  expect(chunksOf(batch, 1_000_000)).toEqual({ ok: false, problem: 'too-large' })
  expect(chunksOf(batch, 1_200_000)).toMatchObject({ ok: true })
})
