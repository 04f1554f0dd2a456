import { afterAll, beforeAll, expect, test } from 'vitest'
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
    metrics: { inspectedTraces: 1, completedJobs: 1, totalJobs: 1 },
  })
})

test('groups and aggregates stand at their spanset', async () => {
  const { traces } = await search({
    ...range(),
    q: '{ } | by(resource.service.name) | count() > 1',
  })
  expect(traces.map(({ spanSets }) => spanSets)).toEqual([
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
  const { traces } = await search({ ...range(), q: '{ } >> { }', spss: '1' })
  expect(traces[0]?.['spanSet']).toMatchObject({
    matched: 2,
    spans: [{ spanID: '0000000000000002' }],
  })
})

test.each<[Record<string, string>, readonly string[]]>([
  [{}, ['failed', 'orders']],
  [{ q: '{}' }, ['failed', 'orders']],
  [{ q: '{}', limit: '1' }, ['failed']],
  [{ q: '{ status = error }' }, ['failed']],
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
  [{ tags: 'error=true' }, ['failed']],
  [{ tags: 'service.name=shop', minDuration: '1500ms' }, ['failed']],
  [{ maxDuration: '1s' }, ['orders']],
])('the search %o', async (parameters, names) => {
  expect(await found(parameters)).toEqual(names)
})

test('the range counts by the start of traces, in whole seconds', async () => {
  const between = (start: number, end: number) =>
    found({ q: '{}', start: String(server.base + start), end: String(server.base + end) })
  expect(await between(0, 60)).toEqual(['failed', 'orders'])
  expect(await between(1, 60)).toEqual(['failed'])
  expect(await between(0, 59)).toEqual(['orders'])
  expect((await search({ q: '{ status = error }' })).traces).toHaveLength(1)
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

const METRICS = { inspectedTraces: 2, completedJobs: 1, totalJobs: 1 }

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
        tags: ['aws.xray.exception.id', 'exception.message', 'exception.type'],
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

test.each<[string, Record<string, string>, unknown]>([
  ['v2/search/tag/.tier', {}, [string('gold'), string('silver')]],
  ['v2/search/tag/span.items', {}, [{ type: 'int', value: '3' }]],
  ['v2/search/tag/span.ratio', {}, [{ type: 'float', value: '0.5' }]],
  ['v2/search/tag/span.vip', {}, [{ type: 'bool', value: 'true' }]],
  ['v2/search/tag/status', {}, [keyword('error'), keyword('unset')]],
  ['v2/search/tag/name', {}, [string('orders'), string('shop')]],
  ['v2/search/tag/resource.service.name', { q: '{ status = error }' }, [string('shop')]],
  // What is no query asks for all, as with Tempo.
  ['v2/search/tag/.tier', { q: '{ status = }' }, [string('gold'), string('silver')]],
  ['v2/search/tag/.tier', { limit: '1' }, [string('silver')]],
  // Grafana encodes tags twice.
  ['v2/search/tag/resource.service%252Ename', {}, [string('orders'), string('shop')]],
  ['search/tag/service.name', {}, ['orders', 'shop']],
  ['search/tag/status.code', {}, ['error', 'unset']],
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
