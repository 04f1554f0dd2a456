import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { join, resolve } from 'node:path'
import { connect } from 'node:tls'
import { Client, credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { selfSignedCertificate } from './support/certificate.ts'
import { unary } from './support/grpc-client.ts'
import { otlpProtobuf, otlpRequest, otlpSpan } from './support/otlp-request.ts'
import { newTraceId, segmentDocument } from './support/segments.ts'
import {
  FREE_PORTS,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'

const MAIN = resolve(import.meta.dirname, '../packages/server/dist/main.js')
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const { cert, key } = selfSignedCertificate()

let directory: string
let server: RunningServer

beforeAll(async () => {
  directory = await temporaryDirectory()
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  await writeFile(certFile, cert)
  await writeFile(keyFile, key)
  server = await startServer(join(directory, 'kept'), [
    `--tls-cert=${certFile}`,
    `--tls-key=${keyFile}`,
    '--allowed-host=traces.test',
    '--max-connections=40',
  ])
})

afterAll(async () => {
  expect(await server.stop()).toBe(0)
  await removeDirectory(directory)
})

type Answer = { readonly status: number; readonly body: string }

/** One request over TLS, by a client that trusts the certificate. */
async function ask(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string | Uint8Array,
): Promise<Answer> {
  const method = body === undefined ? 'GET' : 'POST'
  const sent = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    headers,
    ca: cert,
    servername: 'localhost',
    agent: false,
  })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const chunks = await response.toArray()
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }
}

function segments(traceId = newTraceId()): string {
  const document = JSON.stringify(segmentDocument({ trace_id: traceId }))
  return JSON.stringify({ TraceSegmentDocuments: [document] })
}

const TRACE = { traceId: newTraceId(), base: Math.floor(Date.now() / 1000) }
const SPANS = otlpProtobuf(otlpRequest('shop', otlpSpan(TRACE, 'server', [0, 1])))
const PROTOBUF = { 'content-type': 'application/x-protobuf' }

test.each([
  ['0.0.0.0', ['--host=0.0.0.0'], {}],
  ['all of IPv6', [], { FLUOROSCOPE_HOST: '::' }],
])('%s without a word about TLS: ends, naming the ways out', async (_what, flags, environment) => {
  const data = join(directory, 'never')
  const child = execFile(
    process.execPath,
    [MAIN, 'serve', ...FREE_PORTS, `--data-dir=${data}`, ...flags],
    { env: { ...process.env, NODE_OPTIONS: '', ...environment } },
  )
  let stderr = ''
  child.stderr?.on('data', (text: string) => {
    stderr += text
  })
  const [code] = (await once(child, 'close')) as [number]
  expect(code).toBe(2)
  expect(stderr).toContain('--tls-cert FILE and --tls-key FILE')
  expect(stderr).toContain('--allow-plaintext')
})

test('every port of TCP takes what is sent over TLS, and the log says that UDP has none', async () => {
  const { http, otlpHttp, zipkin, otlpGrpc } = server.ready
  const traceId = newTraceId()
  const kept = await ask(http, '/TraceSegments', {}, segments(traceId))
  expect(kept).toEqual({ status: 200, body: '{"UnprocessedTraceSegments":[]}' })
  expect((await ask(otlpHttp, '/v1/traces', PROTOBUF, SPANS)).status).toBe(200)
  expect((await ask(zipkin, '/api/v2/spans', {}, '[]')).status).toBe(202)
  const client = new Client(`127.0.0.1:${otlpGrpc}`, credentials.createSsl(Buffer.from(cert)))
  expect(await unary(client, EXPORT, SPANS)).toMatchObject({ code: 0 })
  client.close()
  const found = async () => {
    const { body } = await ask(http, '/Traces', {}, JSON.stringify({ TraceIds: [traceId] }))
    return (JSON.parse(body) as { Traces: unknown[] }).Traces.length
  }
  await expect.poll(found).toBe(1)
  expect(server.log()).toContain('UDP has no TLS')
})

