import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { ClientHttp2Stream } from 'node:http2'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Client } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { residentBytes } from '../bench/support/processes.ts'
import {
  grpcClient,
  grpcFrame,
  openCall,
  outcomeOf,
  rawCall,
  rawSession,
  unary,
} from './support/grpc-client.ts'
import { otlpAttributes, otlpProtobuf, otlpRequest, otlpSpan } from './support/otlp-request.ts'
import { until, WireServer } from './support/wire-server.ts'

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const CHECK = '/grpc.health.v1.Health/Check'
const MIB = 2 ** 20
/** What the server may hold more than before: buffers of bodies, and garbage not yet collected. */
const MEMORY_SLACK_BYTES = 256 * MIB

let server: WireServer
let client: Client

beforeAll(async () => {
  server = await WireServer.start()
  client = grpcClient(server.grpcAddress)
})

afterAll(async () => {
  client.close()
  await server.stop()
})

/** The metric's samples by their labels as printed. */
async function samples(metric: string): Promise<ReadonlyMap<string, number>> {
  const lines = (await server.metrics()).split('\n').filter((line) => line.startsWith(`${metric}{`))
  return new Map(
    lines.map((line) => [
      line.slice(metric.length + 1, line.lastIndexOf('}')),
      Number(line.slice(line.lastIndexOf(' '))),
    ]),
  )
}

async function stored(): Promise<number> {
  return (await samples('fluoroscope_documents_stored_total')).get('source="otlp-grpc"') ?? 0
}

/** A request of one good span each. */
function goodRequest(): Uint8Array {
  return otlpProtobuf(otlpRequest('front', otlpSpan(server.trace(), 'server', [0, 1])))
}

