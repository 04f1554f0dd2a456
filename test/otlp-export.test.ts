import { afterAll, beforeAll, expect, test } from 'vitest'
import { OtlpSpans } from '../packages/server/src/parse/otlp/otlp-spans.ts'
import { TraceDecoder } from '../packages/server/src/parse/otlp/trace-decoder.ts'
import { otlpAttributes, otlpProtobuf, otlpRequest, otlpSpan } from './support/otlp-request.ts'
import { type Json, until, WireServer, type WireTrace } from './support/wire-server.ts'

let server: WireServer

beforeAll(async () => {
  server = await WireServer.start()
})

afterAll(() => server.stop())

async function accept(request: Json): Promise<void> {
  const response = await fetch(`${server.otlpEndpoint}/v1/traces`, {
    method: 'POST',
    body: otlpProtobuf(request),
    headers: { 'Content-Type': 'application/x-protobuf' },
  })
  expect([response.status, await response.text()]).toEqual([200, ''])
}

async function exported(trace: WireTrace, accepted = 'application/json') {
  const url = `${server.endpoint}/api/traces/${trace.traceId}/otlp`
  const response = await fetch(url, { headers: { Accept: accepted } })
  return {
    type: response.headers.get('content-type'),
    bytes: Buffer.from(await response.arrayBuffer()),
  }
}

function readSpans(bytes: Uint8Array) {
  const batch = new TraceDecoder([]).decode(bytes)
  if (!batch.ok) throw new Error(batch.problem.message)
  const spans = new OtlpSpans(batch.value)
  return Array.from({ length: batch.value.spans.count }, (_, index) => spans.span(index))
}

/** A message between two services, whose receiver begins without its sender. */
function spansOf(trace: WireTrace): readonly Json[] {
  const send = otlpSpan(trace, 'producer', [0, 1], {
    name: 'send mail',
    attributes: otlpAttributes({
      'messaging.system': 'aws_sqs',
      retries: 2,
      ratio: 0.25,
      urgent: true,
    }),
    events: [{ timeUnixNano: '1760559104123456789', name: 'queued' }],
    status: { message: 'late', code: 2 },
  })
  // No segment has this parent, so X-Ray's view of the trace waits for it.
  const orphan = otlpSpan(trace, 'internal', [0.5, 1], { parentSpanId: '00000000000000ff' })
  return [send, orphan]
}

test('spans come out as they went in, in JSON and in protobuf', async () => {
  const trace = server.trace()
  const spans = spansOf(trace)
  const request = otlpRequest('mailer', ...spans)
  await accept(request)
  await trace.documents()
  const { type, bytes } = await exported(trace)
  expect(type).toContain('application/json')
  expect(JSON.parse(bytes.toString())).toEqual({
    resourceSpans: [
      {
        resource: { attributes: otlpAttributes({ 'service.name': 'mailer' }) },
        scopeSpans: [
          { scope: { name: 'test' }, spans: spans.map((span) => ({ status: {}, ...span })) },
        ],
      },
    ],
  })
  const protobuf = await exported(trace, 'application/x-protobuf')
  expect(protobuf.type).toBe('application/x-protobuf')
  expect(readSpans(protobuf.bytes)).toEqual(readSpans(otlpProtobuf(request)))
})

test('segments of X-Ray stand beside them', async () => {
  const trace = server.trace()
  const front = trace.segment('front', [0, 1])
  const span = otlpSpan(trace, 'server', [0.1, 1], { parentSpanId: front['id'] })
  await server.accept(front)
  await accept(otlpRequest('back', span))
  await trace.documents((all) => all.length === 2)
  const { resourceSpans } = JSON.parse((await exported(trace)).bytes.toString())
  const ids = resourceSpans.map((each: { scopeSpans: { spans: Json[] }[] }) =>
    each.scopeSpans.flatMap(({ spans }) => spans.map(({ spanId }) => spanId)),
  )
  expect(ids).toEqual([[front['id']], [span['spanId']]])
})

test('unknown traces and what is no id are told', async () => {
  const ask = (id: string) => fetch(`${server.endpoint}/api/traces/${id}/otlp`)
  expect((await ask(server.trace().traceId)).status).toBe(404)
  expect((await ask('nope')).status).toBe(400)
})

test('ListRetrievedTraces gives stored spans in its own form', async () => {
  const trace = server.trace()
  const [send, orphan] = spansOf(trace)
  await accept(otlpRequest('mailer', send ?? {}, orphan ?? {}))
  await trace.documents()
  const { body: started } = await server.call('/StartTraceRetrieval', {
    TraceIds: [trace.traceId],
    ...trace.range,
  })
  const list = async () => {
    const input = { RetrievalToken: started['RetrievalToken'], TraceFormat: 'OTEL' }
    return (await server.call('/ListRetrievedTraces', input)).body
  }
  const listed = await until(list, ({ RetrievalStatus }) => RetrievalStatus === 'COMPLETE')
  const [{ Spans }] = listed['Traces'] as [{ Spans: { Id: string; Document: string }[] }]
  expect(Spans.map(({ Id }) => Id)).toEqual([send?.['spanId'], orphan?.['spanId']])
  expect(JSON.parse(Spans[0]?.Document ?? '')).toMatchObject({
    name: 'send mail',
    kind: 'PRODUCER',
    resource: { attributes: { 'service.name': 'mailer' } },
    attributes: { 'messaging.system': 'aws_sqs', retries: 2, ratio: 0.25, urgent: true },
    status: { code: 'ERROR', message: 'late' },
  })
})
