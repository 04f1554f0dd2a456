import { afterAll, beforeAll, expect, test } from 'vitest'
import { ReadServer, TRACES } from './support/read-traces.ts'

/**
 * Jaeger's HTTP API through the wire: paths, parameters and errors as in jaegertracing/jaeger
 * (cmd/query/app/http_handler.go, query_parser.go), the form of spans as in internal/uimodel and
 * OpenTelemetry's "OpenTelemetry to Jaeger Transformation". Calls are those of Grafana's data source
 * (grafana/grafana, pkg/tsdb/jaeger/client.go).
 */
let server: ReadServer

beforeAll(async () => {
  server = await ReadServer.start()
  await server.fill()
})

afterAll(() => server.stop())

type Envelope = { data: unknown[]; total: number; errors: unknown }

async function ask(path: string, parameters?: Record<string, string>): Promise<Envelope> {
  return (await server.json(`/jaeger${path}`, parameters)) as Envelope
}

/** Microseconds. */
function at(seconds: number): number {
  return (server.base + seconds) * 1_000_000
}

test('services and their operations', async () => {
  const envelope = { limit: 0, offset: 0, errors: null }
  const services = ['orders', 'pay-service', 'shop']
  expect(await ask('/api/services')).toEqual({ data: services, total: 3, ...envelope })
  const operations = await ask('/api/services/shop/operations')
  expect(operations).toEqual({ data: ['orders', 'shop'], total: 2, ...envelope })
  expect((await ask('/api/operations', { service: 'shop' })).data).toEqual([
    { name: 'orders', spanKind: 'client' },
    { name: 'shop', spanKind: 'server' },
  ])
  const servers = await ask('/api/operations', { service: 'shop', spanKind: 'server' })
  expect(servers.data).toEqual([{ name: 'shop', spanKind: 'server' }])
  expect((await ask('/api/services/none/operations')).data).toEqual([])
})

test('a trace of X-Ray documents', async () => {
  const { data, total, errors } = await ask(`/api/traces/${TRACES.orders}`)
  expect([total, errors]).toEqual([1, null])
  const traceID = TRACES.orders
  const string = (key: string, value: string) => ({ key, type: 'string', value })
  expect(data).toEqual([
    {
      traceID,
      spans: [
        {
          traceID,
          spanID: '0000000000000001',
          operationName: 'shop',
          references: [],
          startTime: at(0),
          duration: 1_000_000,
          tags: [
            string('http.request.method', 'GET'),
            string('url.full', 'https://shop.test/checkout'),
            { key: 'http.response.status_code', type: 'int64', value: 200 },
            string('tier', 'gold'),
            { key: 'items', type: 'int64', value: 3 },
            { key: 'vip', type: 'bool', value: true },
            { key: 'ratio', type: 'float64', value: 0.5 },
            string('aws.xray.annotations', '["tier","items","vip","ratio"]'),
            string('span.kind', 'server'),
          ],
          logs: [],
          processID: 'p1',
          warnings: null,
        },
        {
          traceID,
          spanID: '0000000000000002',
          operationName: 'orders',
          references: [{ refType: 'CHILD_OF', traceID, spanID: '0000000000000001' }],
          startTime: at(0.25),
          duration: 500_000,
          tags: [string('peer.service', 'orders'), string('span.kind', 'client')],
          logs: [],
          processID: 'p1',
          warnings: null,
        },
        {
          traceID,
          spanID: '0000000000000003',
          operationName: 'orders',
          references: [{ refType: 'CHILD_OF', traceID, spanID: '0000000000000002' }],
          startTime: at(0.375),
          duration: 250_000,
          tags: [
            string('otel.scope.name', 'X-Ray for Node.js'),
            string('otel.scope.version', '3.12.0'),
            string('span.kind', 'server'),
          ],
          logs: [],
          processID: 'p2',
          warnings: null,
        },
      ],
      processes: {
        p1: { serviceName: 'shop', tags: [] },
        p2: {
          serviceName: 'orders',
          tags: [
            string('service.version', '1.2'),
            string('cloud.provider', 'aws'),
            string('cloud.platform', 'aws_ecs'),
            string('aws.xray.origin', 'AWS::ECS::Container'),
            string('telemetry.sdk.name', 'X-Ray for Node.js'),
            string('telemetry.sdk.version', '3.12.0'),
          ],
        },
      },
      warnings: null,
    },
  ])
})