describe('traces by the official client', () => {
  test.each([
    ['as they are', 0],
    ['in deflate', 1],
    ['in gzip', 2],
  ])('%s are read back as X-Ray gives them', async (_how, algorithm) => {
    const trace = server.trace()
    const front = otlpSpan(trace, 'server', [0, 1])
    const call = otlpSpan(trace, 'client', [0.1, 0.2], {
      parentSpanId: front['spanId'],
      attributes: otlpAttributes({ 'rpc.system': 'aws-api', 'rpc.service': 'DynamoDB' }),
    })
    const sender = grpcClient(server.grpcAddress, {
      'grpc.default_compression_algorithm': algorithm,
    })
    const outcome = await unary(sender, EXPORT, otlpProtobuf(otlpRequest('front', front, call)))
    sender.close()
    expect(outcome).toEqual({ code: 0, answer: Buffer.alloc(0) })
    const [document] = await trace.documents()
    expect(document).toMatchObject({
      id: front['spanId'],
      name: 'front',
      subsegments: [{ id: call['spanId'], name: 'DynamoDB', namespace: 'aws' }],
    })
  })

  test('bad spans are told as over HTTP, their neighbours are kept, and all are counted', async () => {
    const before = [await stored(), await rejected()] as const
    const trace = server.trace()
    const bad = otlpSpan(trace, 'server', [0, 1], { spanId: '00'.repeat(8) })
    const body = otlpProtobuf(otlpRequest('front', bad, otlpSpan(trace, 'server', [0, 1])))
    const outcome = await unary(client, EXPORT, body)
    const overHttp = await fetch(`${server.otlpEndpoint}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Uint8Array.from(body),
    })
    expect(outcome).toEqual({ code: 0, answer: Buffer.from(await overHttp.arrayBuffer()) })
    if (outcome.code !== 0 || !('answer' in outcome)) throw new Error('not answered')
    expect(outcome.answer.toString()).toContain('spans[0].span_id is all zero')
    expect(await trace.documents()).toHaveLength(1)
    expect([await stored(), await rejected()]).toEqual([before[0] + 1, before[1] + 1])
  })

  async function rejected(): Promise<number> {
    const counts = await samples('fluoroscope_documents_rejected_total')
    return counts.get('source="otlp-grpc",reason="invalid-span-id"') ?? 0
  }

  test('health is what /healthz says, and /healthz names the listener', async () => {
    const { status, body } = await server.send('/healthz', {})
    expect(status).toBe(200)
    const port = Number(server.grpcAddress.split(':')[1])
    expect(body['listening']).toMatchObject({ otlpGrpc: port })
    expect(await unary(client, CHECK, Buffer.alloc(0))).toEqual({
      code: 0,
      answer: Buffer.from([0x08, 1]),
    })
  })
})

describe('hostile senders', () => {
  const zeros = (mib: number) => gzipSync(Buffer.alloc(mib * MIB))
  const gzip = { 'grpc-encoding': 'gzip' }

  test('bombs, lies and garbage get a named status, and neighbours their answer', async () => {
    const session = rawSession(server.grpcAddress)
    const good = goodRequest()
    const attacks: [string, Uint8Array, Record<string, string>, number, string][] = [
      ['nothing', Buffer.alloc(0), {}, 3, 'ends before a message'],
      ['a lying length', grpcFrame(good, 0, good.length + 1), {}, 3, 'ends after'],
      ['the largest length', grpcFrame(good, 0, 2 ** 32 - 1), {}, 3, 'of 4294967295'],
      ['two messages', Buffer.concat([grpcFrame(good), grpcFrame(good)]), {}, 3, 'more than one'],
      ['a message cut short', grpcFrame(good.subarray(0, -9)), {}, 3, 'beyond its message'],
      ['garbage', grpcFrame(randomBytes(5000).fill(0xff, 0, 9)), {}, 3, 'request'],
      ['an unknown encoding', grpcFrame(good, 1), { 'grpc-encoding': 'br' }, 12, 'must be one of'],
      ['no gzip', grpcFrame(good, 1), gzip, 3, 'not valid gzip'],
      ['gzip cut short', grpcFrame(gzipSync(good).subarray(0, 20), 1), gzip, 3, 'not valid gzip'],
      ['a gzip bomb', grpcFrame(zeros(128), 1), gzip, 8, 'inflates to more than'],
      ['a large message', grpcFrame(Buffer.alloc(20 * MIB)), {}, 8, 'exceeds 16777216 bytes'],
    ]
    const before = residentBytes(server.pid)
    const kept = await stored()
    for (const [name, bytes, headers, status, message] of attacks) {
      const outcome = await rawCall(session, EXPORT, bytes, headers)
      expect([name, outcome]).toEqual([
        name,
        expect.objectContaining({ status, message: expect.stringContaining(message) }),
      ])
      expect([name, await unary(client, EXPORT, good)]).toMatchObject([name, { code: 0 }])
    }
    expect(await stored()).toBe(kept + attacks.length)
    expect(residentBytes(server.pid) - before).toBeLessThan(MEMORY_SLACK_BYTES)
    session.destroy()
  })

  test('a bomb in each of many streams at once does not add up', async () => {
    const session = rawSession(server.grpcAddress)
    const bomb = grpcFrame(zeros(100), 1)
    const before = residentBytes(server.pid)
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => rawCall(session, EXPORT, bomb, gzip)),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(Array(8).fill(8))
    expect(residentBytes(server.pid) - before).toBeLessThan(MEMORY_SLACK_BYTES)
    session.destroy()
  })

  test('streams opened and cut off by the thousand leave nothing behind', async () => {
    const frame = grpcFrame(Buffer.alloc(1000), 0, 5000)
    for (let round = 0; round < 10; round++) {
      const session = rawSession(server.grpcAddress)
      const streams = Array.from({ length: 100 }, () => openCall(session, EXPORT))
      await Promise.all(streams.map(cutOff(frame)))
      session.destroy()
    }
    expect(await unary(client, EXPORT, goodRequest())).toMatchObject({ code: 0 })
    expect(await until(bodyBytes, (bytes) => bytes === 0)).toBe(0)
  })

  const cutOff = (frame: Buffer) => (stream: ClientHttp2Stream) =>
    new Promise((closed) => {
      stream.on('close', closed)
      stream.write(frame, () => stream.close())
    })

  async function bodyBytes(): Promise<number> {
    const line = /^fluoroscope_request_body_bytes (\d+)$/m.exec(await server.metrics())
    return Number(line?.[1])
  }

  test('slow senders and half-open connections cost nobody else anything', async () => {
    const port = Number(server.grpcAddress.split(':')[1])
    const silent = Array.from({ length: 50 }, () => connect(port, '127.0.0.1'))
    await Promise.all(silent.map((socket) => once(socket, 'connect')))
    const session = rawSession(server.grpcAddress)
    const slow = Array.from({ length: 50 }, () => openCall(session, EXPORT))
    const outcomes = slow.map(outcomeOf)
    for (const stream of slow) stream.write(grpcFrame(Buffer.alloc(10), 0, 100_000))
    expect(await unary(client, EXPORT, goodRequest())).toMatchObject({ code: 0 })
    expect(await until(bodyBytes, (bytes) => bytes === 50 * 15)).toBe(50 * 15)
    for (const socket of silent) socket.destroy()
    for (const stream of slow) stream.end()
    const statuses = (await Promise.all(outcomes)).map(({ status }) => status)
    expect(statuses).toEqual(Array(50).fill(3))
    expect(await until(bodyBytes, (bytes) => bytes === 0)).toBe(0)
    session.destroy()
  })

  test('every call is counted by its status', async () => {
    const counts = await samples('fluoroscope_grpc_requests_total')
    for (const status of [0, 1, 3, 8, 12]) {
      expect(counts.get(`method="ExportTraces",status="${status}"`)).toBeGreaterThan(0)
    }
    const inFlight = await samples('fluoroscope_documents_in_flight')
    expect(inFlight.get('source="otlp-grpc"')).toBe(0)
  })
})
