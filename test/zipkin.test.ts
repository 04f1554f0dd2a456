import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { residentBytes } from '../bench/support/processes.ts'
import { otlpRequest, otlpSpan } from './support/otlp-request.ts'
import { newEntityId } from './support/segments.ts'
import { type Json, until, WireServer, type WireTrace } from './support/wire-server.ts'
import { zipkinProtobuf } from './support/zipkin-request.ts'

const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/x-protobuf'
const MIB = 2 ** 20
/** What the server may hold more than before: buffers of bodies, and garbage not yet collected. */
const MEMORY_SLACK_BYTES = 256 * MIB

let server: WireServer

beforeAll(async () => {
  server = await WireServer.start()
})

afterAll(() => server.stop())

type Times = readonly [start: number, end: number]

/** A span in Zipkin's JSON; times are seconds that count from those of the trace. */
function zipkinSpan(trace: WireTrace, service: string, [start, end]: Times, more: Json = {}): Json {
  return {
    traceId: trace.traceId.replaceAll('-', '').slice(1),
    id: newEntityId(),
    name: 'get /',
    timestamp: Math.round((trace.base + start) * 1e6),
    duration: Math.round((end - start) * 1e6),
    localEndpoint: { serviceName: service },
    ...more,
  }
}

async function post(
  body: Uint8Array<ArrayBuffer> | string,
  type: string = JSON_TYPE,
  headers: Record<string, string> = {},
  endpoint = server.zipkinEndpoint,
) {
  const request = { method: 'POST', body, headers: { 'Content-Type': type, ...headers } }
  const response = await fetch(`${endpoint}/api/v2/spans`, request)
  const text = await response.text()
  return { status: response.status, type: response.headers.get('content-type'), text }
}

/** Sends spans none of which may be refused. */
async function accept(...spans: readonly Json[]): Promise<void> {
  expect(await post(JSON.stringify(spans))).toMatchObject({ status: 202, text: '' })
}

/** Of the ledger, by what was counted. */
async function counts(): Promise<ReadonlyMap<string, number>> {
  const line =
    /^fluoroscope_documents_(\w+?)(?:_total)?\{source="zipkin"(?:,reason="(.*)")?\} (\d+)$/gm
  const found = [...(await server.metrics()).matchAll(line)]
  return new Map(found.map(([, what, reason, value]) => [reason ?? what ?? '', Number(value)]))
}

describe('a call of two services that share one span', () => {
  const spansOf = (trace: WireTrace) => {
    const front = zipkinSpan(trace, 'front', [0, 1], { kind: 'SERVER' })
    const caller = zipkinSpan(trace, 'front', [0.1, 0.9], {
      kind: 'CLIENT',
      parentId: front['id'],
      remoteEndpoint: { serviceName: 'back' },
      tags: { 'http.method': 'GET', 'http.url': 'http://back/api' },
    })
    const callee = zipkinSpan(trace, 'back', [0.2, 0.8], {
      kind: 'SERVER',
      id: caller['id'],
      parentId: front['id'],
      shared: true,
      tags: { 'http.status_code': '500', error: 'out of stock' },
    })
    const query = zipkinSpan(trace, 'back', [0.3, 0.7], {
      kind: 'CLIENT',
      parentId: caller['id'],
      remoteEndpoint: { serviceName: 'stock-db' },
    })
    return { front, caller, callee, query }
  }

  test.each([JSON_TYPE, PROTOBUF])(
    '%s: both halves are shown, one below the other',
    async (type) => {
      const trace = server.trace()
      const { front, caller, callee, query } = spansOf(trace)
      const encode = (...spans: readonly Json[]) =>
        type === JSON_TYPE ? JSON.stringify(spans) : zipkinProtobuf(spans)
      expect(await post(encode(front, caller), type)).toMatchObject({ status: 202, text: '' })
      expect(await post(encode(query, callee), type)).toMatchObject({ status: 202, text: '' })
      const all = await trace.documents((documents) => documents.length >= 3)
      const documents = all.filter(({ inferred }) => inferred !== true)
      expect(documents).toMatchObject([
        {
          name: 'front',
          id: front['id'],
          subsegments: [{ id: caller['id'], name: 'back', namespace: 'remote' }],
        },
        {
          name: 'back',
          parent_id: caller['id'],
          fault: true,
          http: { response: { status: 500 } },
          cause: { exceptions: [{ message: 'out of stock' }] },
          subsegments: [{ id: query['id'], name: 'stock-db', namespace: 'remote' }],
        },
      ])
      const nodes = (await trace.graph()).filter(({ Type }) => Type !== 'client')
      const called = Object.fromEntries(
        nodes.map(({ Name, Edges }) => [Name, (Edges as Json[]).length]),
      )
      expect(called).toEqual({ front: 1, back: 1, 'stock-db': 0 })
      expect(await trace.summary()).toMatchObject({ Duration: 1, IsPartial: false })
    },
  )

  test('the same request again changes nothing', async () => {
    const trace = server.trace()
    const { front, caller, callee, query } = spansOf(trace)
    for (let time = 0; time < 3; time++) await accept(front, caller, callee, query)
    const documents = await trace.documents((all) => all.length >= 3)
    expect(documents.filter(({ inferred }) => inferred !== true)).toHaveLength(2)
    expect(await trace.summary()).toMatchObject({ Revision: 1 })
  })
})

