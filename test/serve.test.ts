import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  FREE_PORTS,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'

const MAIN = resolve(import.meta.dirname, '../packages/server/dist/main.js')
const FOUND_WITHIN_MS = 60_000
const MIB = 1024 * 1024

let directory: string
let server: RunningServer

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await startServer(directory)
})

afterAll(async () => {
  await server.stop()
  await removeDirectory(directory)
})

function hex(digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('')
}

function newTraceId(): string {
  return `1-${Math.floor(Date.now() / 1000).toString(16)}-${hex(24)}`
}

function segment(traceId: string, fields: object = {}) {
  const start = Date.now() / 1000
  return {
    name: 'shop',
    id: hex(16),
    trace_id: traceId,
    start_time: start,
    end_time: start,
    ...fields,
  }
}

async function post(path: string, body: BodyInit, headers: Record<string, string> = {}) {
  const response = await fetch(server.endpoint + path, { method: 'POST', body, headers })
  return {
    status: response.status,
    type: response.headers.get('x-amzn-errortype'),
    body: (await response.json()) as Record<string, unknown>,
  }
}

function put(documents: readonly unknown[]) {
  const texts = documents.map((document) =>
    typeof document === 'string' ? document : JSON.stringify(document),
  )
  return post('/TraceSegments', JSON.stringify({ TraceSegmentDocuments: texts }))
}