test('the port of gRPC agrees on HTTP/2 only', async () => {
  const agreed = async (protocols: string[]) => {
    const options = {
      ca: cert,
      host: '127.0.0.1',
      servername: 'localhost',
      ALPNProtocols: protocols,
    }
    const socket = connect({ ...options, port: server.ready.otlpGrpc })
    const [outcome] = (await Promise.race([
      once(socket, 'secureConnect').then(() => [socket.alpnProtocol]),
      once(socket, 'close').then(() => ['closed']),
    ]).catch(() => ['refused'])) as [string]
    socket.destroy()
    return outcome
  }
  expect(await agreed(['h2'])).toBe('h2')
  expect(await agreed(['http/1.1'])).toBe('refused')
})

test('clear text and old versions of TLS get no answer', async () => {
  const plain = httpRequest({ host: '127.0.0.1', port: server.ready.http, path: '/healthz' })
  plain.end()
  await expect(once(plain, 'response')).rejects.toThrow()
  const old = connect({
    host: '127.0.0.1',
    port: server.ready.http,
    ca: cert,
    servername: 'localhost',
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  })
  await expect(once(old, 'secureConnect')).rejects.toThrow()
})

test('a name that was made to point here is refused on every port, allowed ones are not', async () => {
  const { http, otlpHttp, zipkin } = server.ready
  const requests: [number, string, Record<string, string>, string | Uint8Array | undefined][] = [
    [http, '/', {}, undefined],
    [http, '/metrics', {}, undefined],
    [http, '/tempo/ready', {}, undefined],
    [http, '/TraceSegments', {}, segments()],
    [otlpHttp, '/v1/traces', PROTOBUF, SPANS],
    [zipkin, '/api/v2/spans', {}, '[]'],
  ]
  for (const [port, path, headers, body] of requests) {
    const status = async (host: string) =>
      (await ask(port, path, { ...headers, host }, body)).status
    expect([path, await status(`evil.test:${port}`)]).toEqual([path, 403])
    expect([path, await status('127.0.0.1.evil.test')]).toEqual([path, 403])
    for (const host of [`localhost:${port}`, 'traces.test', '192.168.65.254:2000']) {
      expect([path, host, await status(host)]).toEqual([path, host, expect.any(Number)])
      expect(await status(host)).toBeLessThan(300)
    }
  }
})

test('a page of another site changes nothing: no form, no script, no page in clear text', async () => {
  const { http } = server.ready
  const host = `localhost:${http}`
  const before = await ask(http, '/Groups', { host }, '{}')
  const group = JSON.stringify({ GroupName: 'evil', FilterExpression: 'fault' })
  for (const headers of [
    { origin: 'https://evil.test', 'content-type': 'text/plain' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://localhost:3000' },
    { origin: `http://${host}` },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  ]) {
    expect((await ask(http, '/CreateGroup', { host, ...headers }, group)).status).toBe(403)
  }
  expect(await ask(http, '/Groups', { host }, '{}')).toEqual(before)
  const own = { host, origin: `https://${host}`, 'sec-fetch-site': 'same-origin' }
  expect((await ask(http, '/CreateGroup', own, group)).status).toBe(200)
})

test('a flood of connections is closed beyond the limit, counted, and over when it is over', async () => {
  const { http } = server.ready
  const sockets = Array.from({ length: 60 }, () => connectTcp(http, '127.0.0.1'))
  let closed = 0
  for (const socket of sockets) {
    socket.on('error', () => undefined)
    socket.on('close', () => closed++)
    socket.resume()
  }
  await expect.poll(() => closed).toBeGreaterThanOrEqual(20)
  for (const socket of sockets) socket.destroy()
  const counted = async () => {
    const { body } = await ask(http, '/metrics').catch(() => ({ body: '' }))
    return Number(/connections_refused_total\{listener="HTTP"\} (\d+)/.exec(body)?.[1] ?? 0)
  }
  await expect.poll(counted).toBeGreaterThanOrEqual(20)
})
