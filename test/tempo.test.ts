import { afterAll, beforeAll, expect, test } from 'vitest'
import { otlpSchema } from './support/otlp-schema.ts'
import { ReadServer, TRACES } from './support/read-traces.ts'

/**
 * Tempo's HTTP API through the wire: paths, parameters and answers as in grafana/tempo
 * (docs/sources/tempo/api_docs, docs/sources/tempo/traceql). Calls are those of Grafana's data source
 * (grafana/grafana, pkg/tsdb/tempo, public/app/plugins/datasource/tempo/language_provider.ts).
 */
let server: ReadServer

beforeAll(async () => {
  server = await ReadServer.start()
  await server.fill()
})

afterAll(() => server.stop())

function ask(path: string, parameters?: Record<string, string>): Promise<unknown> {
  return server.json(`/tempo${path}`, parameters)
}

/** Nanoseconds, as text. */
function at(seconds: number): string {
  return String(BigInt((server.base + seconds) * 1000) * 1_000_000n)
}

/** The range that Grafana sends along. */
function range(): Record<string, string> {
  return { start: String(server.base - 60), end: String(server.base + 660) }
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}

test('what clients ask before anything else', async () => {
  const echo = await server.get('/tempo/api/echo')
  expect([echo.status, await echo.text()]).toEqual([200, 'echo'])
  expect((await server.get('/tempo/ready')).status).toBe(200)
  expect(await ask('/api/status/buildinfo')).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  })
})

test('a trace as JSON', async () => {
  const resourceSpans = [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeSpans: [
        {
          scope: {},
          spans: [
            {
              traceId: base64(TRACES.failed),
              spanId: base64('0000000000000011'),
              name: 'shop',
              kind: 'SPAN_KIND_SERVER',
              startTimeUnixNano: at(60),
              endTimeUnixNano: at(62),
              attributes: [
                { key: 'tier', value: { stringValue: 'silver' } },
                {
                  key: 'aws.xray.annotations',
                  value: { arrayValue: { values: [{ stringValue: 'tier' }] } },
                },
              ],
              events: [
                {
                  timeUnixNano: at(62),
                  name: 'exception',
                  attributes: [
                    { key: 'exception.type', value: { stringValue: 'TimeoutError' } },
                    { key: 'exception.message', value: { stringValue: 'too late' } },
                    { key: 'aws.xray.exception.id', value: { stringValue: '00000000000000e0' } },
                  ],
                },
              ],
              status: { message: 'too late', code: 'STATUS_CODE_ERROR' },
            },
          ],
        },
      ],
    },
  ]
  expect(await ask(`/api/traces/${TRACES.failed}`)).toEqual({ batches: resourceSpans })
  expect(await ask(`/api/v2/traces/${TRACES.failed}`, range())).toEqual({
    trace: { resourceSpans },
    metrics: {},
  })
})

