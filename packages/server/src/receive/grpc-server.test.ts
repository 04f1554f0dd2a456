import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { ok, type RequestContext, type Result } from '@fluoroscope/model'
import type { Client } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  grpcClient,
  grpcFrame,
  openCall,
  outcomeOf,
  rawCall,
  rawSession,
  unary,
} from '../../../../test/support/grpc-client.ts'
import { createGrpcMethods } from '../grpc-methods.ts'
import { ByteBudget } from '../lib/byte-budget.ts'
import type { OperationError } from '../show/operation-error.ts'
import type { RejectedSpans, SentSpans, StoreSpans } from '../show/otlp-traces.ts'
import { GrpcServer, type GrpcServerOptions } from './grpc-server.ts'

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const CHECK = '/grpc.health.v1.Health/Check'
const WATCH = '/grpc.health.v1.Health/Watch'
const MAX_BYTES = 1000
const KEPT: Result<RejectedSpans, OperationError> = ok({ count: 0, messages: [] })

let server: GrpcServer
let address: string
let budget: ByteBudget
let store: StoreSpans
let isAble: boolean
let calls: [method: string, code: number][]
let failures: unknown[]
let clients: Client[]

beforeEach(async () => {
  store = async () => KEPT
  isAble = true
  calls = []
  failures = []
  clients = []
  await open({})
})

/** Opens the server, with other limits where a test needs them. */
async function open(more: Partial<GrpcServerOptions>, maxBytes = MAX_BYTES): Promise<void> {
  budget = new ByteBudget(2 * maxBytes)
  server = new GrpcServer({
    host: '127.0.0.1',
    port: 0,
    maxConnections: 100,
    limits: { maxBytes, budget },
    methods: createGrpcMethods({
      storeSpans: async (sent, context) => {
        try {
          return await store(sent, context)
        } finally {
          sent.release()
        }
      },
      defaults: { account: '000000000000', region: 'us-east-1' },
      isAble: () => isAble,
    }),
    onEnd: (method, code) => calls.push([method, code]),
    onFailure: (error) => failures.push(error),
    onError: (error) => failures.push(error),
    ...more,
  })
  address = `127.0.0.1:${await server.start()}`
}

/** The same with another server. */
async function reopen(more: Partial<GrpcServerOptions>, maxBytes?: number): Promise<void> {
  await server.stop()
  await open(more, maxBytes)
}

afterEach(async () => {
  for (const client of clients) client.close()
  await server.stop()
  expect(budget.used).toBe(0)
})

function client(options: object = {}): Client {
  const made = grpcClient(address, options)
  clients.push(made)
  return made
}

