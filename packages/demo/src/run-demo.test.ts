import { createSocket, type Socket } from 'node:dgram'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { otlpSchema } from '../../../test/support/otlp-schema.ts'
import { type DemoSummary, runDemo } from './index.ts'

type Json = { readonly [key: string]: unknown }

/** Requests a second, and how many the fleet may be behind: on a busy machine all comes slower, and no less. */
const RATE = 24
const MOST_OPEN = 20
/** Among the first 140 of this seed is a request of every kind. */
const SEED = 4
const ENOUGH = 150
const documents: Json[] = []
/** Of OpenTelemetry, with `service`, the name of the service that sent them. */
const spans: Json[] = []
const lines: string[] = []
let summary: DemoSummary
let answered = 0
const enough = new AbortController()

const requestType = otlpSchema({ text: 'string', spans: 'Span' }).lookupType(
  'ExportTraceServiceRequest',
)

type ResourceSpans = {
  readonly resource: {
    readonly attributes: { readonly key: string; readonly value: { stringValue: string } }[]
  }
  readonly scopeSpans: { readonly spans: Json[] }[]
}

function keepSpans(body: Uint8Array): void {
  const request = requestType.toObject(requestType.decode(body), { longs: String, bytes: String })
  for (const { resource, scopeSpans } of (request['resourceSpans'] ?? []) as ResourceSpans[]) {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue
    for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
      const hex = (member: string) => Buffer.from(String(span[member]), 'base64').toString('hex')
      const [traceId, id, parent] = ['traceId', 'spanId', 'parentSpanId'].map(hex)
      spans.push({ ...span, service, traceId, id, parent })
    }
  }
}

