import { assert, type ReceivedDocument, unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import {
  otlpAttributes,
  otlpProtobuf,
  otlpRequest,
  otlpSpan,
} from '../../../../test/support/otlp-request.ts'
import { permutations } from '../../../../test/support/permutations.ts'
import { segmentJson, subsegmentJson, traceIdOf } from '../../../../test/support/traces.ts'
import { assembleTrace } from './assemble-trace.ts'
import { DocumentReader, type DocumentRow } from './read-document.ts'

const ID = traceIdOf('1-68f00000-111122223333444455556666')
const BASE = 0x68f0_0000

/** What one request brought, as it is stored. */
type Stored = Pick<DocumentRow, 'format' | 'document'>

const call = subsegmentJson(2, 'orders', [0.1, 0.9], { namespace: 'remote' })
const front = segmentJson(1, 'front', [0, 1], { trace_id: ID, subsegments: [call] })
const trace = { traceId: ID, base: BASE }
const orders = otlpSpan(trace, 'server', [0.2, 0.8], {
  spanId: '00000000000000a1',
  parentSpanId: '0000000000000002',
})
const onward = otlpSpan(trace, 'client', [0.3, 0.7], {
  spanId: '00000000000000a2',
  parentSpanId: '00000000000000a1',
  attributes: otlpAttributes({ 'peer.service': 'stock' }),
})
const stock = segmentJson(3, 'stock', [0.4, 0.6], { trace_id: ID, parent_id: '00000000000000a2' })

const segment = (json: object): Stored => ({
  format: 'segment',
  document: Buffer.from(JSON.stringify(json)),
})
const spans = (...all: Parameters<typeof otlpRequest>[1][]): Stored => ({
  format: 'otlp',
  document: otlpProtobuf(otlpRequest('orders', ...all)),
})

const PARTS = [segment(front), spans(orders), spans(onward), spans(orders, onward), segment(stock)]

function assemble(order: readonly number[]) {
  const reader = new DocumentReader()
  const documents = order.flatMap((part, index): readonly ReceivedDocument[] => {
    const stored = PARTS[part]
    assert(stored !== undefined, 'a part')
    const received = unixNanos(BigInt(BASE + 10 + index) * 1_000_000_000n)
    const context = { account: '000000000000', region: 'us-east-1' }
    return [...reader.read({ trace_id: ID, received, ...context, ...stored })]
  })
  return assembleTrace(ID, documents)
}

test('a trace of X-Ray and OpenTelemetry is the same one in every order of arrival', () => {
  const orders = [...permutations(PARTS.map((_, index) => index))]
  expect(orders).toHaveLength(120)
  const expected = assemble([0, 3, 4])
  expect(expected.segments.map(({ name }) => name)).toEqual(['front', 'orders', 'stock'])
  expect([expected.inferred, expected.orphans]).toEqual([[], []])
  for (const order of orders) {
    const { segments, inferred, orphans, spans: sent } = assemble(order)
    expect({ segments, inferred, orphans }).toEqual({
      segments: expected.segments,
      inferred: expected.inferred,
      orphans: expected.orphans,
    })
    expect([...sent.keys()].sort()).toEqual(['00000000000000a1', '00000000000000a2'])
  }
})
