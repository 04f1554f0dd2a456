import { gzipSync } from 'node:zlib'
import { bad, DEFAULT_GROUP, ok, type Rejection, rejectionOf, unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { segmentJson, traceOf } from '../../../../test/support/traces.ts'
import { createBodies } from '../bodies.ts'
import { ByteBudget } from '../lib/byte-budget.ts'
import { createApp } from './app.ts'
import type { ConsoleAssets } from './console-assets.ts'
import { batchGetTraces, type FindTraces } from './operation/batch-get-traces.ts'
import { getServiceGraph } from './operation/get-service-graph.ts'
import { getTraceGraph } from './operation/get-trace-graph.ts'
import { getTraceSummaries } from './operation/get-trace-summaries.ts'
import { putTelemetryRecords } from './operation/put-telemetry-records.ts'
import type { StoreSegments } from './operation/put-trace-segments.ts'
import type { OperationError } from './operation-error.ts'
import type { StoreSpans } from './otlp-traces.ts'
import { RequestCounts } from './request-counts.ts'
import { SIX_HOURS, THIRTY_DAYS } from './time-range.ts'

class BrokenStore extends Error {}

const ASSETS: ConsoleAssets = new Map([
  [
    '/index.html',
    { ...bodies('<p>console'), type: 'text/html; charset=utf-8', tag: '1', immutable: false },
  ],
  [
    '/assets/index-abcdefgh.js',
    { ...bodies('let x'), type: 'text/javascript; charset=utf-8', tag: '2', immutable: true },
  ],
])

function bodies(text: string) {
  const body = new TextEncoder().encode(text)
  return { body, gzipped: new Uint8Array(gzipSync(body)) }
}

/** The app over a store that knows nothing. */
type AppOverrides = {
  storeSegments?: StoreSegments
  storeSpans?: StoreSpans
  problems?: string[]
  broken?: Error
  traces?: Awaited<ReturnType<FindTraces>>
}

function app(options: AppOverrides = {}) {
  const failures: unknown[] = []
  const counts = new RequestCounts()
  const budget = new ByteBudget(1_000_000)
  const find = async () => {
    if (options.broken !== undefined) throw options.broken
    return options.traces ?? new Map()
  }
  const explain = (error: unknown): OperationError | undefined =>
    error instanceof BrokenStore ? { kind: 'unavailable', message: 'away' } : undefined
  const hono = createApp({
    operations: [
      batchGetTraces(find),
      getTraceGraph(find),
      getServiceGraph(
        async () => ({ nodes: [], edges: [] }),
        () => Promise.resolve([DEFAULT_GROUP]),
        SIX_HOURS,
      ),
      getTraceSummaries(
        async () => ({
          summaries: [],
          matchedServices: new Map(),
          processed: 0,
          next: undefined,
        }),
        () => unixNanos(0n),
        THIRTY_DAYS,
        () => Promise.resolve([DEFAULT_GROUP]),
      ),
      putTelemetryRecords(),
    ],
    readRoutes: [],
    storeSegments: options.storeSegments ?? (async () => ok([])),
    storeSpans: options.storeSpans ?? (async () => ok({ count: 0, messages: [] })),
    bodies: createBodies({ maxBodyBytes: 500_000, budget }),
    defaults: { account: '000000000000', region: 'us-east-1' },
    corsOrigins: new Set(),
    allowedHosts: new Set(),
    assets: ASSETS,
    counts,
    health: async () => ({ problems: options.problems ?? [] }),
    metrics: async () => 'up 1\n',
    explain,
    onFailure: (error) => failures.push(error),
    newRequestId: () => '00000000-0000-4000-8000-000000000000',
  })
  const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    hono.request(path, {
      method: 'POST',
      headers,
      ...(body === undefined ? {} : { body: bodyOf(body) }),
    })
  return { hono, post, counts, budget, failures }
}

function bodyOf(body: unknown): BodyInit {
  return typeof body === 'string' || body instanceof Uint8Array
    ? (body as BodyInit)
    : JSON.stringify(body)
}

async function shapeOf(response: Response) {
  return {
    status: response.status,
    type: response.headers.get('x-amzn-errortype'),
    body: (await response.json()) as unknown,
  }
}

const ID = '1-58406520-a006649127e371903a2de979'

test('a good answer carries a request id and no error type', async () => {
  const response = await app().post('/Traces', { TraceIds: [ID], Unknown: { a: 1 } })
  expect(response.headers.get('x-amzn-RequestId')).toMatch(/^[0-9a-f-]{36}$/)
  expect(response.headers.get('Content-Type')).toBe('application/json')
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
  expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'self'")
  expect(await shapeOf(response)).toEqual({
    status: 200,
    type: null,
    body: { Traces: [], UnprocessedTraceIds: [], NextToken: null },
  })
})

test.each([true, false])(
  'a trace tells whether it was too large to be read whole: %s',
  async (cut) => {
    const trace = traceOf(segmentJson(1, 'front', [0, 1]))
    const traces = new Map([[trace.id, { ...trace, limitExceeded: cut }]])
    const response = await app({ traces }).post('/Traces', { TraceIds: [trace.id] })
    expect(await response.json()).toMatchObject({ Traces: [{ Id: trace.id, LimitExceeded: cut }] })
  },
)

test.each([
  ['/Traces', { TraceIds: Array(6).fill(ID) }, 'Exceeding maximum query size: 5'],
  ['/Traces', { TraceIds: [ID, ID.toUpperCase()] }, 'Containing duplicate trace ids'],
  ['/Traces', { TraceIds: ['x'] }, 'Invalid trace id x: incorrect id format'],
  ['/Traces', { TraceIds: [ID], NextToken: 'x' }, 'NextToken is currently not supported'],
  ['/TraceGraph', { TraceIds: [] }, 'Zero trace ids provided'],
  ['/TraceGraph', { TraceIds: [ID, ID] }, 'Currently only one trace Id is supported'],
  ['/TraceGraph', { TraceIds: ['x'] }, 'Invalid traceId. ErrorCode: InvalidId'],
  ['/TraceGraph', { TraceIds: [ID] }, 'Trace id not found'],
  ['/TraceGraph', { TraceIds: [ID], NextToken: '' }, 'NextToken is currently not supported'],
  ['/TraceSummaries', { StartTime: 2, EndTime: 1 }, 'End time cannot be earlier than start time'],
  [
    '/TraceSummaries',
    { StartTime: 0, EndTime: 30 * 86_400 + 1 },
    'Time range cannot be longer than 30 days',
  ],
  [
    '/TraceSummaries',
    { StartTime: 1, EndTime: 2, FilterExpression: 'fault AND' },
    /^Error Location: line 1, position 10 : Invalid input symbol: '<EOF>' \(expected a keyword: ok, /,
  ],
  [
    '/TraceSummaries',
    { StartTime: 1, EndTime: 2, FilterExpression: 'user AND response_time > 1' },
    /^Error Location: line 1, position 10 : Invalid input symbol: 'response_'/,
  ],
  [
    '/TraceSummaries',
    { StartTime: 1, EndTime: 2, FilterExpression: 'group.name = "slow"' },
    "Group not found: 'slow'",
  ],
  [
    '/TraceSummaries',
    { StartTime: 1, EndTime: 2, Sampling: true, SamplingStrategy: { Name: 'FixedRate', Value: 1 } },
    'Cannot use FixedRate with input time range type: TraceId. Please try using time range type: Event',
  ],
  [
    '/TraceSummaries',
    {
      StartTime: 1,
      EndTime: 2,
      TimeRangeType: 'Event',
      Sampling: true,
      SamplingStrategy: { Name: 'FixedRate', Value: 1.5 },
    },
    'sampling rate must be specified and its value must be between [0, 1]',
  ],
  ['/TraceSummaries', { StartTime: 1, EndTime: 2, NextToken: 'abc' }, 'Invalid token abc'],
  [
    '/ServiceGraph',
    { StartTime: 0, EndTime: 6 * 3600 + 1 },
    'Time range cannot be longer than 6 hours',
  ],
  ['/ServiceGraph', { StartTime: 1, EndTime: 2, GroupName: 'nope' }, 'Group not found.'],
  [
    '/ServiceGraph',
    { StartTime: 1, EndTime: 2, NextToken: 'x' },
    'NextToken is currently not supported',
  ],
  ['/TelemetryRecords', { TelemetryRecords: [] }, 'Telemetry records can not be empty'],
])('%s %j: %s', async (path, body, message) => {
  expect(await shapeOf(await app().post(path, body))).toEqual({
    status: 400,
    type: 'InvalidRequestException',
    body: { Message: typeof message === 'string' ? message : expect.stringMatching(message) },
  })
})

test.each([
  ['/Traces', undefined, 'traceIds', 'null', 'Member must not be null'],
  ['/Traces', '{}', 'traceIds', 'null', 'Member must not be null'],
  ['/Traces', '{"TraceIds":null}', 'traceIds', 'null', 'Member must not be null'],
  [
    '/Traces',
    '{"TraceIds":[""]}',
    'traceIds',
    "'[]'",
    'Member must satisfy constraint: [Member must have length greater than or equal to 1]',
  ],
  [
    '/TraceSummaries',
    '{"StartTime":1,"EndTime":2,"TimeRangeType":"Invalid"}',
    'timeRangeType',
    "'Invalid'",
    'Member must satisfy enum value set: [TraceId, Service, Event]',
  ],
])('%s %s breaks the model at %s', async (path, body, place, value, constraint) => {
  expect(await shapeOf(await app().post(path, body))).toEqual({
    status: 400,
    type: 'ValidationException',
    body: {
      message: `1 validation error detected: Value ${value} at '${place}' failed to satisfy constraint: ${constraint}`,
    },
  })
})

test.each([
  ['not JSON', 'nope'],
  ['a list', '[]'],
  ['a wrong type', '{"TraceIds":"x"}'],
  ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
])('%s cannot be read', async (_what, body) => {
  expect(await shapeOf(await app().post('/Traces', body))).toMatchObject({
    status: 400,
    type: 'SerializationException',
  })
})

test('bodies may be compressed, within the limit', async () => {
  const { post } = app()
  const gzip = { 'Content-Encoding': 'gzip' }
  expect((await post('/Traces', gzipSync('{"TraceIds":[]}'), gzip)).status).toBe(200)
  expect(
    await shapeOf(await post('/Traces', gzipSync(' '.repeat(10_000_000)), gzip)),
  ).toMatchObject({
    status: 413,
    type: 'RequestEntityTooLargeException',
  })
  expect((await post('/Traces', 'x', gzip)).status).toBe(400)
  expect((await post('/Traces', '{}', { 'Content-Encoding': 'br' })).status).toBe(415)
})

test('a body over its limit is refused without being read to its end', async () => {
  const { post, budget } = app()
  expect((await post('/Traces', ' '.repeat(200_000))).status).toBe(413)
  expect((await post('/TraceSegments', new Uint8Array(500_001))).status).toBe(413)
  expect(budget.used).toBe(0)
})

test('PutTraceSegments answers 200 and names what was rejected, in order', async () => {
  const rejections: Rejection[] = [
    rejectionOf('ParseError', 'segment'),
    rejectionOf('MissingName', 'segment', '1111222233334444'),
  ]
  const { post } = app({ storeSegments: async () => ok(rejections) })
  expect(await shapeOf(await post('/TraceSegments', {}))).toEqual({
    status: 200,
    type: null,
    body: {
      UnprocessedTraceSegments: [
        { ErrorCode: 'ParseError', Message: 'Invalid segment. ErrorCode: ParseError' },
        {
          Id: '1111222233334444',
          ErrorCode: 'MissingName',
          Message: 'Invalid segment. ErrorCode: MissingName',
        },
      ],
    },
  })
})

test.each([
  ['throttled', 429, 'ThrottledException', { Message: 'why' }],
  ['unavailable', 503, 'ServiceUnavailableException', { message: 'why' }],
  ['failure', 500, 'InternalFailure', { message: null }],
] as const)('a store that is %s answers %i', async (kind, status, type, body) => {
  const { post } = app({ storeSegments: async () => bad({ kind, message: 'why' }) })
  expect(await shapeOf(await post('/TraceSegments', {}))).toEqual({ status, type, body })
})

test('errors of the store are told, faults of ours are kept to the log', async () => {
  const away = app({ broken: new BrokenStore() })
  expect(await shapeOf(await away.post('/Traces', { TraceIds: [ID] }))).toEqual({
    status: 503,
    type: 'ServiceUnavailableException',
    body: { message: 'away' },
  })
  expect(away.failures).toEqual([])
  const fault = new Error('secret')
  const broken = app({ broken: fault })
  expect(await shapeOf(await broken.post('/Traces', { TraceIds: [ID] }))).toEqual({
    status: 500,
    type: 'InternalFailure',
    body: { message: null },
  })
  expect(broken.failures).toEqual([fault])
})

test('other methods, other cases and other paths', async () => {
  const { hono, post } = app()
  const get = await hono.request('/Traces')
  expect([get.status, get.headers.get('Allow')]).toEqual([405, 'POST'])
  expect((await hono.request('/TraceSegments', { method: 'PUT' })).status).toBe(405)
  for (const path of ['/traces', '/Traces/', '/nothing', '/constructor']) {
    expect(await shapeOf(await post(path, {}))).toMatchObject({
      status: 404,
      type: 'UnknownOperationException',
    })
  }
})

test('answers are counted by operation and status, whatever is asked for', async () => {
  const { hono, post, counts } = app()
  await post('/Traces', { TraceIds: [] })
  await post('/Traces', 'x')
  for (const path of ['/a', '/b', '/c']) await hono.request(path)
  expect(counts.entries()).toEqual([
    { operation: 'BatchGetTraces', status: 200, count: 1 },
    { operation: 'BatchGetTraces', status: 400, count: 1 },
    { operation: 'other', status: 404, count: 3 },
  ])
})

test('a page of another site gets nothing', async () => {
  const { hono, post } = app()
  const evil = { Origin: 'https://evil.test', Host: '127.0.0.1:2000' }
  expect((await post('/Traces', { TraceIds: [] }, evil)).status).toBe(403)
  expect((await hono.request('/metrics', { headers: evil })).status).toBe(403)
  const own = { Origin: 'http://127.0.0.1:2000', Host: '127.0.0.1:2000' }
  const answer = await post('/Traces', { TraceIds: [] }, own)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBeNull()
})

test('a name made to point here gets nothing, nor does a picture on a page of another site', async () => {
  const { hono } = app()
  for (const path of ['/', '/metrics', '/healthz', '/assets/index-abcdefgh.js', '/Traces']) {
    const rebound = await hono.request(path, { headers: { Host: 'evil.test:2000' } })
    expect(await shapeOf(rebound)).toMatchObject({
      status: 403,
      type: 'AccessDeniedException',
      body: { message: expect.stringContaining('--allowed-host') },
    })
    const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }
    expect((await hono.request(path, { headers })).status).toBe(403)
  }
  const link = {
    'Sec-Fetch-Site': 'cross-site',
    'Sec-Fetch-Mode': 'navigate',
    'Sec-Fetch-Dest': 'document',
  }
  expect((await hono.request('/', { headers: link })).status).toBe(200)
})

test('every answer keeps browsers from keeping, framing, guessing and sharing it', async () => {
  const { hono, post } = app()
  for (const answer of [
    await hono.request('/'),
    await hono.request('/metrics'),
    await hono.request('/nothing'),
    await post('/Traces', { TraceIds: [] }),
  ]) {
    const { headers } = answer
    const policy = headers.get('Content-Security-Policy') ?? ''
    for (const part of ["default-src 'self'", "frame-ancestors 'none'", "object-src 'none'"]) {
      expect(policy).toContain(part)
    }
    expect(policy).not.toContain('unsafe')
    expect(headers.get('X-Frame-Options')).toBe('DENY')
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(headers.get('Referrer-Policy')).toBe('no-referrer')
    expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin')
    expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin')
    expect(headers.get('Cache-Control')).toMatch(/^no-(?:store|cache)$/)
  }
})

test('health is 200 only without problems', async () => {
  expect((await app().hono.request('/healthz')).status).toBe(200)
  const failing = await app({ problems: ['the disk is full'] }).hono.request('/healthz')
  expect(failing.status).toBe(503)
  expect(await failing.json()).toEqual({ problems: ['the disk is full'] })
})

test('the console is served, its hashed files for ever', async () => {
  const { hono } = app()
  const html = { Accept: 'text/html,*/*' }
  for (const path of ['/', '/traces', `/traces/${ID}`]) {
    const page = await hono.request(path, { headers: html })
    expect([page.status, await page.text()]).toEqual([200, '<p>console'])
    expect(page.headers.get('Cache-Control')).toBe('no-cache')
  }
  const script = await hono.request('/assets/index-abcdefgh.js')
  expect(script.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8')
  expect(script.headers.get('Cache-Control')).toContain('immutable')
  const again = await hono.request('/assets/index-abcdefgh.js', {
    headers: { 'If-None-Match': 'W/"2"' },
  })
  expect([again.status, await again.text()]).toEqual([304, ''])
  for (const path of ['/assets/gone.js', '/assets/../../package.json', '/assets/%2e%2e/x']) {
    expect((await hono.request(path)).status).toBe(404)
  }
})
