import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SpanFacts, sortedById, spanFacts } from '../support/otlp-facts.ts'
import { newEntityId } from '../support/segments.ts'
import { removeDirectory, temporaryDirectory } from '../support/server.ts'
import { type Json, until, WireServer, WireTrace } from '../support/wire-server.ts'
import { environment, PYTHON } from './client-environment.ts'

const run = promisify(execFile)
const HERE = import.meta.dirname

let directory: string
let server: WireServer

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await WireServer.start()
})

afterAll(async () => {
  await server.stop()
  await removeDirectory(directory)
})

type Run = { readonly traceId: string; readonly spans: readonly SpanFacts[] }

type Sent<Protocol extends string> = {
  readonly runs: Readonly<Record<Protocol, Run>>
  /** Warnings and errors of the SDK. */
  readonly problems: readonly string[]
}

const sentOf = <Protocol extends string>(stdout: string) =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Sent<Protocol>

const xrayId = (hex: string) => `1-${hex.slice(0, 8)}-${hex.slice(8)}`

/** The spans of a trace as the export gives them, once there are so many. */
async function exported(traceId: string, count: number): Promise<readonly SpanFacts[]> {
  const read = async () => {
    const answer = await fetch(`${server.endpoint}/api/traces/${traceId}/otlp`)
    return answer.status === 200 ? spanFacts(await answer.json()) : []
  }
  return await until(read, (spans) => spans.length === count)
}

type Entity = Json & { readonly id: string; readonly subsegments?: readonly Entity[] }

async function segmentsOf(traceId: string, count: number): Promise<readonly Entity[]> {
  const ofService = (all: readonly Json[]) => all.filter(({ inferred }) => inferred !== true)
  const read = async () => {
    const { body } = await server.call('/Traces', { TraceIds: [xrayId(traceId)] })
    const [trace] = body['Traces'] as { Segments: { Document: string }[] }[]
    return ofService(trace?.Segments.map(({ Document }) => JSON.parse(Document) as Json) ?? [])
  }
  return (await until(read, (all) => all.length === count)) as Entity[]
}

const endpointsOf = (...protocols: readonly string[]) =>
  Object.fromEntries(
    protocols.map((protocol) => [
      protocol,
      protocol === 'grpc' ? `http://${server.grpcAddress}` : `${server.otlpEndpoint}/v1/traces`,
    ]),
  )

describe('@opentelemetry/sdk-trace for Node, with its instrumentations', () => {
  const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const
  let sent: Sent<(typeof PROTOCOLS)[number] | 'joined'>
  let caller: WireTrace
  const CALLS = [newEntityId(), newEntityId(), newEntityId()]

  beforeAll(async () => {
    caller = new WireTrace(server, Math.floor(Date.now() / 1000))
    const hex = caller.traceId.replaceAll('-', '').slice(1)
    const [first, second, third] = CALLS
    const callers = [
      { traceparent: `00-${hex}-${first}-01` },
      { 'X-Amzn-Trace-Id': `Root=${caller.traceId};Parent=${second};Sampled=1` },
      { 'X-B3-TraceId': hex, 'X-B3-SpanId': third, 'X-B3-Sampled': '1' },
    ]
    const input = JSON.stringify({ endpoints: endpointsOf(...PROTOCOLS), callers })
    const options = { env: environment(directory) }
    const { stdout } = await run(
      process.execPath,
      [join(HERE, 'node/otel-sender.mjs'), input],
      options,
    )
    sent = sentOf(stdout)
  })

  test('sends without a complaint', () => {
    expect(sent.problems).toEqual([])
  })

  test.each(PROTOCOLS)('%s: its spans come back as they were sent', async (protocol) => {
    const { traceId, spans } = sent.runs[protocol]
    expect(spans.map(({ name }) => name).toSorted()).toEqual([
      'GET',
      'GET',
      'checkout',
      'pg.query:SELECT carts',
    ])
    expect(await exported(traceId, spans.length)).toEqual(sortedById(spans))
  })

  test.each(PROTOCOLS)('%s: X-Ray reads them as segments', async (protocol) => {
    const [checkout, cart] = await segmentsOf(sent.runs[protocol].traceId, 2)
    expect(checkout).toMatchObject({
      name: 'otel-node',
      fault: true,
      annotations: { text: 'Grüße, 世界 🎉', whole: 42, ratio: 0.1, flag: true },
      metadata: { default: { list: ['a', 'b'] } },
      cause: { exceptions: [{ type: 'TypeError', message: 'no stock' }] },
      links: [{ trace_id: xrayId('7'.repeat(32)), id: '8'.repeat(16) }],
      subsegments: [
        {
          name: '127.0.0.1',
          namespace: 'remote',
          fault: true,
          http: { request: { method: 'GET' }, response: { status: 503 } },
        },
      ],
    })
    expect(cart).toMatchObject({
      name: 'otel-node',
      parent_id: checkout?.subsegments?.[0]?.id,
      fault: true,
      http: {
        request: { method: 'GET', url: expect.stringMatching(/\/cart$/) },
        response: { status: 503 },
      },
      subsegments: [
        {
          name: 'carts@127.0.0.1',
          namespace: 'remote',
          sql: { database_type: 'postgresql', sanitized_query: 'SELECT $1::int + 1 AS items' },
        },
      ],
    })
  })

  test('callers with traceparent, X-Amzn-Trace-Id and B3 are joined in one trace', async () => {
    const calls = CALLS.map((id, index) =>
      caller.subsegment(`call ${index}`, [0, 1], { id, namespace: 'remote' }),
    )
    await server.accept(caller.segment('caller', [0, 1], { subsegments: calls }))
    const documents = await caller.documents((all) => all.length === 4)
    const served = documents.filter(({ name }) => name === 'otel-node')
    expect(served.map(({ parent_id }) => parent_id).toSorted()).toEqual(CALLS.toSorted())
    expect(await caller.summary()).toMatchObject({ IsPartial: false })
    const nodes = await caller.graph()
    const names = nodes.map(({ Name, Type }) => [Name, Type ?? ''].join(' ').trim())
    expect(names.toSorted()).toEqual(['caller', 'caller client', 'otel-node'])
  })
})