/** Takes requests of OTLP, and datagrams on the port of the same number, as the server does. */
async function listen(): Promise<readonly [Server, Socket, number]> {
  const server = createServer(async (request, response) => {
    expect(request.url).toBe('/v1/traces')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    keepSpans(Buffer.concat(chunks))
    response.setHeader('Content-Type', 'application/x-protobuf').end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const socket = createSocket('udp4')
  socket.on('message', (packet) => {
    const text = packet.toString()
    expect(text).toMatch(/^\{"format":"json","version":1\}\n/)
    const document = JSON.parse(text.slice(text.indexOf('\n') + 1)) as Json
    documents.push(document)
    if (document['name'] === 'storefront') answered += 1
    if (answered >= ENOUGH) enough.abort()
  })
  return await new Promise((resolve) => {
    // Somebody else has the port for datagrams.
    socket.once('error', () => server.close(() => resolve(listen())))
    socket.bind(port, '127.0.0.1', () => resolve([server, socket, port]))
  })
}

beforeAll(async () => {
  const [server, socket, port] = await listen()
  let startedMs: number | undefined
  summary = await runDemo(
    {
      durationMs: undefined,
      rate: RATE,
      endpoint: { host: '127.0.0.1', port },
      seed: SEED,
      centralSampling: false,
    },
    {
      tell: (line) => lines.push(line),
      environment: process.env,
      nowMs: () => {
        startedMs ??= Date.now()
        return Math.min(Date.now() - startedMs, ((answered + MOST_OPEN) * 1000) / RATE)
      },
      signal: enough.signal,
    },
  )
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  server.close()
}, 300_000)

afterAll(() => expect(lines.filter((line) => /rror:|rejection/.test(line))).toEqual([]))

function all(documents: readonly Json[]): readonly Json[] {
  return documents.flatMap((entity) => [entity, ...all((entity['subsegments'] ?? []) as Json[])])
}

function segments(): readonly Json[] {
  return documents.filter((document) => document['type'] !== 'subsegment')
}

function of(service: string): readonly Json[] {
  return segments().filter((segment) => segment['name'] === service)
}

function statusOf(entity: Json): unknown {
  return (entity['http'] as { response?: { status?: number } } | undefined)?.response?.status
}

describe('a run of the demo', () => {
  test('every request is answered and traced', () => {
    expect(summary.sent).toBeGreaterThanOrEqual(140)
    expect(summary.unanswered).toBe(0)
    expect(of('storefront')).toHaveLength(summary.sent)
    const statuses = of('storefront').map(statusOf)
    for (const [status, count] of Object.entries(summary.byStatus)) {
      expect(statuses.filter((seen) => seen === Number(status))).toHaveLength(count)
    }
  })

  test('six services report, one of them through OpenTelemetry', () => {
    expect(new Set(segments().map((segment) => segment['name']))).toEqual(
      new Set(['storefront', 'orders', 'inventory', 'payments', 'shipping']),
    )
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['recommendations']))
  })

  test('spans go on with the traces of segments, and segments with those of spans', () => {
    const calls = all(of('storefront')).filter(
      ({ name }) => name === 'recommendations.shop.internal',
    )
    // What was not answered was not served: a connection broke.
    const answeredCalls = calls.filter((call) => statusOf(call) !== undefined)
    const served = spans.filter(({ kind }) => kind === 2)
    expect(new Set(served.map(({ parent }) => parent))).toEqual(
      new Set(answeredCalls.map(({ id }) => id)),
    )
    const parents = new Set(of('inventory').map((segment) => segment['parent_id']))
    const onward = spans.filter(({ id, kind }) => kind === 3 && parents.has(id))
    expect(Math.min(served.length, onward.length)).toBeGreaterThan(0)
  })

  test('every segment below another names a subsegment that was sent, in the same trace', () => {
    const ids = new Map([...all(documents), ...spans].map((entity) => [entity['id'], entity]))
    const children = segments().filter((segment) => segment['name'] !== 'storefront')
    for (const child of children) {
      expect(ids.get(child['parent_id']), JSON.stringify(child)).toBeDefined()
    }
    const traces = new Set(of('storefront').map((segment) => segment['trace_id']))
    expect(traces.size).toBe(summary.sent)
    for (const child of children) expect(traces).toContain(child['trace_id'])
  })

  test('calls hang where they were made, also when requests overlap', () => {
    for (const order of of('orders')) {
      for (const subsegment of (order['subsegments'] ?? []) as Json[]) {
        expect([
          'shop@db.shop.internal',
          'inventory.shop.internal',
          'payments.shop.internal',
          'SQS',
          'price-items',
          'apply-loyalty',
          'render-invoice',
        ]).toContain(subsegment['name'])
      }
    }
    const pricing = all(of('orders')).filter((entity) => entity['name'] === 'price-items')
    for (const entity of pricing) {
      for (const query of (entity['subsegments'] ?? []) as Json[]) {
        expect((query['sql'] as Json)['sanitized_query']).toMatch(/^SELECT price_cents/)
      }
    }
  })

  test('SQL, DynamoDB and a provider that does not report are called', () => {
    const entities = all(documents)
    const sql = entities.find((entity) => entity['name'] === 'shop@db.shop.internal')
    expect(sql).toMatchObject({ namespace: 'remote', sql: { user: 'shop' } })
    const dynamo = entities.filter((entity) => entity['name'] === 'DynamoDB')
    expect(new Set(dynamo.map((entity) => (entity['aws'] as Json)['table_name']))).toEqual(
      new Set(['sessions', 'baskets', 'stock', 'charges']),
    )
    expect(entities.some((entity) => entity['name'] === 'api.cardprocessor.example')).toBe(true)
  })

  test('the queue hop is one trace: shipping hangs below the SQS call of the order', () => {
    const sends = all(of('orders')).filter((entity) => entity['name'] === 'SQS')
    const shipped = of('shipping')
    expect(shipped.length).toBeGreaterThan(0)
    for (const segment of shipped) {
      expect(sends.map((entity) => entity['id'])).toContain(segment['parent_id'])
    }
    expect(sends[0]).toMatchObject({
      namespace: 'aws',
      aws: { operation: 'SendMessage', queue_url: expect.stringContaining('/shipping-requests') },
    })
  })

  test('requests fail in every way', () => {
    const statuses = new Set(of('storefront').map(statusOf))
    for (const status of [200, 201, 204, 400, 402, 404, 409, 429, 502]) {
      expect(statuses).toContain(status)
    }
    const throttled = of('storefront').find((segment) => statusOf(segment) === 429)
    expect(throttled).toMatchObject({ throttle: true, error: true })
    expect(
      all(documents).some((entity) => entity['name'] === 'DynamoDB' && entity['throttle']),
    ).toBe(true)
    expect(Object.keys(summary.byKind)).toHaveLength(20)
    expect(of('shipping').some((segment) => segment['fault'] === true)).toBe(true)
    const unlucky = of('storefront').filter((segment) => segment['user'] === 'customer-0042')
    expect(unlucky.map(statusOf)).toEqual(unlucky.map(() => 502))
    expect(unlucky).toHaveLength(summary.byKind['unlucky-customer'] ?? 0)
  })

  test('exceptions carry the errors that led to them, and callers refer to them', () => {
    const failed = all(of('payments')).find(
      (entity) => entity['name'] === 'charge-card' && entity['fault'],
    )
    expect(failed).toMatchObject({
      cause: { exceptions: [{ type: 'ProviderError' }, { type: 'UpstreamError' }] },
    })
    const invoices = of('orders').filter((segment) => {
      const { id } = (segment['cause'] ?? {}) as Json
      return typeof id === 'string'
    })
    expect(invoices.length).toBeGreaterThan(0)
  })

  test('the caller is told by user, typed annotations and metadata', () => {
    const checkout = of('storefront').find((segment) => segment['metadata'] !== undefined)
    expect(checkout).toMatchObject({
      user: expect.stringMatching(/^(customer|reseller)-\d+$/),
      annotations: {
        customer_tier: expect.stringMatching(/^(bronze|silver|gold)$/),
        new_checkout: expect.any(Boolean),
        cart_size: expect.any(Number),
      },
      metadata: { shop: { cart: expect.any(Array) } },
    })
  })

  test('progress is told once a second', () => {
    const progress = lines.filter((line) => /\d+ requests/.test(line))
    expect(progress.length).toBeGreaterThanOrEqual(summary.seconds - 2)
  })
})