test('a trace of OpenTelemetry is as it was sent', async () => {
  const { data } = await ask(`/api/traces/${TRACES.payment}`)
  const traceID = TRACES.payment
  const string = (key: string, value: string) => ({ key, type: 'string', value })
  const scope = [string('otel.scope.name', 'http-lib'), string('otel.scope.version', '0.9')]
  expect(data).toEqual([
    {
      traceID,
      spans: [
        {
          traceID,
          spanID: '0000000000000021',
          operationName: 'POST /pay',
          references: [],
          startTime: at(120),
          duration: 500_000,
          tags: [
            string('http.route', '/pay'),
            // Beyond what JavaScript's numbers hold.
            { key: 'retries', type: 'int64', value: '9007199254740993' },
            string('cards', '["visa",4]'),
            ...scope,
            string('span.kind', 'server'),
            string('otel.status_code', 'OK'),
            string('w3c.tracestate', 'a=b'),
          ],
          logs: [
            {
              timestamp: at(120.25),
              fields: [string('event', 'charged'), string('currency', 'eur')],
            },
          ],
          processID: 'p1',
          warnings: null,
        },
        {
          traceID,
          spanID: '0000000000000022',
          operationName: 'SELECT cards',
          references: [
            { refType: 'CHILD_OF', traceID, spanID: '0000000000000021' },
            { refType: 'FOLLOWS_FROM', traceID: TRACES.orders, spanID: '0000000000000003' },
          ],
          startTime: at(120.125),
          duration: 125_000,
          tags: [
            string('db.system', 'postgresql'),
            string('db.name', 'cards'),
            ...scope,
            string('span.kind', 'client'),
            string('otel.status_code', 'ERROR'),
            { key: 'error', type: 'bool', value: true },
            string('otel.status_description', 'deadlock'),
          ],
          logs: [],
          processID: 'p1',
          warnings: null,
        },
      ],
      processes: { p1: { serviceName: 'pay-service', tags: [string('host.name', 'h1')] } },
      warnings: null,
    },
  ])
  expect((await ask('/api/services/pay-service/operations')).data).toEqual([
    'POST /pay',
    'SELECT cards',
  ])
})

test('a failed span has an error, its status and a log for its exception', async () => {
  const { data } = await ask(`/api/traces/${TRACES.failed}`, { raw: 'true' })
  const [trace] = data as { spans: { tags: object[]; logs: object[] }[] }[]
  expect(trace?.spans[0]?.tags).toEqual(
    expect.arrayContaining([
      { key: 'error', type: 'bool', value: true },
      { key: 'otel.status_code', type: 'string', value: 'ERROR' },
      { key: 'otel.status_description', type: 'string', value: 'too late' },
    ]),
  )
  expect(trace?.spans[0]?.logs).toEqual([
    {
      timestamp: at(62),
      fields: expect.arrayContaining([
        { key: 'event', type: 'string', value: 'exception' },
        { key: 'exception.type', type: 'string', value: 'TimeoutError' },
        { key: 'exception.message', type: 'string', value: 'too late' },
      ]),
    },
  ])
})

test('ids in other forms, ids that are none, traces that are not there', async () => {
  const xray = `1-${TRACES.orders.slice(0, 8)}-${TRACES.orders.slice(8)}`
  for (const id of [xray, TRACES.orders.toUpperCase()]) {
    expect((await ask(`/api/traces/${id}`)).total).toBe(1)
  }
  const missing = await server.get('/jaeger/api/traces/1234')
  expect(missing.status).toBe(404)
  expect(await missing.json()).toEqual({
    data: null,
    total: 0,
    limit: 0,
    offset: 0,
    errors: [{ code: 404, msg: 'trace not found' }],
  })
  expect((await server.get('/jaeger/api/traces/xyz')).status).toBe(400)
})