/** Ids of the segments of a trace once it has `count` of them, and how long that took. */
async function waitForSegments(traceId: string, count: number): Promise<readonly string[]> {
  const since = performance.now()
  for (;;) {
    const { body } = await post('/Traces', JSON.stringify({ TraceIds: [traceId] }))
    const [trace] = body['Traces'] as { Segments: { Id: string }[] }[]
    const ids = trace?.Segments.map(({ Id }) => Id) ?? []
    if (ids.length >= count || performance.now() - since > FOUND_WITHIN_MS) return ids
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Values of the metrics whose name and labels start so. */
async function metrics(start: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${server.endpoint}/metrics`)).text()
  return new Map(
    text
      .split('\n')
      .filter((line) => line.startsWith(start))
      .map((line) => {
        const space = line.lastIndexOf(' ')
        return [line.slice(0, space), Number(line.slice(space + 1))]
      }),
  )
}

/** The ledger's columns, summed over reasons. */
async function ledger(source: string) {
  const sums: Record<string, number> = {}
  for (const [name, value] of await metrics('fluoroscope_documents_')) {
    if (!name.includes(`source="${source}"`)) continue
    const column = /documents_(\w+?)(?:_total)?\{/.exec(name)?.[1] ?? ''
    sums[column] = (sums[column] ?? 0) + value
  }
  return {
    received: sums['received'] ?? 0,
    stored: sums['stored'] ?? 0,
    rejected: sums['rejected'] ?? 0,
    dropped: sums['dropped'] ?? 0,
    inFlight: sums['in_flight'] ?? 0,
  }
}

async function sendDatagrams(texts: readonly string[]): Promise<void> {
  const socket = createSocket('udp4')
  for (const text of texts) {
    await new Promise((resolve) => socket.send(text, server.ready.udp, '127.0.0.1', resolve))
  }
  socket.close()
}

/** Runs the binary to its end. */
async function run(...argv: string[]) {
  const env = { ...process.env, NODE_OPTIONS: '' }
  const child = execFile(process.execPath, [MAIN, ...argv], { env })
  let stderr = ''
  child.stderr?.on('data', (text: string) => {
    stderr += text
  })
  let stdout = ''
  child.stdout?.on('data', (text: string) => {
    stdout += text
  })
  const [code] = (await once(child, 'close')) as [number]
  return { code, stdout, stderr }
}

test('the ready line names every listener', () => {
  expect(server.ready).toEqual({
    ready: true,
    http: expect.any(Number),
    udp: expect.any(Number),
    otlpHttp: expect.any(Number),
    otlpGrpc: expect.any(Number),
    zipkin: expect.any(Number),
    pid: server.process.pid,
  })
})

test('50 documents, one of them bad: 49 are read back', async () => {
  const traceId = newTraceId()
  const root = segment(traceId)
  const children = Array.from({ length: 48 }, () => segment(traceId, { parent_id: root.id }))
  const nameless = { ...segment(traceId), name: '' }
  const answer = await put([...children.slice(0, 20), nameless, root, ...children.slice(20)])
  expect(answer).toMatchObject({
    status: 200,
    body: { UnprocessedTraceSegments: [{ Id: nameless.id, ErrorCode: 'MissingName' }] },
  })
  const ids = await waitForSegments(traceId, 49)
  expect(new Set(ids)).toEqual(new Set([root, ...children].map(({ id }) => id)))
  expect(ids[0]).toBe(root.id)
})

test('what is sent is found by summaries and graphs', async () => {
  const traceId = newTraceId()
  const name = `service-${hex(8)}`
  await put([
    segment(traceId, { name, http: { response: { status: 429 } }, annotations: { n: 1 } }),
  ])
  expect(await waitForSegments(traceId, 1)).toHaveLength(1)
  const now = Math.floor(Date.now() / 1000)
  const range = { StartTime: now - 60, EndTime: now + 60 }
  const found = await post('/TraceSummaries', JSON.stringify(range))
  const summaries = found.body['TraceSummaries'] as Record<string, unknown>[]
  expect(summaries.find(({ Id }) => Id === traceId)).toMatchObject({
    HasThrottle: true,
    HasError: false,
    Annotations: { n: [{ AnnotationValue: { NumberValue: 1 } }] },
    EntryPoint: { Name: name, Names: [name] },
  })
  for (const [path, input] of [
    ['/TraceGraph', { TraceIds: [traceId] }],
    ['/ServiceGraph', range],
  ] as const) {
    const graph = await post(path, JSON.stringify(input))
    const services = graph.body['Services'] as Record<string, unknown>[]
    const node = services.find(({ Name, Type }) => Name === name && Type !== 'client')
    expect(node).toMatchObject({
      Root: true,
      Edges: [],
      SummaryStatistics: { TotalCount: 1, ErrorStatistics: { ThrottleCount: 1, OtherCount: 0 } },
    })
    expect(services.find(({ Name, Type }) => Name === name && Type === 'client')).toMatchObject({
      Edges: [{ ReferenceId: node?.['ReferenceId'] }],
    })
  }
})

test('a trace that a message started shows the queue of the other trace, by a linked edge', async () => {
  const [sent, received] = [newTraceId(), newTraceId()]
  const call = hex(16)
  const queue = `https://sqs.test/1/parcels-${hex(8)}`
  const at = Date.now() / 1000
  const sqs = { operation: 'SendMessage', queue_url: queue }
  await put([
    segment(sent, {
      subsegments: [
        { id: call, name: 'SQS', namespace: 'aws', start_time: at - 2, end_time: at, aws: sqs },
      ],
    }),
    segment(received, {
      name: 'worker',
      start_time: at,
      end_time: at + 1,
      links: [
        {
          trace_id: sent,
          id: call,
          attributes: { 'aws.xray.reserved.reference_type': 'parent' },
        },
      ],
    }),
  ])
  await waitForSegments(sent, 2)
  await waitForSegments(received, 1)
  const { body } = await post('/TraceGraph', JSON.stringify({ TraceIds: [received] }))
  const services = body['Services'] as Record<string, unknown>[]
  const worker = services.find(({ Name, Type }) => Name === 'worker' && Type !== 'client')
  expect(services.find(({ Name }) => Name === queue)).toMatchObject({
    Type: 'AWS::SQS::Queue',
    Edges: [
      {
        ReferenceId: worker?.['ReferenceId'],
        EdgeType: 'link',
        ReceivedEventAgeHistogram: [{ Value: 2, Count: 1 }],
      },
    ],
  })
})

test('datagrams are kept or counted, one by one', async () => {
  const before = await ledger('udp')
  const traceId = newTraceId()
  const documents = Array.from({ length: 200 }, () => JSON.stringify(segment(traceId)))
  await sendDatagrams([
    ...documents.slice(0, 100).map((text) => `{"format":"json","version":1}\n${text}`),
    ...documents.slice(100).map((text) => `{"format": "JSON", "version": 1}\r\n${text}\n`),
    documents[0] ?? '',
    '{"format":"json","version":2}\n{}',
    '{"format":"json","version":1}\n',
    '{"format":"json","version":1}\nnot json',
  ])
  expect(await waitForSegments(traceId, 200)).toHaveLength(200)
  expect(await ledger('udp')).toEqual({
    received: before.received + 204,
    stored: before.stored + 200,
    rejected: before.rejected + 4,
    dropped: before.dropped,
    inFlight: 0,
  })
  expect(await metrics('fluoroscope_udp_kernel_drops_total')).toEqual(
    new Map([['fluoroscope_udp_kernel_drops_total', 0]]),
  )
})

test('an SDK without credentials gets its rules and targets', async () => {
  const rules = await post('/GetSamplingRules', '')
  expect(rules.body).toMatchObject({
    SamplingRuleRecords: [{ SamplingRule: { RuleName: 'Default', Version: 1, Attributes: {} } }],
  })
  const SamplingStatisticsDocuments = [
    {
      RuleName: 'Default',
      ClientID: hex(24),
      Timestamp: Math.floor(Date.now() / 1000),
      RequestCount: 10,
      SampledCount: 1,
      BorrowCount: 1,
    },
  ]
  const targets = await post('/SamplingTargets', JSON.stringify({ SamplingStatisticsDocuments }))
  expect(targets.body).toMatchObject({
    SamplingTargetDocuments: [
      { RuleName: 'Default', FixedRate: 0.05, ReservoirQuota: 1, Interval: 10 },
    ],
    LastRuleModification: 0,
    UnprocessedStatistics: [],
  })
})

describe('hostile bodies end in a named error and harm nobody', () => {
  const gzip = { 'Content-Encoding': 'gzip' }
  const cases: [string, () => Uint8Array<ArrayBuffer>, Record<string, string>, number, string][] = [
    [
      'a gzip bomb',
      () => bytes(gzipSync(Buffer.alloc(256 * MIB))),
      gzip,
      413,
      'RequestEntityTooLargeException',
    ],
    [
      'a body over its limit',
      () => new Uint8Array(16 * MIB + 1),
      {},
      413,
      'RequestEntityTooLargeException',
    ],
    ['no gzip at all', () => text('{}'), gzip, 400, 'SerializationException'],
    [
      'an encoding nobody knows',
      () => text('{}'),
      { 'Content-Encoding': 'br' },
      415,
      'UnsupportedMediaTypeException',
    ],
    ['a million brackets', () => text('['.repeat(1_000_000)), {}, 400, 'SerializationException'],
    [
      'bytes that are not UTF-8',
      () => Uint8Array.of(0x7b, 0xc3, 0x28, 0x7d),
      {},
      400,
      'SerializationException',
    ],
    [
      'an element that is no text',
      () => text('{"TraceSegmentDocuments":[1]}'),
      {},
      400,
      'SerializationException',
    ],
    [
      'no documents',
      () => text('{"TraceSegmentDocuments":[]}'),
      {},
      400,
      'InvalidRequestException',
    ],
    [
      'no member',
      () => text('{"__proto__":{"TraceSegmentDocuments":[]}}'),
      {},
      400,
      'ValidationException',
    ],
  ]
  test.each(cases)('%s', async (_what, body, headers, status, type) => {
    expect(await post('/TraceSegments', body(), headers)).toMatchObject({ status, type })
    const traceId = newTraceId()
    expect((await put([segment(traceId)])).status).toBe(200)
    expect(await waitForSegments(traceId, 1)).toHaveLength(1)
  })

  test('afterwards the server is well and its ledger adds up', async () => {
    expect((await fetch(`${server.endpoint}/healthz`)).status).toBe(200)
    const { received, stored, rejected, dropped, inFlight } = await ledger('http')
    expect(inFlight).toBe(0)
    expect(received).toBe(stored + rejected + dropped)
    expect(rejected).toBe(1)
    expect(dropped).toBe(0)
  })
})

test('SIGTERM under load: exits with 0, and everything acknowledged is there afterwards', async () => {
  const traceIds: string[] = []
  let running = true
  const senders = Array.from({ length: 4 }, async () => {
    while (running) {
      const traceId = newTraceId()
      const answer = await put([segment(traceId)]).catch(() => undefined)
      if (answer?.status === 200) traceIds.push(traceId)
      else if (answer === undefined) return
    }
  })
  await expect.poll(() => traceIds.length, { timeout: 60_000 }).toBeGreaterThan(20)
  expect(await server.stop()).toBe(0)
  running = false
  await Promise.all(senders)
  server = await startServer(directory)
  for (const traceId of traceIds) expect(await waitForSegments(traceId, 1)).toHaveLength(1)
})

describe('what cannot work is said', () => {
  test.each([
    ['HTTP', () => server.ready.http, '--port'],
    ['UDP', () => server.ready.udp, '--udp-port'],
    ['gRPC', () => server.ready.otlpGrpc, '--otlp-grpc-port'],
  ])('a %s port in use', async (_name, port, flag) => {
    const other = await temporaryDirectory()
    const flags = [...FREE_PORTS, `${flag}=${port()}`, `--data-dir=${other}`]
    const { code, stdout, stderr } = await run('serve', ...flags)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain(`the port is in use; choose another with ${flag}`)
    await removeDirectory(other)
  })

  test('a second server on the same directory', async () => {
    const { code, stderr } = await run('serve', ...FREE_PORTS, `--data-dir=${directory}`)
    expect(code).toBe(1)
    expect(stderr).toContain('in use')
  })

  test('a demo whose datagrams go nowhere', async () => {
    const endpoint = `127.0.0.1:${server.ready.http}`
    const { stderr } = await run('demo', '--duration=2s', `--endpoint=${endpoint}`)
    expect(stderr).toContain('no trace has arrived')
    expect(stderr).toContain('UDP port')
  })

  test('a flag that is not there', async () => {
    const { code, stderr } = await run('serve', '--udp-prot=1')
    expect(code).toBe(2)
    expect(stderr).toContain('did you mean --udp-port?')
  })
})

function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value)
}

function bytes(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer)
}