/** A value that is there before it is awaited. */
function promised<Value>() {
  let resolve: (value: Value) => void = () => undefined
  const promise = new Promise<Value>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

describe('Export', () => {
  test.each([
    ['identity', 0],
    ['deflate', 1],
    ['gzip', 2],
  ])('a message in %s is given on as it was sent', async (encoding, algorithm) => {
    const seen = promised<SentSpans>()
    store = async (sent) => {
      seen.resolve(sent)
      return KEPT
    }
    const message = Buffer.from('a message '.repeat(20))
    const sender = client({ 'grpc.default_compression_algorithm': algorithm })
    expect(await unary(sender, EXPORT, message)).toEqual({ code: 0, answer: Buffer.alloc(0) })
    const sent = await seen.promise
    expect(sent).toMatchObject({ encoding, format: 'protobuf', source: 'otlp-grpc' })
    if (encoding === 'identity') expect(Buffer.from(sent.bytes)).toEqual(message)
    else expect(sent.bytes.length).toBeLessThan(message.length)
    expect(calls).toEqual([['ExportTraces', 0]])
  })

  test.each([
    ['throttled', 14, true],
    ['unavailable', 14, true],
    ['too-large', 8, false],
    ['serialization', 3, false],
    ['failure', 13, false],
  ] as const)('%s is status %i; told when to come again: %s', async (kind, code, mayRetry) => {
    store = async () => ({ ok: false, problem: { kind, message: 'a reason' } })
    const outcome = await unary(client(), EXPORT, Buffer.from('x'))
    expect(outcome).toMatchObject({ code, message: 'a reason' })
    if (!('metadata' in outcome)) throw new Error('an error has metadata')
    const details = outcome.metadata.get('grpc-status-details-bin')
    expect(details.length).toBe(mayRetry ? 1 : 0)
    if (mayRetry) expect(String(details[0])).toContain('google.rpc.RetryInfo')
  })

  test('account and region are those of the signature, as over HTTP', async () => {
    const seen = promised<RequestContext>()
    store = async (_, context) => {
      seen.resolve(context)
      return KEPT
    }
    const session = rawSession(address)
    const scope = '123456789012/20260101/eu-west-3/xray/aws4_request'
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=x`
    await rawCall(session, EXPORT, grpcFrame(Buffer.from('x')), { authorization })
    expect(await seen.promise).toEqual({ account: '123456789012', region: 'eu-west-3' })
    session.destroy()
  })

  test('an exception is an internal error, told to the log and not to the caller', async () => {
    store = async () => {
      throw new Error('a secret')
    }
    const outcome = await unary(client(), EXPORT, Buffer.from('x'))
    expect(outcome).toMatchObject({ code: 13, message: 'The server failed' })
    expect(failures).toMatchObject([{ message: 'a secret' }])
  })

  test('a message beyond the limit is refused for good, whatever its prefix says', async () => {
    const large = Buffer.alloc(100 * MAX_BYTES)
    const outcome = await unary(client(), EXPORT, large)
    expect(outcome).toMatchObject({ code: 8, message: 'The message exceeds 1000 bytes' })
    const session = rawSession(address)
    const lying = await rawCall(session, EXPORT, grpcFrame(large, 0, 10))
    expect(lying).toMatchObject({ status: 8 })
    session.destroy()
  })

  test('beyond the bytes of all together a call is refused for now', async () => {
    const session = rawSession(address)
    const held = Array.from({ length: 2 }, () => openCall(session, EXPORT))
    for (const stream of held) stream.write(grpcFrame(Buffer.alloc(900), 0, 990))
    await expect.poll(() => budget.used).toBe(2 * 905)
    const outcome = await unary(client(), EXPORT, Buffer.alloc(900))
    expect(outcome).toMatchObject({ code: 14, message: expect.stringContaining('try again') })
    for (const stream of held) stream.close()
    await expect.poll(() => budget.used).toBe(0)
    expect(await unary(client(), EXPORT, Buffer.alloc(900))).toMatchObject({ code: 0 })
    session.destroy()
  })

  test('other services and methods are not implemented; what is no gRPC is told by HTTP', async () => {
    const metrics = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
    expect(await unary(client(), metrics, Buffer.from('x'))).toMatchObject({ code: 12 })
    const session = rawSession(address)
    const json = { 'content-type': 'application/json' }
    expect(await rawCall(session, EXPORT, Buffer.from('{}'), json)).toMatchObject({ http: 415 })
    const get = outcomeOf(session.request({ ':path': '/' }).on('error', () => undefined))
    expect(await get).toMatchObject({ http: 405 })
    // What a browser asks before it sends for a page of another site.
    const preflight = session.request({ ':method': 'OPTIONS', ':path': EXPORT })
    let told: object = {}
    preflight.on('response', (headers) => {
      told = headers
    })
    expect(await outcomeOf(preflight.on('error', () => undefined))).toMatchObject({ http: 405 })
    expect(Object.keys(told).filter((name) => name.startsWith('access-control'))).toEqual([])
    session.destroy()
  })
})

describe('time', () => {
  test('the deadline of a call is kept, while its work goes on', async () => {
    const work = promised<typeof KEPT>()
    store = () => work.promise
    const session = rawSession(address)
    const frame = grpcFrame(Buffer.from('x'))
    const outcome = await rawCall(session, EXPORT, frame, { 'grpc-timeout': '20m' })
    expect(outcome).toMatchObject({ status: 4, message: 'The deadline of the call has passed' })
    expect(budget.used).toBe(frame.length)
    work.resolve(KEPT)
    await expect.poll(() => budget.used).toBe(0)
    expect(calls).toEqual([['ExportTraces', 4]])
    session.destroy()
  })

  test('a deadline while the request arrives ends the reading', async () => {
    const session = rawSession(address)
    const stream = openCall(session, EXPORT, { 'grpc-timeout': '50m' })
    const outcome = outcomeOf(stream)
    stream.write(grpcFrame(Buffer.alloc(10), 0, 500))
    expect(await outcome).toMatchObject({ status: 4 })
    await expect.poll(() => budget.used).toBe(0)
    session.destroy()
  })

  test.each([
    ['1H', 0],
    ['99999999H', 0],
    ['never', 13],
  ])('a timeout of %s ends with status %i', async (timeout, status) => {
    const session = rawSession(address)
    const frame = grpcFrame(Buffer.from('x'))
    const outcome = await rawCall(session, EXPORT, frame, { 'grpc-timeout': timeout })
    expect(outcome).toMatchObject({ status })
    session.destroy()
  })

  test('a caller that leaves gives its memory back and is counted as cancelled', async () => {
    const session = rawSession(address)
    const stream = openCall(session, EXPORT)
    stream.write(grpcFrame(Buffer.alloc(10), 0, 500))
    await expect.poll(() => budget.used).toBe(15)
    session.destroy()
    await expect.poll(() => calls).toEqual([['ExportTraces', 1]])
    await expect.poll(() => budget.used).toBe(0)
  })

  test('stopping answers what is under way and takes nothing more', async () => {
    const work = promised<typeof KEPT>()
    const begun = promised<void>()
    store = () => {
      begun.resolve()
      return work.promise
    }
    const answer = unary(client(), EXPORT, Buffer.from('x'))
    await begun.promise
    const stopped = server.stop()
    const late = connect(Number(address.split(':')[1]), '127.0.0.1')
    expect((await once(late, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' })
    work.resolve(KEPT)
    expect(await answer).toMatchObject({ code: 0 })
    await stopped
  })
})

describe('grpc.health.v1', () => {
  const asking = (service: string) => Buffer.from([0x0a, service.length, ...Buffer.from(service)])

  test.each([
    ['', true, [0x08, 1]],
    ['opentelemetry.proto.collector.trace.v1.TraceService', true, [0x08, 1]],
    ['', false, [0x08, 2]],
  ])('Check of "%s", able: %s', async (service, able, answer) => {
    isAble = able
    const outcome = await unary(client(), CHECK, asking(service))
    expect(outcome).toEqual({ code: 0, answer: Buffer.from(answer) })
  })

  test('Check of another service is not found; of garbage, an error that says so', async () => {
    expect(await unary(client(), CHECK, asking('other'))).toMatchObject({ code: 5 })
    const garbage = await unary(client(), CHECK, Buffer.from([0x0a, 9, 1]))
    expect(garbage).toMatchObject({ code: 3, message: expect.stringContaining('beyond') })
    const session = rawSession(address)
    const bomb = grpcFrame(gzipSync(Buffer.alloc(100_000)), 1)
    const outcome = await rawCall(session, CHECK, bomb, { 'grpc-encoding': 'gzip' })
    expect(outcome).toMatchObject({ status: 3, message: 'The message is too-large' })
    session.destroy()
  })

  test('Watch tells the status at once, each change, and that the server stops', async () => {
    const copy = (bytes: Buffer) => bytes
    const watched = client().makeServerStreamRequest(WATCH, copy, copy, asking(''))
    const told: number[] = []
    watched.on('data', (message: Buffer) => told.push(message[1] ?? 0))
    const failed = once(watched, 'error')
    await expect.poll(() => told).toEqual([1])
    isAble = false
    await expect.poll(() => told).toEqual([1, 2])
    isAble = true
    await expect.poll(() => told).toEqual([1, 2, 1])
    await server.stop()
    expect((await failed)[0]).toMatchObject({ code: 14 })
    expect(told).toEqual([1, 2, 1, 2])
  })

  test('Watch of a service that does not exist waits for it', async () => {
    const copy = (bytes: Buffer) => bytes
    const watched = client().makeServerStreamRequest(WATCH, copy, copy, asking('other'))
    const [message] = (await once(watched, 'data')) as [Buffer]
    expect([...message]).toEqual([0x08, 3])
    watched.on('error', () => undefined)
    watched.cancel()
    await expect.poll(() => calls).toEqual([['HealthWatch', 1]])
  })
})

describe('many and slow', () => {
  test('more streams than a connection may have wait for their turn', async () => {
    const session = rawSession(address)
    await once(session, 'remoteSettings')
    expect(session.remoteSettings.maxConcurrentStreams).toBe(128)
    const frame = grpcFrame(Buffer.from('x'))
    const outcomes = await Promise.all(
      Array.from({ length: 400 }, () => rawCall(session, EXPORT, frame)),
    )
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set([0]))
    session.destroy()
  })

  test('a connection that says nothing is closed, and so is a call that does not arrive', async () => {
    await reopen({ handshakeMs: 100, readMs: 100 })
    const silent = connect(Number(address.split(':')[1]), '127.0.0.1')
    silent.resume()
    await once(silent, 'close')
    const session = rawSession(address)
    const stream = openCall(session, EXPORT)
    const outcome = outcomeOf(stream)
    stream.write(grpcFrame(Buffer.alloc(10), 0, 500))
    const message = 'The request did not arrive within 0.1 seconds'
    expect(await outcome).toMatchObject({ status: 4, message })
    session.destroy()
  })

  test('messages of megabytes go side by side over one connection', async () => {
    const size = 4 * 2 ** 20
    await reopen({}, 16 * size)
    const session = rawSession(address)
    const frame = grpcFrame(Buffer.alloc(size))
    const outcomes = await Promise.all(
      Array.from({ length: 24 }, () => rawCall(session, EXPORT, frame)),
    )
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set([0]))
    session.destroy()
  })

  test('connections beyond the limit are closed, the others go on', async () => {
    const port = Number(address.split(':')[1])
    const sockets = Array.from({ length: 120 }, () => connect(port, '127.0.0.1'))
    let closed = 0
    for (const socket of sockets) {
      socket.on('error', () => undefined)
      socket.on('close', () => closed++)
      socket.resume()
    }
    await expect.poll(() => closed).toBe(20)
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => closed).toBe(120)
    await expect.poll(async () => (await unary(client(), EXPORT, Buffer.from('x'))).code).toBe(0)
  })

  test.each([
    ['streams opened and reset at once', resetStorm],
    ['headers that never end', endlessHeaders],
  ])('%s are not followed for long, and nobody else is served worse', async (_what, storm) => {
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1')
    const answer: Buffer[] = []
    socket.on('error', () => undefined)
    socket.on('data', (part) => answer.push(part))
    socket.write(Buffer.concat([PREFACE, http2Frame(SETTINGS, 0, 0, Buffer.alloc(0)), ...storm()]))
    await expect
      .poll(() => socket.destroyed || frameTypes(Buffer.concat(answer)).includes(GOAWAY))
      .toBe(true)
    socket.destroy()
    expect(await unary(client(), EXPORT, Buffer.from('x'))).toMatchObject({ code: 0 })
    expect(calls.length).toBeLessThan(STORM_STREAMS / 4)
    expect(failures).toEqual([])
  })

  test('what is no HTTP/2 ends its connection and nothing else', async () => {
    const port = Number(address.split(':')[1])
    for (const garbage of ['GET / HTTP/1.1\r\nhost: x\r\n\r\n', '\0'.repeat(1000)]) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.resume()
      socket.write(garbage)
      await once(socket, 'close')
    }
    expect(await unary(client(), EXPORT, Buffer.from('x'))).toMatchObject({ code: 0 })
    expect(failures).toEqual([])
  })
})

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** Types of frames and flags (RFC 9113, 6). */
const HEADERS = 1
const RESET = 3
const SETTINGS = 4
const GOAWAY = 7
const CONTINUATION = 9
const END_STREAM = 1
const END_HEADERS = 4

function http2Frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** Of the frames that are there as a whole. */
function frameTypes(bytes: Buffer): readonly number[] {
  const types: number[] = []
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    types.push(bytes[at + 3] ?? 0)
  }
  return types
}

/** POST, http, `/x`, `application/grpc` as literals after the static table (RFC 7541, A). */
const REQUEST = Buffer.concat([
  Buffer.from([0x83, 0x86, 0x04, 2, ...Buffer.from('/x'), 0x01, 1, ...Buffer.from('x')]),
  Buffer.from([0x0f, 0x10, 16, ...Buffer.from('application/grpc')]),
])

const STORM_STREAMS = 20_000

/** As in CVE-2023-44487: the protocol's library answers only so many a second. */
function* resetStorm(): Generator<Buffer> {
  const cancel = Buffer.from([0, 0, 0, 8])
  for (let stream = 1; stream < 2 * STORM_STREAMS; stream += 2) {
    yield Buffer.concat([
      http2Frame(HEADERS, END_HEADERS | END_STREAM, stream, REQUEST),
      http2Frame(RESET, 0, stream, cancel),
    ])
  }
}

/** As in CVE-2024-27983: 16 MiB. */
function* endlessHeaders(): Generator<Buffer> {
  const field = Buffer.concat([
    Buffer.from([0, 1, 0x61, 0x7f, 0x81, 0x7e]),
    Buffer.alloc(16_000, 'a'),
  ])
  yield http2Frame(HEADERS, 0, 1, REQUEST)
  for (let part = 0; part < 1000; part += 1) yield http2Frame(CONTINUATION, 0, 1, field)
}