test('a trace as protobuf, in both forms', async () => {
  const [plain, response] = await Promise.all(
    ['traces', 'v2/traces'].map(async (path) => {
      const url = `/tempo/api/${path}/${TRACES.payment}`
      const answer = await server.get(url, {}, 'application/protobuf')
      expect(answer.headers.get('content-type')).toBe('application/protobuf')
      return Buffer.from(await answer.arrayBuffer())
    }),
  )
  const schema = otlpSchema({ text: 'string', spans: 'Span' })
  const type = schema.lookupType('ExportTraceServiceRequest')
  const names = { longs: String, bytes: String, enums: String } as const
  const string = (key: string, value: string) => ({ key, value: { stringValue: value } })
  expect(type.toObject(type.decode(plain ?? Buffer.of()), names)).toEqual({
    resourceSpans: [
      {
        resource: {
          attributes: [string('service.name', 'pay-service'), string('host.name', 'h1')],
        },
        scopeSpans: [
          {
            scope: { name: 'http-lib', version: '0.9' },
            spans: [
              expect.objectContaining({
                traceId: base64(TRACES.payment),
                spanId: base64('0000000000000021'),
                traceState: 'a=b',
                name: 'POST /pay',
                kind: 2,
                startTimeUnixNano: at(120),
                endTimeUnixNano: at(120.5),
                attributes: [
                  string('http.route', '/pay'),
                  { key: 'retries', value: { intValue: '9007199254740993' } },
                  {
                    key: 'cards',
                    value: {
                      arrayValue: { values: [{ stringValue: 'visa' }, { intValue: '4' }] },
                    },
                  },
                ],
                events: [
                  {
                    timeUnixNano: at(120.25),
                    name: 'charged',
                    attributes: [string('currency', 'eur')],
                  },
                ],
                status: { code: 1 },
              }),
              expect.objectContaining({
                spanId: base64('0000000000000022'),
                parentSpanId: base64('0000000000000021'),
                kind: 3,
                links: [
                  {
                    traceId: base64(TRACES.orders),
                    spanId: base64('0000000000000003'),
                  },
                ],
                status: { message: 'deadlock', code: 2 },
              }),
            ],
          },
        ],
      },
    ],
  })
  // TraceByIDResponse: field 1 is the trace.
  const head = Buffer.of(
    0x0a,
    ((plain?.length ?? 0) % 128) | 0x80,
    Math.floor((plain?.length ?? 0) / 128),
  )
  expect(response).toEqual(Buffer.concat([head, plain ?? Buffer.of()]))
})

test('traces that are not there, ids that are none', async () => {
  for (const path of ['/tempo/api/traces/', '/tempo/api/v2/traces/']) {
    expect((await server.get(`${path}1234`)).status).toBe(404)
    expect((await server.get(`${path}xyz`)).status).toBe(400)
  }
})

type Found = {
  traces: { traceID: string; [member: string]: unknown }[]
  metrics: { [member: string]: number }
}

async function search(parameters: Record<string, string>): Promise<Found> {
  return (await ask('/api/search', parameters)) as Found
}

/** Names of the traces found, in their order. */
async function found(parameters: Record<string, string>): Promise<readonly string[]> {
  const ids = (await search({ ...range(), ...parameters })).traces.map(({ traceID }) => traceID)
  return ids.map((id) => Object.entries(TRACES).find(([, each]) => each === id)?.[0] ?? id)
}

test('what a search tells of a trace', async () => {
  const q = '{ resource.service.name = "shop" && .tier = "gold" } | select(span.items, status)'
  const spanSet = {
    spans: [
      {
        spanID: '0000000000000001',
        name: 'shop',
        startTimeUnixNano: at(0),
        durationNanos: '1000000000',
        attributes: [
          { key: 'service.name', value: { stringValue: 'shop' } },
          { key: 'tier', value: { stringValue: 'gold' } },
          { key: 'items', value: { intValue: '3' } },
          { key: 'status', value: { stringValue: 'unset' } },
        ],
      },
    ],
    matched: 1,
  }
  expect(await search({ ...range(), q })).toEqual({
    traces: [
      {
        traceID: TRACES.orders,
        rootServiceName: 'shop',
        rootTraceName: 'shop',
        startTimeUnixNano: at(0),
        durationMs: 1000,
        spanSet,
        spanSets: [spanSet],
        serviceStats: { shop: { spanCount: 2 }, orders: { spanCount: 1 } },
      },
    ],
    // Of the three traces the rows rule out two: no row of the others tells that service.
    metrics: { inspectedTraces: 1, completedJobs: 1, totalJobs: 1 },
  })
})

test('groups and aggregates stand at their spanset', async () => {
  const { traces } = await search({
    ...range(),
    q: '{ } | by(resource.service.name) | count() > 1',
  })
  expect(traces.map(({ spanSets }) => spanSets)).toEqual([
    expect.anything(),
    [
      expect.objectContaining({
        matched: 2,
        attributes: [
          { key: 'by(resource.service.name)', value: { stringValue: 'shop' } },
          { key: 'count()', value: { intValue: '2' } },
        ],
      }),
    ],
  ])
})