/** Both languages make the same spans by hand. */
describe.each([
  [
    'opentelemetry-sdk for Python',
    'otel-python',
    'ValueError',
    async (endpoints: string) =>
      await run(PYTHON, [join(HERE, 'python/otel_sender.py'), endpoints], {
        env: environment(directory),
      }),
  ],
  [
    'go.opentelemetry.io/otel',
    'otel-go',
    '*errors.errorString',
    async (endpoints: string) =>
      await run('go', ['run', './otelsender', endpoints], {
        cwd: join(HERE, 'go'),
        env: { ...process.env, NODE_OPTIONS: '' },
      }),
  ],
] as const)('%s', (_sdk, service, exception, send) => {
  const PROTOCOLS = ['http/protobuf', 'grpc'] as const
  let sent: Sent<(typeof PROTOCOLS)[number]>

  beforeAll(async () => {
    const { stdout } = await send(JSON.stringify(endpointsOf(...PROTOCOLS)))
    sent = sentOf(stdout)
  }, 300_000)

  test('sends without a complaint', () => {
    expect(sent.problems).toEqual([])
  })

  test.each(PROTOCOLS)('%s: its spans come back as they were sent', async (protocol) => {
    const { traceId, spans } = sent.runs[protocol]
    expect(spans).toHaveLength(3)
    expect(await exported(traceId, spans.length)).toEqual(sortedById(spans))
  })

  test.each(PROTOCOLS)('%s: X-Ray reads them as a segment', async (protocol) => {
    const [segment] = await segmentsOf(sent.runs[protocol].traceId, 1)
    expect(segment).toMatchObject({
      name: service,
      fault: true,
      http: {
        request: { method: 'GET', url: 'https://shop.test/cart' },
        response: { status: 503 },
      },
      annotations: {
        text: 'Grüße, 世界 🎉',
        large: '9007199254740993',
        ratio: 0.1,
        flag: true,
        empty: '',
      },
      metadata: { default: { list: ['a', 'b'] } },
      cause: { exceptions: [{ message: 'checkout failed' }] },
      links: [{ trace_id: xrayId('7'.repeat(32)), id: '8'.repeat(16) }],
      subsegments: [
        {
          name: 'carts@db.test',
          namespace: 'remote',
          sql: { database_type: 'postgresql', sanitized_query: 'SELECT 1' },
        },
        {
          name: 'price',
          fault: true,
          cause: { exceptions: [{ type: exception, message: 'no stock' }] },
        },
      ],
    })
  })
})

type ZipkinSpan = {
  readonly id: string
  readonly parentId?: string
  readonly kind: string
  readonly name: string
  readonly timestamp: number
  readonly duration: number
  readonly tags: Readonly<Record<string, string>>
}

describe('zipkin and zipkin-transport-http for Node', () => {
  let sent: { traceId: string; sent: readonly ZipkinSpan[]; problems: readonly string[] }

  beforeAll(async () => {
    const words = [join(HERE, 'node/zipkin-sender.mjs'), `${server.zipkinEndpoint}/api/v2/spans`]
    const { stdout } = await run(process.execPath, words, { env: environment(directory) })
    sent = JSON.parse(stdout)
  })

  test('sends without a complaint', () => {
    expect(sent.problems).toEqual([])
    expect(sent.sent.map(({ kind }) => kind).toSorted()).toEqual(['CLIENT', 'SERVER', 'SERVER'])
  })

  test('its spans come back with what they say', async () => {
    const spans = await exported(sent.traceId, 3)
    const calls = sent.sent.filter(({ kind }) => kind === 'CLIENT')
    const factsOf = ({ id, parentId = '', kind, ...span }: ZipkinSpan) => {
      const isShared = kind === 'SERVER' && calls.some((call) => call.id === id)
      const { 'http.status_code': status, error, ...tags } = span.tags
      return expect.objectContaining({
        // Both halves of a call have one id in Zipkin: the callee's gets one of its own, below the caller's.
        ...(isShared ? { parentSpanId: id } : { spanId: id, parentSpanId: parentId }),
        kind: kind === 'SERVER' ? 2 : 3,
        name: span.name,
        start: String(BigInt(span.timestamp) * 1000n),
        end: String(BigInt(span.timestamp + span.duration) * 1000n),
        attributes: expect.objectContaining({ ...tags, 'http.status_code': Number(status) }),
        status: expect.objectContaining(error === undefined ? { code: 0 } : { code: 2 }),
      })
    }
    expect(spans).toHaveLength(3)
    expect(spans).toEqual(expect.arrayContaining(sent.sent.map(factsOf)))
  })

  test('X-Ray reads them as two segments and the call between them', async () => {
    const [front, stock] = await segmentsOf(sent.traceId, 2)
    expect(front).toMatchObject({
      name: 'zipkin-front',
      http: { request: { method: 'GET' }, response: { status: 200 } },
      subsegments: [{ name: 'zipkin-stock', namespace: 'remote', fault: true }],
    })
    expect(stock).toMatchObject({
      name: 'zipkin-stock',
      parent_id: front?.subsegments?.[0]?.id,
      fault: true,
      http: { response: { status: 503 } },
      cause: { exceptions: [{ message: 'no stock' }] },
    })
  })
})
