import { afterAll, beforeAll, expect, test } from 'vitest'
import { residentBytes } from '../bench/support/processes.ts'
import { type HostileRequest, hostileRequests } from './hostile-otlp-requests.ts'
import { otlpProtobuf, otlpRequest, otlpSpan } from './support/otlp-request.ts'
import { type Json, until, WireServer, type WireTrace } from './support/wire-server.ts'

/** What the server may hold more than before: tables of its parsers, buffers, and garbage not yet collected. */
const MEMORY_SLACK_BYTES = 384 * 2 ** 20

/** Spans of one trace in requests of 200,000, which is all that one may have; a million with this set to it. */
const SPANS_OF_A_TRACE = Number(process.env['FLUOROSCOPE_HOSTILE_SPANS'] ?? 0)

let server: WireServer

beforeAll(async () => {
  server = await WireServer.start()
})

afterAll(() => server.stop())

async function post({ type, encoding, body }: Pick<HostileRequest, 'type' | 'encoding' | 'body'>) {
  const headers: Record<string, string> = { 'Content-Type': type }
  if (encoding !== undefined) headers['Content-Encoding'] = encoding
  const response = await fetch(`${server.otlpEndpoint}/v1/traces`, {
    method: 'POST',
    body,
    headers,
  })
  expect(response.headers.get('content-type')).toBe(type)
  return { status: response.status, text: Buffer.from(await response.arrayBuffer()).toString() }
}

/** Samples of a metric by their labels as printed. */
async function samples(metric: string): Promise<ReadonlyMap<string, number>> {
  const lines = (await server.metrics()).split('\n')
  return new Map(
    lines.flatMap((line) => {
      const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      return name === metric ? [[labels, Number(value)] as const] : []
    }),
  )
}

/** What the ledger says of spans over HTTP. */
async function ledger() {
  const of = async (what: string) => {
    const counts = await samples(`fluoroscope_documents_${what}`)
    let sum = 0
    for (const [labels, count] of counts) if (labels.includes('"otlp-http"')) sum += count
    return sum
  }
  return {
    received: await of('received_total'),
    stored: await of('stored_total'),
    rejected: await of('rejected_total'),
    inFlight: await of('in_flight'),
  }
}

/** What was answered, or as much of it as was expected. */
async function answerTo(request: HostileRequest) {
  const { name, expected } = request
  const { status, text } = await post(request)
  return { name, status, told: text.includes(expected.told) ? expected.told : text }
}

test('hostile requests end as named, are counted to the span, and harm no neighbours', async () => {
  const trace = server.trace()
  const requests = hostileRequests(trace)
  expect(requests.length).toBeGreaterThanOrEqual(45)
  const [before, odd] = [await ledger(), await samples('fluoroscope_span_oddities_total')]
  const memory = residentBytes(server.pid)
  const answers: unknown[] = []
  for (const request of requests) answers.push(await answerTo(request))
  expect(answers).toEqual(
    requests.map(({ name, expected }) => ({
      name,
      status: expected.kind === 'refused' ? expected.status : 200,
      told: expected.told,
    })),
  )
  const sums = { stored: 0, rejected: 0, oddities: new Map<string, number>() }
  let neighbours = 0
  for (const { expected } of requests) {
    if (expected.kind === 'refused') continue
    neighbours += 1
    sums.stored += expected.spans
    sums.rejected += expected.rejected
    for (const [what, count] of Object.entries(expected.oddities)) {
      sums.oddities.set(what, (sums.oddities.get(what) ?? 0) + count)
    }
  }
  const after = await ledger()
  expect({
    received: after.received - before.received,
    stored: after.stored - before.stored,
    rejected: after.rejected - before.rejected,
    inFlight: after.inFlight,
  }).toEqual({
    received: sums.stored + sums.rejected,
    stored: sums.stored,
    rejected: sums.rejected,
    inFlight: 0,
  })
  for (const [labels, count] of await samples('fluoroscope_span_oddities_total')) {
    const what = /what="([^"]*)"/.exec(labels)?.[1] ?? ''
    const grown = count - (odd.get(labels) ?? 0)
    expect([what, grown]).toEqual([what, sums.oddities.get(what) ?? 0])
  }
  expect(residentBytes(server.pid) - memory).toBeLessThan(MEMORY_SLACK_BYTES)
  const good = (all: readonly Json[]) => all.filter(isGood)
  const documents = await trace.documents((all) => good(all).length === neighbours)
  expect(good(documents)).toHaveLength(neighbours)
  expect(server.log()).not.toContain('"level":"error"')
})

/** A span's own name is the segment's where no resource names a service. */
function isGood({ name, metadata }: Json): boolean {
  const spanName = (metadata as { otel?: { name?: string } } | undefined)?.otel?.name
  return (spanName ?? name) === 'good'
}

/** A request of spans without anything but what they need, in one trace. */
function manySpans(trace: WireTrace, count: number): Uint8Array<ArrayBuffer> {
  const spans = Array.from({ length: count }, () => otlpSpan(trace, 'server', [0, 1]))
  return otlpProtobuf(otlpRequest('wide', ...spans))
}

test.runIf(SPANS_OF_A_TRACE > 0)(
  'a trace of a million spans is kept whole and read as far as one process can',
  async () => {
    const trace = server.trace()
    const type = 'application/x-protobuf'
    for (let sent = 0; sent < SPANS_OF_A_TRACE; sent += 100_000) {
      const { status, text } = await post({ type, body: manySpans(trace, 100_000) })
      expect([status, text]).toEqual([200, ''])
    }
    const read = () => server.call('/Traces', { TraceIds: [trace.traceId] })
    const isCut = ({ body }: { body: Json }) =>
      (body['Traces'] as Json[])[0]?.['LimitExceeded'] === true
    const { status, body } = await until(read, isCut)
    expect(status).toBe(200)
    const [found] = body['Traces'] as { Segments: unknown[] }[]
    expect(found?.Segments).toHaveLength(200_000)
    expect(residentBytes(server.pid)).toBeLessThan(4 * 2 ** 30)
    const neighbour = server.trace()
    await server.accept(neighbour.segment('beside', [0, 1]))
    expect(await neighbour.documents()).toHaveLength(1)
  },
  600_000,
)
