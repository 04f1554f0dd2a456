import { createSocket } from 'node:dgram'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { deflateSync, gzipSync } from 'node:zlib'
import protobufjs from 'protobufjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { otlpAttributes, otlpProtobuf, otlpRequest, otlpSpan } from './support/otlp-request.ts'
import { newEntityId, newTraceId } from './support/segments.ts'
import { type Json, until, WireServer, type WireTrace } from './support/wire-server.ts'

let server: WireServer

beforeAll(async () => {
  server = await WireServer.start()
})

afterAll(() => server.stop())

/** Of opentelemetry-proto, collector trace v1. */
const EXPORT_RESPONSE = protobufjs.Root.fromJSON({
  nested: {
    Response: { fields: { partialSuccess: { id: 1, type: 'PartialSuccess' } } },
    PartialSuccess: {
      fields: {
        rejectedSpans: { id: 1, type: 'int64' },
        errorMessage: { id: 2, type: 'string' },
      },
    },
  },
}).lookupType('Response')

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

async function post(
  body: Uint8Array<ArrayBuffer> | string,
  type: string,
  headers: Record<string, string> = {},
) {
  const request = { method: 'POST', body, headers: { 'Content-Type': type, ...headers } }
  const response = await fetch(`${server.otlpEndpoint}/v1/traces`, request)
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, type: response.headers.get('content-type'), bytes, response }
}

/** Sends spans none of which may be refused. */
async function accept(request: Json, encoding: 'json' | 'protobuf' = 'protobuf'): Promise<void> {
  const isJson = encoding === 'json'
  const answer = isJson
    ? await post(JSON.stringify(request), JSON_TYPE)
    : await post(otlpProtobuf(request), PROTOBUF)
  expect(answer.status).toBe(200)
  expect(answer.type).toBe(isJson ? JSON_TYPE : PROTOBUF)
  expect(answer.bytes.toString()).toBe(isJson ? '{}' : '')
}

const namesOf = (documents: readonly Json[]) => documents.map(({ name }) => name)

/** Of a document and all below it. */
function entitiesIn(document: Json): readonly Json[] {
  const children = (document['subsegments'] ?? []) as Json[]
  return [document, ...children.flatMap(entitiesIn)]
}

describe('conformance vector 22: SERVER -> CLIENT(aws-api DynamoDB) is the graph of vector 17', () => {
  test.each(['json', 'protobuf'] as const)('%s', async (encoding) => {
    const vector = server.trace()
    const front = otlpSpan(vector, 'server', [0, 1])
    const call = otlpSpan(vector, 'client', [0.1, 0.2], {
      parentSpanId: front['spanId'],
      attributes: otlpAttributes({
        'rpc.system': 'aws-api',
        'rpc.service': 'DynamoDB',
        'rpc.method': 'GetItem',
        'aws.dynamodb.table_names': 'carts',
      }),
    })
    await accept(otlpRequest('front', front, call), encoding)
    const [segment, inferred] = await vector.documents()
    expect(segment).toMatchObject({
      id: front['spanId'],
      name: 'front',
      subsegments: [{ id: call['spanId'], name: 'DynamoDB', namespace: 'aws' }],
    })
    expect(inferred).toMatchObject({
      name: 'DynamoDB',
      inferred: true,
      parent_id: call['spanId'],
      origin: 'AWS::DynamoDB::Table',
      aws: { resource_names: ['carts'] },
    })
    const nodes = await vector.graph()
    const table = nodes.find(({ Name }) => Name === 'carts')
    expect(table).toMatchObject({ Type: 'AWS::DynamoDB::Table', State: 'unknown', Edges: [] })
    const node = nodes.find(({ Name, Type }) => Name === 'front' && Type !== 'client')
    expect(node).toMatchObject({
      Root: true,
      State: 'active',
      Edges: [{ ReferenceId: table?.['ReferenceId'], SummaryStatistics: { TotalCount: 1 } }],
    })
    expect(await vector.summary()).toMatchObject({ Duration: 1, ResponseTime: 1, Revision: 1 })
  })
})

