import { assert, type OtlpSpan, spansOfTrace, unixNanos } from '@fluoroscope/model'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  arbitraryTraceRequest,
  encodeTraceRequest,
  type TraceRequest,
} from '../../../test/support/arbitrary-otlp.ts'
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.ts'
import { BatchEncoder } from './batch-encoder.ts'
import { OtlpSpans } from './parse/otlp/otlp-spans.ts'
import { TraceDecoder } from './parse/otlp/trace-decoder.ts'
import { findTraces } from './query/find-traces.ts'
import type { EncodedRows } from './store/segment-row.ts'

/** Requests; more of them with FLUOROSCOPE_ROUND_TRIPS. */
const REQUESTS = Number(process.env['FLUOROSCOPE_ROUND_TRIPS'] ?? 1000)
const AT_ONCE = 250

let store: TestDatabase

beforeAll(async () => {
  store = await startTestDatabase()
})

afterAll(() => store.stop())

/** With a trace of its own, and ids that occur once: every span stands as it was sent. */
function withOwnIds(request: TraceRequest, number: number): TraceRequest {
  const traceId = idOf(16, number + 1)
  let last = 0
  return {
    resourceSpans: request.resourceSpans.map((group) => ({
      ...group,
      scopeSpans: (group.scopeSpans ?? []).map((scopeSpans) => ({
        ...scopeSpans,
        spans: (scopeSpans.spans ?? []).map((span) => {
          last += 1
          return { ...span, traceId, spanId: idOf(8, last) }
        }),
      })),
    })),
  }
}

function idOf(size: number, number: number): Uint8Array<ArrayBuffer> {
  const id = Buffer.alloc(size)
  id.writeUInt32BE(number, size - 4)
  return new Uint8Array(id)
}

function spansIn(bytes: Uint8Array): readonly OtlpSpan[] {
  const batch = new TraceDecoder([]).decode(bytes)
  assert(batch.ok, 'the request is well formed')
  const spans = new OtlpSpans(batch.value)
  return Array.from({ length: batch.value.spans.count }, (_, index) => spans.span(index))
}

function byId(spans: readonly OtlpSpan[]): readonly OtlpSpan[] {
  return spans.toSorted((left, right) => (left.id < right.id ? -1 : 1))
}

function joined(all: readonly EncodedRows[]): EncodedRows {
  return {
    spans: Buffer.concat(all.map(({ spans }) => spans)),
    spanCount: all.reduce((sum, { spanCount }) => sum + spanCount, 0),
    documents: Buffer.concat(all.map(({ documents }) => documents)),
    documentCount: all.reduce((sum, { documentCount }) => sum + documentCount, 0),
    minutes: Buffer.concat(all.map(({ minutes }) => minutes)),
  }
}

test('spans of any kind come back from the engine as they were sent', {
  timeout: 600_000,
}, async () => {
  const requests = fc
    .sample(arbitraryTraceRequest, { numRuns: REQUESTS, seed: 4318 })
    .map((request, index) => encodeTraceRequest(withOwnIds(request, index)))
  const encoder = new BatchEncoder()
  let compared = 0
  for (let from = 0; from < requests.length; from += AT_ONCE) {
    const sent = requests.slice(from, from + AT_ONCE).map((bytes) => spansIn(bytes))
    const rows: EncodedRows[] = []
    for (const [index, bytes] of requests.slice(from, from + AT_ONCE).entries()) {
      const encoded = encoder.encode({
        kind: 'otlp',
        bytes: Uint8Array.from(bytes),
        encoding: 'identity',
        maxInflatedBytes: 1e6,
        received: unixNanos(1_795_392_000_000_000_000n + BigInt(from + index)),
        context: { account: '123456789012', region: 'eu-west-1' },
        format: 'protobuf',
        source: 'otlp-http',
      })
      assert(encoded.ok, 'the request is well formed')
      rows.push(encoded.value.rows)
    }
    await store.insertRows(joined(rows))
    const ids = sent.flatMap(([span]) => (span === undefined ? [] : [span.traceId]))
    const found = await findTraces(store.database, ids)
    for (const spans of sent) {
      const [first] = spans
      if (first === undefined) continue
      const trace = found.get(first.traceId)
      expect(byId(trace === undefined ? [] : spansOfTrace(trace))).toEqual(byId(spans))
      compared += spans.length
    }
  }
  expect(compared).toBeGreaterThan(REQUESTS)
})
