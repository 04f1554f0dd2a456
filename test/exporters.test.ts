import { gzipSync } from 'node:zlib'
import protobufjs from 'protobufjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spanFacts } from './support/otlp-facts.ts'
import { otlpAttributes, otlpProtobuf, otlpRequest, otlpSpan } from './support/otlp-request.ts'
import { type Json, until, WireServer, type WireTrace } from './support/wire-server.ts'

/*
 * What programs between senders and this server send, replayed from how they are documented: OpenTelemetry's
 * Collector (exporters `otlphttp` and `awsxray`, xray-behaviour 15.7) and the X-Ray daemon (5.2).
 */

let server: WireServer

beforeAll(async () => {
  server = await WireServer.start()
})

afterAll(() => server.stop())

/** What the Collector's batch processor sends at once. */
const BATCH = 8192
/** What its exporter reads of an answer, at most. */
const ANSWER_BYTES = 64 * 1024

const { Response: EXPORT_RESPONSE, Status: STATUS } = typesOf({
  Response: { fields: { partialSuccess: { id: 1, type: 'PartialSuccess' } } },
  PartialSuccess: {
    fields: { rejectedSpans: { id: 1, type: 'int64' }, errorMessage: { id: 2, type: 'string' } },
  },
  Status: { fields: { code: { id: 1, type: 'int32' }, message: { id: 2, type: 'string' } } },
})

function typesOf<Name extends string>(nested: Record<Name, protobufjs.IType>) {
  const root = protobufjs.Root.fromJSON({ nested })
  const names = Object.keys(nested) as Name[]
  const types = names.map((name) => [name, root.lookupType(name)] as const)
  return Object.fromEntries(types) as Record<Name, protobufjs.Type>
}

async function exportHttp(body: Uint8Array<ArrayBuffer>, encoding: string) {
  const response = await fetch(`${server.otlpEndpoint}/v1/traces`, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/x-protobuf',
      'Content-Encoding': encoding,
      'User-Agent': 'OpenTelemetry Collector Contrib/0.165.0 (linux/amd64)',
    },
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  // An answer without a length is not read.
  expect(Number(response.headers.get('content-length'))).toBe(bytes.length)
  expect(response.headers.get('content-type')).toBe('application/x-protobuf')
  return { status: response.status, bytes }
}

/** Spans of many traces and two services, as a batch processor puts together what came in. */
function batchOf(traces: readonly WireTrace[], isBad: (index: number) => boolean): Json {
  const spans = Array.from({ length: BATCH }, (_, index) =>
    otlpSpan(traces[index % traces.length] as WireTrace, 'server', [0, 1], {
      attributes: otlpAttributes({ 'http.request.method': 'GET', index }),
      ...(isBad(index) ? { spanId: '0'.repeat(16) } : {}),
    }),
  )
  const [first, second] = [spans.slice(0, BATCH / 2), spans.slice(BATCH / 2)]
  const groups = [otlpRequest('front', ...first), otlpRequest('back', ...second)]
  return { resourceSpans: groups.flatMap(({ resourceSpans }) => resourceSpans as Json[]) }
}

/** A frame that compresses nothing (RFC 8878, 3.1.1): what zstd makes of noise. */
function zstdFrame(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(bytes.length)
  const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size]
  const most = 128 * 1024
  for (let at = 0; at < bytes.length; at += most) {
    const block = bytes.subarray(at, at + most)
    const header = Buffer.alloc(3)
    header.writeUIntLE(block.length * 8 + (at + most >= bytes.length ? 1 : 0), 0, 3)
    parts.push(header, Buffer.from(block))
  }
  return Uint8Array.from(Buffer.concat(parts))
}

async function exported(trace: WireTrace, count: number) {
  const read = async () => {
    const answer = await fetch(`${server.endpoint}/api/traces/${trace.traceId}/otlp`)
    return answer.status === 200 ? spanFacts(await answer.json()) : []
  }
  return await until(read, (spans) => spans.length === count)
}

describe("the Collector's otlphttp", () => {
  test.each([
    ['gzip', (bytes: Uint8Array) => Uint8Array.from(gzipSync(bytes))],
    ['zstd', zstdFrame],
  ] as const)('a batch of 8192 spans in %s', async (encoding, compress) => {
    const traces = Array.from({ length: 64 }, () => server.trace())
    const body = compress(otlpProtobuf(batchOf(traces, () => false)))
    expect(await exportHttp(body, encoding)).toEqual({ status: 200, bytes: Buffer.alloc(0) })
    const [first, last] = [traces[0], traces.at(-1)] as [WireTrace, WireTrace]
    for (const [trace, from] of [[first, 0] as const, [last, 63] as const]) {
      const spans = await exported(trace, BATCH / 64)
      const expected = Array.from({ length: BATCH / 64 }, (_, turn) => from + turn * 64)
      const indices = spans.map(({ attributes }) => Number(attributes['index']))
      expect(indices.toSorted((left, right) => left - right)).toEqual(expected)
    }
  })

  test('what is refused of a batch is told in as much as the exporter reads', async () => {
    const trace = server.trace()
    const body = otlpProtobuf(batchOf([trace], (index) => index % 2 === 1))
    const { status, bytes } = await exportHttp(Uint8Array.from(gzipSync(body)), 'gzip')
    expect(status).toBe(200)
    expect(bytes.length).toBeLessThan(ANSWER_BYTES)
    const answer = EXPORT_RESPONSE.toObject(EXPORT_RESPONSE.decode(bytes), { longs: Number })
    const { rejectedSpans, errorMessage } = answer['partialSuccess']
    expect(rejectedSpans).toBe(BATCH / 2)
    expect(errorMessage).toContain('spans[1].span_id is all zero')
    expect(await exported(trace, BATCH / 2)).toHaveLength(BATCH / 2)
  })

  test('a request that is refused, for good, says why in a Status', async () => {
    const { status, bytes } = await exportHttp(Uint8Array.of(0x0a, 0x05, 0x61), 'identity')
    expect(status).toBe(400)
    const told = STATUS.toObject(STATUS.decode(bytes))
    expect(told).toEqual({ code: 3, message: expect.stringContaining('beyond its message') })
  })
})

test("fifty documents of the daemon, or of the Collector's awsxray: segments and packets of spans", async () => {
  const traces = Array.from({ length: 50 }, () => server.trace())
  const documents = traces.map((trace, index) => {
    if (index % 2 === 0) return JSON.stringify(trace.segment('front', [0, 1]))
    const request = otlpRequest('back', otlpSpan(trace, 'server', [0, 1]))
    return `T1S${Buffer.from(otlpProtobuf(request)).toString('base64')}`
  })
  // Signed for a region of its own, an hour ago.
  const { status, body } = await server.call(
    '/TraceSegments',
    { TraceSegmentDocuments: documents },
    {
      'Content-Type': 'application/json',
      'User-Agent': 'xray-agent/3.4.0 exec-env/UNKNOWN OS/linux-amd64',
      'X-Amzn-Xray-Timestamp': '1760559104.000000',
      'X-Amz-Date': '20251015T201144Z',
      Authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20251015/eu-west-3/xray/aws4_request, SignedHeaders=host;x-amz-date;x-amzn-xray-timestamp, Signature=00',
    },
  )
  expect([status, body['UnprocessedTraceSegments']]).toEqual([200, []])
  for (const [index, trace] of traces.entries()) {
    const [document] = await trace.documents()
    expect(document).toMatchObject({ name: index % 2 === 0 ? 'front' : 'back' })
  }
})