describe('what is sent twice, late or in pieces', () => {
  test('the same request twice changes nothing', async () => {
    const trace = server.trace()
    const request = otlpRequest('front', otlpSpan(trace, 'server', [0, 1]))
    await accept(request)
    await accept(request, 'json')
    await accept(request)
    expect(await trace.documents()).toHaveLength(1)
    expect(await trace.summary()).toMatchObject({ Revision: 1 })
  })

  test('a child before its parent hangs below it afterwards', async () => {
    const trace = server.trace()
    const front = otlpSpan(trace, 'server', [0, 1])
    const step = otlpSpan(trace, 'internal', [0.2, 0.4], { parentSpanId: front['spanId'] })
    await accept(otlpRequest('front', step))
    await accept(otlpRequest('front', front))
    const [document] = await trace.documents()
    expect(document).toMatchObject({ name: 'front', subsegments: [{ id: step['spanId'] }] })
  })

  test('a mixed trace, X-Ray to OpenTelemetry to X-Ray, in three requests', async () => {
    const trace = server.trace()
    const call = trace.subsegment('orders', [0.1, 0.9], { namespace: 'remote' })
    const front = trace.segment('front', [0, 1], { subsegments: [call] })
    const orders = otlpSpan(trace, 'server', [0.2, 0.8], { parentSpanId: call['id'] })
    const onward = otlpSpan(trace, 'client', [0.3, 0.7], { parentSpanId: orders['spanId'] })
    const stock = trace.segment('stock', [0.4, 0.6], { parent_id: onward['spanId'] })
    await server.accept(stock)
    await accept(otlpRequest('orders', onward, orders))
    await server.accept(front)
    const documents = await trace.documents((all) => all.length === 3)
    expect(namesOf(documents)).toEqual(['front', 'orders', 'stock'])
    expect(await trace.summary()).toMatchObject({ IsPartial: false, Duration: 1 })
    const nodes = (await trace.graph()).filter(({ Type }) => Type !== 'client')
    const edges = nodes.map(({ Name, Edges }) => [Name, (Edges as Json[]).length])
    expect(Object.fromEntries(edges)).toEqual({ front: 1, orders: 1, stock: 0 })
  })
})

describe('answers', () => {
  const bad = (trace: WireTrace) => otlpSpan(trace, 'server', [0, 1], { spanId: '00'.repeat(8) })

  test('bad spans are told, their neighbours are kept', async () => {
    const trace = server.trace()
    const request = otlpRequest('front', bad(trace), otlpSpan(trace, 'server', [0, 1]), bad(trace))
    const told = 'resource_spans[0].scope_spans[0].spans[0].span_id is all zero'
    const json = await post(JSON.stringify(request), JSON_TYPE)
    const answer = JSON.parse(json.bytes.toString())
    expect(answer).toMatchObject({ partialSuccess: { rejectedSpans: '2' } })
    expect(answer.partialSuccess.errorMessage).toContain(told)
    const protobuf = await post(otlpProtobuf(request), PROTOBUF)
    const response = EXPORT_RESPONSE.toObject(EXPORT_RESPONSE.decode(protobuf.bytes), {
      longs: String,
    })
    expect(response).toEqual(answer)
    expect(await trace.documents()).toHaveLength(1)
  })

  test.each([
    ['json', JSON_TYPE, '{"resourceSpans":{}}', 'resourceSpans'],
    ['json', JSON_TYPE, 'nope', 'not JSON'],
    ['protobuf', PROTOBUF, '\n\u0005a', 'beyond its message'],
  ])('a malformed request in %s is a google.rpc.Status of 400', async (_, type, body, told) => {
    const answer = await post(body, type)
    expect([answer.status, answer.type]).toEqual([400, type])
    if (type === JSON_TYPE) expect(JSON.parse(answer.bytes.toString())).toMatchObject({ code: 3 })
    else expect([...answer.bytes.subarray(0, 2)]).toEqual([0x08, 3])
    expect(answer.bytes.toString()).toContain(told)
  })

  test('other types and encodings are 415, other methods 405, too much is 413', async () => {
    expect(await post('x', 'text/plain')).toMatchObject({ status: 415, type: JSON_TYPE })
    const brotli = await post('x', PROTOBUF, { 'Content-Encoding': 'br' })
    expect(brotli).toMatchObject({ status: 415, type: PROTOBUF })
    expect((await fetch(`${server.otlpEndpoint}/v1/traces`)).status).toBe(405)
    expect((await fetch(`${server.otlpEndpoint}/`)).status).toBe(404)
    const zeros = new Uint8Array(gzipSync(Buffer.alloc(65 * 1024 * 1024)))
    const bomb = await post(zeros, PROTOBUF, { 'Content-Encoding': 'gzip' })
    expect(bomb).toMatchObject({ status: 413, type: PROTOBUF })
    expect([...bomb.bytes.subarray(0, 2)]).toEqual([0x08, 8])
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ] as const)('%s on the main port', async (encoding, compress) => {
    const trace = server.trace()
    const request = otlpProtobuf(otlpRequest('front', otlpSpan(trace, 'server', [0, 1])))
    const headers = { 'Content-Type': PROTOBUF, 'Content-Encoding': encoding }
    const body = new Uint8Array(compress(request))
    const response = await fetch(`${server.endpoint}/v1/traces`, { method: 'POST', body, headers })
    expect(response.status).toBe(200)
    expect(namesOf(await trace.documents())).toEqual(['front'])
  })
})