test('at most so many spans a spanset, and so many traces, are told', async () => {
  const one = await search({ ...range(), q: '{}', spss: '1', limit: '1' })
  expect(one.traces).toHaveLength(1)
  const { traces } = await search({ ...range(), q: '{ .tier = "gold" } >> { }', spss: '1' })
  expect(traces[0]?.['spanSet']).toMatchObject({
    matched: 2,
    spans: [{ spanID: '0000000000000002' }],
  })
})

test.each<[Record<string, string>, readonly string[]]>([
  [{}, ['payment', 'failed', 'orders']],
  [{ q: '{}' }, ['payment', 'failed', 'orders']],
  [{ q: '{}', limit: '1' }, ['payment']],
  [{ q: '{ status = error }' }, ['payment', 'failed']],
  [{ q: '{ name = "orders" && kind = client }' }, ['orders']],
  [{ q: '{ resource.service.name = "shop" } >> { resource.service.name = "orders" }' }, ['orders']],
  [{ q: '{ duration > 1s }' }, ['failed']],
  [{ q: '{ .tier =~ "g.*|s.*" }' }, ['failed', 'orders']],
  [{ q: '{ span.items > 2 }' }, ['orders']],
  [{ q: '{ event.exception.message = "too late" }' }, ['failed']],
  [{ q: '{ span.http.response.status_code = 200 }' }, ['orders']],
  [{ tags: 'service.name=shop tier=gold' }, ['orders']],
  // Values are parts, in any case; the tags may be told by different spans.
  [{ tags: 'tier=OLD service.name=order' }, ['orders']],
  [{ tags: 'http.request.method=GET tier=silver' }, []],
  [{ tags: 'url.full="shop.test/check"' }, ['orders']],
  [{ tags: 'error=true' }, ['payment', 'failed']],
  [{ tags: 'service.name=shop', minDuration: '1500ms' }, ['failed']],
  [{ maxDuration: '1s' }, ['payment', 'orders']],
  // What X-Ray has no word for, or tells in its own.
  [{ q: '{ resource.service.name = "pay-service" && name = "POST /pay" }' }, ['payment']],
  [{ q: '{ .retries = 9007199254740993 }' }, ['payment']],
  [{ q: '{ .retries = 9007199254740992 }' }, []],
  [{ q: '{ .cards = "visa" }' }, ['payment']],
  [{ q: '{ event:name = "charged" && event:timeSinceStart = 250ms }' }, ['payment']],
  [{ q: `{ link:traceID = "${TRACES.orders}" }` }, ['payment']],
  [{ q: '{ statusMessage = "deadlock" } << { status = ok }' }, ['payment']],
  [{ q: '{ span.db.name = "cards" && instrumentation:name = "http-lib" }' }, ['payment']],
  [{ q: '{ resource.host.name = "h1" } | count() = 2' }, ['payment']],
  [{ tags: 'error=true service.name=pay' }, ['payment']],
])('the search %o', async (parameters, names) => {
  expect(await found(parameters)).toEqual(names)
})

test('the range counts by the start of traces, in whole seconds', async () => {
  const between = (start: number, end: number) =>
    found({ q: '{}', start: String(server.base + start), end: String(server.base + end) })
  expect(await between(0, 60)).toEqual(['failed', 'orders'])
  expect(await between(1, 60)).toEqual(['failed'])
  expect(await between(0, 59)).toEqual(['orders'])
  expect((await search({ q: '{ status = error }' })).traces).toHaveLength(2)
})

test.each([
  [{ q: '{ status = }' }, 'invalid TraceQL query: line 1, col 12: unexpected'],
  [{ q: '{ .a =~ "(" }' }, 'invalid TraceQL query: line 1, col 9: the pattern'],
  [{ q: '{} | rate()' }, 'col 6: rate() belongs to metrics'],
  [{ q: '{}', tags: 'a=b' }, "'q' goes without"],
  [{ tags: 'a' }, "malformed 'tags' parameter"],
  [{ limit: '0' }, "parameter 'limit' has to be"],
  [{ spss: '-1' }, "parameter 'spss' has to be"],
  [{ start: '5' }, "'start' and 'end' go together"],
  [{ start: '9', end: '5' }, "'start' has to lie before 'end'"],
  [{ minDuration: 'x' }, "parameter 'minDuration' has to be"],
])('the search %o is refused', async (parameters, message) => {
  const response = await server.get('/tempo/api/search', parameters as Record<string, string>)
  expect(response.status).toBe(400)
  expect(await response.text()).toContain(message)
})