describe('what senders do', () => {
  test('a 64-bit trace id is one trace with its padded form from OpenTelemetry', async () => {
    const trace = server.trace()
    const short = newEntityId()
    const front = zipkinSpan(trace, 'front', [0, 1], { traceId: short, kind: 'SERVER' })
    const padded = { traceId: `1-00000000-00000000${short}`, base: trace.base }
    const back = otlpSpan(padded, 'server', [0.2, 0.8], { parentSpanId: front['id'] })
    await accept(front)
    const response = await fetch(`${server.otlpEndpoint}/v1/traces`, {
      method: 'POST',
      headers: { 'Content-Type': JSON_TYPE },
      body: JSON.stringify(otlpRequest('back', back)),
    })
    expect(response.status).toBe(200)
    const read = async () => {
      const { body } = await server.call('/Traces', { TraceIds: [padded.traceId] })
      const [found] = body['Traces'] as { Segments: { Id: string }[] }[]
      return found?.Segments.map(({ Id }) => Id) ?? []
    }
    expect(await until(read, (ids) => ids.length === 2)).toEqual([front['id'], back['spanId']])
  })

  test('gzip, on the main port too; an empty list is taken', async () => {
    const trace = server.trace()
    const spans = [zipkinSpan(trace, 'front', [0, 1], { kind: 'SERVER' })]
    const zipped = Uint8Array.from(gzipSync(JSON.stringify(spans)))
    const headers = { 'Content-Encoding': 'gzip' }
    expect(await post(zipped, JSON_TYPE, headers, server.endpoint)).toMatchObject({ status: 202 })
    expect(await trace.documents()).toMatchObject([{ name: 'front' }])
    expect(await post('[]')).toMatchObject({ status: 202 })
  })

  test('a producer and a consumer are two services', async () => {
    const trace = server.trace()
    const remoteEndpoint = { serviceName: 'kafka' }
    const send = zipkinSpan(trace, 'shop', [0, 1], { kind: 'PRODUCER', remoteEndpoint })
    const receive = zipkinSpan(trace, 'mailer', [2, 3], {
      kind: 'CONSUMER',
      parentId: send['id'],
      remoteEndpoint,
    })
    await accept(send, receive)
    const documents = await trace.documents((all) => all.length === 2)
    expect(documents).toMatchObject([
      { name: 'shop', subsegments: [{ id: send['id'], name: 'kafka' }] },
      { name: 'mailer', id: receive['id'], parent_id: send['id'] },
    ])
  })

  test('bad spans are named, their neighbours are kept, and all are counted', async () => {
    const before = await counts()
    const trace = server.trace()
    const good = zipkinSpan(trace, 'front', [0, 1], { kind: 'SERVER' })
    const answer = await post(JSON.stringify([{ ...good, id: 'x' }, good, { ...good, kind: 'S' }]))
    expect(answer).toMatchObject({ status: 400, type: expect.stringMatching(/^text\/plain/) })
    expect(answer.text).toContain('[0].id is not 1 to 16 hex digits')
    expect(answer.text).toContain('[2].kind is not one of CLIENT')
    expect(answer.text).toContain('all other spans of the request are kept')
    expect(await trace.documents()).toHaveLength(1)
    const after = await counts()
    const grown = (key: string) => (after.get(key) ?? 0) - (before.get(key) ?? 0)
    const keys = ['received', 'stored', 'invalid-span-id', 'malformed-span', 'in_flight']
    expect(keys.map(grown)).toEqual([3, 1, 1, 1, 0])
  })
})