describe("packets in the daemon's protocol (xray-behaviour 5.6)", () => {
  const packet = (prefix: string, request: Json) =>
    prefix + Buffer.from(otlpProtobuf(request)).toString('base64')

  async function counts(): Promise<ReadonlyMap<string, number>> {
    const lines = (await server.metrics())
      .split('\n')
      .filter((line) => /^fluoroscope_doc/.test(line))
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
    )
  }

  test('a datagram of sampled spans is kept, unsampled ones and metrics are counted', async () => {
    const before = await counts()
    const trace = server.trace()
    const left = server.trace()
    const root = otlpSpan(trace, 'server', [0, 1])
    const bodies = [
      packet(
        'T1S',
        otlpRequest(
          'front',
          root,
          otlpSpan(trace, 'internal', [0, 1], { parentSpanId: root['spanId'] }),
        ),
      ),
      packet('T1U', otlpRequest('front', otlpSpan(left, 'server', [0, 1]))),
      'M1CgA=',
    ]
    const socket = createSocket('udp4')
    for (const body of bodies) {
      const datagram = `{"format":"json","version":1}\n${body}`
      await new Promise((sent) => socket.send(datagram, server.udpPort, '127.0.0.1', sent))
    }
    socket.close()
    const [document] = await trace.documents()
    expect(document).toMatchObject({ name: 'front', subsegments: [{ name: 'internal' }] })
    const name = (what: string, reason = '') =>
      `fluoroscope_documents_${what}_total{source="otlp-udp"${reason}}`
    const after = await until(
      counts,
      (all) => (all.get(name('received')) ?? 0) - (before.get(name('received')) ?? 0) === 4,
    )
    const grown = (key: string) => (after.get(key) ?? 0) - (before.get(key) ?? 0)
    expect(grown(name('received'))).toBe(4)
    expect(grown(name('stored'))).toBe(2)
    expect(grown(name('sampled_out', ',reason="unsampled"'))).toBe(1)
    expect(grown(name('sampled_out', ',reason="metrics"'))).toBe(1)
    expect(await left.documents(() => true)).toEqual([])
  })

  test('a daemon relays them inside of PutTraceSegments', async () => {
    const trace = server.trace()
    const other = server.trace()
    const broken = otlpSpan(trace, 'server', [0, 1], { spanId: '00'.repeat(8) })
    const { status, body } = await server.put(
      other.segment('beside', [0, 1]),
      packet('T1S', otlpRequest('front', otlpSpan(trace, 'server', [0, 1]))),
      packet('T1S', otlpRequest('front', broken)),
      'T1S%%%',
    )
    expect(status).toBe(200)
    expect(body['UnprocessedTraceSegments']).toMatchObject([
      { ErrorCode: 'InvalidSpans' },
      { ErrorCode: 'ParseError' },
    ])
    expect(namesOf(await trace.documents())).toEqual(['front'])
    expect(namesOf(await other.documents())).toEqual(['beside'])
  })
})

describe('search and graphs', () => {
  test('a trace is found by any of more than fifty annotations', async () => {
    const trace = server.trace()
    const many = Object.fromEntries(
      Array.from({ length: 80 }, (_, index) => [`key.${index}`, `v${index}`]),
    )
    const attributes = otlpAttributes({ ...many, count: 7 })
    await accept(otlpRequest('front', otlpSpan(trace, 'server', [0, 1], { attributes })))
    await trace.documents()
    for (const filter of [
      'annotation[key.0] = "v0"',
      'annotation[key.79] = "v79"',
      'annotation[count] = 7',
    ]) {
      const { body } = await server.call('/TraceSummaries', {
        ...trace.range,
        FilterExpression: filter,
      })
      expect((body['TraceSummaries'] as Json[]).map(({ Id }) => Id)).toEqual([trace.traceId])
    }
  })

  test('a message links two traces: an asynchronous edge of the graph', async () => {
    const first = server.trace()
    const sender = otlpSpan(first, 'server', [0, 1])
    const send = otlpSpan(first, 'producer', [0.1, 0.2], { parentSpanId: sender['spanId'] })
    const traceId = newTraceId()
    const receive = otlpSpan({ traceId, base: first.base }, 'consumer', [2, 3], {
      links: [{ traceId: send['traceId'], spanId: send['spanId'] }],
    })
    await accept(otlpRequest('shop', sender, send))
    await accept(otlpRequest('mailer', receive))
    const graph = async () => {
      const { body } = await server.call('/TraceGraph', { TraceIds: [traceId] })
      return (body['Services'] ?? []) as Json[]
    }
    const nodes = await until(graph, (all) => all.some(({ Name }) => Name === 'shop'))
    const edges = nodes.flatMap(({ Name, Edges }) =>
      (Edges as Json[]).map(({ EdgeType }) => [Name, EdgeType]),
    )
    expect(edges).toContainEqual(['shop', 'link'])
  })
})