const METRICS = { inspectedTraces: 3, completedJobs: 1, totalJobs: 1 }

test('names of tags', async () => {
  const { tagNames, metrics } = (await ask('/api/search/tags', range())) as {
    tagNames: string[]
    metrics: unknown
  }
  expect(metrics).toEqual(METRICS)
  expect(tagNames).toEqual(expect.arrayContaining(['service.name', 'tier', 'url.full']))
  expect(tagNames).toEqual(tagNames.toSorted())
  expect(await ask('/api/v2/search/tags', { ...range(), scope: 'event' })).toEqual({
    scopes: [
      {
        name: 'event',
        tags: ['aws.xray.exception.id', 'currency', 'exception.message', 'exception.type'],
      },
    ],
    metrics: METRICS,
  })
  const { scopes } = (await ask('/api/v2/search/tags', { ...range(), scope: 'none' })) as {
    scopes: { name: string; tags: string[] }[]
  }
  expect(scopes.map(({ name }) => name)).toEqual(['span', 'resource', 'event', 'intrinsic'])
  expect(scopes.at(-1)?.tags).toEqual(
    expect.arrayContaining(['duration', 'status', 'trace:rootService', 'event:name']),
  )
  expect((await server.get('/tempo/api/v2/search/tags', { scope: 'x' })).status).toBe(400)
})

const NAMES = ['POST /pay', 'SELECT cards', 'orders', 'shop']
const SERVICES = ['orders', 'pay-service', 'shop']
const SERVICES_FAILED = ['pay-service', 'shop']

test.each<[string, Record<string, string>, unknown]>([
  ['v2/search/tag/.tier', {}, [string('gold'), string('silver')]],
  ['v2/search/tag/span.items', {}, [{ type: 'int', value: '3' }]],
  ['v2/search/tag/span.ratio', {}, [{ type: 'float', value: '0.5' }]],
  ['v2/search/tag/span.vip', {}, [{ type: 'bool', value: 'true' }]],
  ['v2/search/tag/status', {}, [keyword('error'), keyword('ok'), keyword('unset')]],
  ['v2/search/tag/name', {}, NAMES.map(string)],
  ['v2/search/tag/resource.service.name', { q: '{ status = error }' }, SERVICES_FAILED.map(string)],
  // What is no query asks for all, as with Tempo.
  ['v2/search/tag/.tier', { q: '{ status = }' }, [string('gold'), string('silver')]],
  ['v2/search/tag/.tier', { limit: '1' }, [string('gold')]],
  // Grafana encodes tags twice.
  ['v2/search/tag/resource.service%252Ename', {}, SERVICES.map(string)],
  ['search/tag/service.name', {}, SERVICES],
  ['search/tag/status.code', {}, ['error', 'ok', 'unset']],
])('values of %s with %o', async (path, parameters, tagValues) => {
  expect(await ask(`/api/${path}/values`, { ...range(), ...parameters })).toEqual({
    tagValues,
    metrics: expect.objectContaining({ completedJobs: 1 }),
  })
})

function string(value: string) {
  return { type: 'string', value }
}

function keyword(value: string) {
  return { type: 'keyword', value }
}

test('a tag that is none, and metrics, are refused in words', async () => {
  const tag = await server.get('/tempo/api/v2/search/tag/tier/values')
  expect([tag.status, await tag.text()]).toEqual([400, expect.stringContaining("'tier' is no")])
  const metrics = await server.get('/tempo/api/metrics/query_range', { q: '{} | rate()' })
  expect([metrics.status, await metrics.text()]).toEqual([
    501,
    expect.stringContaining('not supported'),
  ])
})