describe('hostile senders', () => {
  const gzip = { 'Content-Encoding': 'gzip' }
  const zeros = (mib: number) => Uint8Array.from(gzipSync(Buffer.alloc(mib * MIB)))

  test('bombs, lies and garbage get a named error, and neighbours their answer', async () => {
    const good = zipkinSpan(server.trace(), 'front', [0, 1], { kind: 'SERVER' })
    const bytes = zipkinProtobuf([good])
    const text = JSON.stringify([good])
    const attacks: [string, Uint8Array<ArrayBuffer> | string, string, Json, number, string][] = [
      ['nothing', '', JSON_TYPE, {}, 400, 'not JSON'],
      ['JSON cut short', text.slice(0, -5), JSON_TYPE, {}, 400, 'not JSON'],
      ['no list', '{"spans":[]}', JSON_TYPE, {}, 400, 'not a list of spans'],
      ['a million levels', '['.repeat(1_000_000), JSON_TYPE, {}, 400, 'nested too deep'],
      ['millions of values', `[${'{},'.repeat(2_000_000)}{}]`, JSON_TYPE, {}, 413, 'too many'],
      ['protobuf cut short', bytes.slice(0, -5), PROTOBUF, {}, 400, 'beyond its message'],
      ['protobuf garbage', bytes.slice().fill(0xff), PROTOBUF, {}, 400, 'The request body'],
      ['no gzip', text, JSON_TYPE, gzip, 400, 'not valid gzip'],
      ['a gzip bomb', zeros(128), JSON_TYPE, gzip, 413, 'inflates to more than'],
      ['an unknown encoding', text, JSON_TYPE, { 'Content-Encoding': 'br' }, 415, 'must be'],
      ['another type', text, 'application/x-thrift', {}, 415, 'Content-Type must be'],
      ['a body too large', ' '.repeat(20 * MIB), JSON_TYPE, {}, 413, 'exceeds 16777216'],
    ]
    const before = residentBytes(server.pid)
    const stored = (await counts()).get('stored') ?? 0
    for (const [name, body, type, headers, status, message] of attacks) {
      const answer = await post(body, type, headers as Record<string, string>)
      expect([name, answer]).toMatchObject([
        name,
        { status, text: expect.stringContaining(message), type: 'text/plain' },
      ])
      expect([name, await post(text)]).toMatchObject([name, { status: 202 }])
    }
    expect((await counts()).get('stored')).toBe(stored + attacks.length)
    expect(residentBytes(server.pid) - before).toBeLessThan(MEMORY_SLACK_BYTES)
  })

  test('slow senders cost nobody else anything; other methods and sites are refused', async () => {
    const sockets = Array.from({ length: 50 }, () =>
      connect(Number(new URL(server.zipkinEndpoint).port), '127.0.0.1'),
    )
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    for (const socket of sockets) {
      socket.on('error', () => socket.destroy())
      socket.write('POST /api/v2/spans HTTP/1.1\r\nhost: x\r\ncontent-length: 9999\r\n\r\n[{')
    }
    await accept(zipkinSpan(server.trace(), 'front', [0, 1]))
    for (const socket of sockets) socket.destroy()
    expect((await fetch(`${server.zipkinEndpoint}/api/v2/spans`)).status).toBe(405)
    expect((await fetch(`${server.zipkinEndpoint}/v1/traces`)).status).toBe(404)
    const crossSite = await post('[]', JSON_TYPE, { origin: 'http://elsewhere.test' })
    expect(crossSite.status).toBe(403)
  })
})