const FIXTURES = new URL('../../shared/fixtures/otlp/', import.meta.url)
const files = existsSync(FIXTURES)
  ? readdirSync(FIXTURES).filter((name) => name.endsWith('.json'))
  : []

describe.skipIf(files.length === 0)('requests of other programs (needs ../shared/fixtures)', () => {
  type Spans = { traceId: string; spanId: string; parentSpanId?: string; kind?: number | string }[]
  type Request = { resourceSpans: { scopeSpans: { spans: Spans }[] }[] }

  /** With ids of its own for each trace, so that it can be sent twice. */
  function withNewTraces(text: string): {
    readonly request: Request
    readonly traces: Map<string, string>
  } {
    const traces = new Map<string, string>()
    const request = JSON.parse(text, (member, value: unknown) => {
      if (member !== 'traceId' || typeof value !== 'string') return value
      const hex = traces.get(value.toLowerCase()) ?? newEntityId() + newEntityId()
      traces.set(value.toLowerCase(), hex)
      return hex
    }) as Request
    return { request, traces }
  }

  async function documentsOf(hex: string): Promise<readonly Json[]> {
    const id = `1-${hex.slice(0, 8)}-${hex.slice(8)}`
    const read = async () => {
      const { body } = await server.call('/Traces', { TraceIds: [id] })
      const [trace] = body['Traces'] as { Segments: { Document: string }[] }[]
      return (
        trace?.Segments.map(({ Document }) => JSON.parse(Document.replaceAll(id, 'T')) as Json) ??
        []
      )
    }
    return await until(read, (all) => all.length > 0)
  }

  /** Of spans those that a trace shows: segments, and what hangs below them (xray-behaviour 7.2, 15.2). */
  function shownOf(spans: Spans): ReadonlySet<string> {
    const shown = new Set<string>()
    for (let size = -1; size < shown.size; ) {
      size = shown.size
      for (const { spanId, parentSpanId, kind } of spans) {
        const isSegment = (parentSpanId ?? '') === '' || kind === 2 || kind === 'SPAN_KIND_SERVER'
        if (isSegment || shown.has(parentSpanId ?? '')) shown.add(spanId)
      }
    }
    return shown
  }

  /** Without what follows from the id of the trace. */
  function withoutDerived(documents: readonly Json[]): unknown {
    return documents.map((document) => {
      const text = JSON.stringify(document, (member, value: unknown) =>
        member === 'links' || member === 'exceptions' ? undefined : value,
      )
      return { ...JSON.parse(text), ...(document['inferred'] === true ? { id: '' } : {}) }
    })
  }

  test.each(files)(
    '%s: the same traces by protobuf and by JSON, with all its spans',
    async (file) => {
      const text = readFileSync(new URL(file, FIXTURES), 'utf8')
      const [json, protobuf] = [withNewTraces(text), withNewTraces(text)]
      await accept(json.request, 'json')
      await accept(protobuf.request, 'protobuf')
      const sent = json.request.resourceSpans.flatMap(({ scopeSpans }) =>
        (scopeSpans ?? []).flatMap(({ spans }) => spans ?? []),
      )
      for (const [was, hex] of json.traces) {
        const spans = sent.filter(({ traceId }) => traceId === hex)
        const shown = shownOf(spans)
        if (shown.size === 0) continue
        const documents = await documentsOf(hex)
        const entities = documents.filter(({ inferred }) => inferred !== true).flatMap(entitiesIn)
        expect(new Set(entities.map(({ id }) => id))).toEqual(
          new Set([...shown].map((id) => id.toLowerCase())),
        )
        const others = await documentsOf(protobuf.traces.get(was) ?? '')
        expect(withoutDerived(others)).toEqual(withoutDerived(documents))
      }
    },
  )
})