/** The names of the traces found, in their order. */
async function search(parameters: Record<string, string>): Promise<readonly string[]> {
  const { data } = await ask('/api/traces', parameters)
  const ids = (data as { traceID: string }[]).map(({ traceID }) => traceID)
  return ids.map((id) => Object.entries(TRACES).find(([, each]) => each === id)?.[0] ?? id)
}

test.each<[Record<string, string>, readonly string[]]>([
  [{ service: 'shop' }, ['failed', 'orders']],
  [{ service: 'shop', limit: '1' }, ['failed']],
  [{ service: 'orders' }, ['orders']],
  [{ service: 'none' }, []],
  [{ service: 'shop', operation: 'orders' }, ['orders']],
  [{ service: 'orders', operation: 'shop' }, []],
  [{ service: 'shop', minDuration: '1.5s' }, ['failed']],
  [{ service: 'shop', maxDuration: '500ms' }, ['orders']],
  [{ service: 'shop', minDuration: '600ms', maxDuration: '900ms' }, []],
  [{ service: 'shop', tags: '{"tier":"gold","items":"3"}' }, ['orders']],
  [{ service: 'shop', tags: '{"tier":"gold","items":"4"}' }, []],
  [{ service: 'shop', tag: 'error:true' }, ['failed']],
  [{ service: 'shop', tag: 'exception.type:TimeoutError' }, ['failed']],
  [{ service: 'orders', tag: 'service.version:1.2' }, ['orders']],
  // The service and the tag are of different spans.
  [{ service: 'orders', tag: 'tier:gold' }, []],
  [{ service: 'shop', lookback: '1h' }, ['failed', 'orders']],
  [{ service: 'shop', lookback: '1m' }, []],
  [{ traceID: TRACES.orders }, ['orders']],
  [{ service: 'pay-service', operation: 'SELECT cards', minDuration: '100ms' }, ['payment']],
  [{ service: 'pay-service', tag: 'currency:eur' }, ['payment']],
  [{ service: 'pay-service', tags: '{"retries":"9007199254740993"}' }, ['payment']],
  [{ service: 'pay-service', tag: 'host.name:h2' }, []],
])('search %o', async (parameters, names) => {
  expect(await search(parameters)).toEqual(names)
})

test('the range counts with its ends, to the microsecond', async () => {
  const between = (start: number, end: number) =>
    search({ service: 'shop', start: String(start), end: String(end) })
  expect(await between(at(0), at(60))).toEqual(['failed', 'orders'])
  expect(await between(at(0) + 1, at(60))).toEqual(['failed'])
  expect(await between(at(0), at(60) - 1)).toEqual(['orders'])
})

test.each([
  [{}, "parameter 'service' is required"],
  [{ service: 'a', start: 'x' }, "parameter 'start' has to be"],
  [{ service: 'a', limit: '0' }, "parameter 'limit' has to be"],
  [{ service: 'a', minDuration: '5' }, "parameter 'minDuration' has to be"],
  [{ service: 'a', minDuration: '2s', maxDuration: '1s' }, "'maxDuration' should be greater"],
  [{ service: 'a', tag: 'x' }, "malformed 'tag' parameter"],
  [{ service: 'a', tags: '{"a":1}' }, "malformed 'tags' parameter"],
  [{ traceID: 'x' }, 'cannot parse traceID param'],
])('the search %o is refused', async (parameters, message) => {
  const response = await server.get('/jaeger/api/traces', parameters as Record<string, string>)
  expect(response.status).toBe(400)
  const { data, errors } = (await response.json()) as { data: null; errors: { msg: string }[] }
  expect(data).toBeNull()
  expect(errors[0]?.msg).toContain(message)
})

test('dependencies between services', async () => {
  const endTs = String((server.base + 600) * 1000)
  const { data } = await ask('/api/dependencies', { endTs, lookback: '3600000' })
  expect(data).toEqual([
    { parent: 'pay-service', child: 'cards', callCount: 1 },
    { parent: 'shop', child: 'orders', callCount: 1 },
  ])
  const before = await ask('/api/dependencies', { endTs: String((server.base - 60) * 1000) })
  expect(before.data).toEqual([])
})
