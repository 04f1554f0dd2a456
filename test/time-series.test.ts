import {
  CreateGroupCommand,
  GetTimeSeriesServiceStatisticsCommand,
  paginateGetTimeSeriesServiceStatistics,
  type TimeSeriesServiceStatistics,
  XRayClient,
} from '@aws-sdk/client-xray'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { newEntityId, newTraceId } from './support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'
import type { Json } from './support/wire-server.ts'

/** Time series through the built server, asked by the official client (xray-behaviour 9.8). */

const DAY = 86_400
/** Two hours ago, on a bound of five minutes: what times count from. */
const BASE = Math.floor((Date.now() / 1000 - 7200) / 300) * 300

let directory: string
let server: RunningServer
let client: XRayClient

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await startServer(directory)
  client = new XRayClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  const { status, body } = await ask('/TraceSegments', {
    TraceSegmentDocuments: documents().map((each) => JSON.stringify(each)),
  })
  expect([status, body]).toEqual([200, { UnprocessedTraceSegments: [] }])
  const areThere = async () => expect(await series({}, 3 * DAY)).toHaveLength(5)
  await vi.waitFor(areThere, { timeout: 60_000, interval: 100 })
})

afterAll(async () => {
  client.destroy()
  await server.stop()
  await removeDirectory(directory)
})

/** A request to `front` between these seconds after the base. */
function request([start, end]: readonly [number, number], more: Json = {}): Json {
  const times = { start_time: BASE + start, end_time: BASE + end }
  return { trace_id: newTraceId(), id: newEntityId(), name: 'front', ...times, ...more }
}

/**
 * Requests that end in the minutes that end 60, 120, 240 and 360 s after the base, and one two days
 * before. The first one calls `orders`, which fails, and a table.
 */
function documents(): readonly Json[] {
  const call = newEntityId()
  const table = { operation: 'GetItem', table_name: 't1' }
  const first = request([10, 12.5], {
    subsegments: [
      {
        id: call,
        name: 'orders',
        namespace: 'remote',
        fault: true,
        start_time: BASE + 11,
        end_time: BASE + 12,
      },
      {
        id: newEntityId(),
        name: 'DynamoDB',
        namespace: 'aws',
        aws: table,
        start_time: BASE + 10.1,
        end_time: BASE + 10.35,
      },
    ],
  })
  const orders = {
    trace_id: first['trace_id'],
    id: newEntityId(),
    parent_id: call,
    name: 'orders',
    origin: 'AWS::ECS::Container',
    fault: true,
    start_time: BASE + 11.1,
    end_time: BASE + 11.9,
  }
  return [
    first,
    orders,
    // Begins in one minute and ends in the next.
    request([50, 61], { http: { response: { status: 429 } } }),
    request([185, 190], { http: { response: { status: 404 } } }),
    request([310, 311]),
    request([-2 * DAY - 1, -2 * DAY]),
  ]
}

async function ask(path: string, input: object) {
  const response = await fetch(server.endpoint + path, {
    method: 'POST',
    body: JSON.stringify(input),
  })
  return { status: response.status, body: (await response.json()) as Json }
}

/** The entries of all pages, from `before` seconds before the base on, ten minutes unless told. */
async function series(
  input: {
    EntitySelectorExpression?: string
    Period?: number
    GroupName?: string
    ForecastStatistics?: boolean
  },
  before = 0,
  [from, to] = [0, 601],
): Promise<readonly TimeSeriesServiceStatistics[]> {
  const entries: TimeSeriesServiceStatistics[] = []
  const range = {
    StartTime: new Date((BASE + from - before) * 1000),
    EndTime: new Date((BASE + to) * 1000),
  }
  const pages = paginateGetTimeSeriesServiceStatistics({ client }, { ...range, ...input })
  for await (const page of pages) entries.push(...(page.TimeSeriesServiceStatistics ?? []))
  return entries
}

/** Seconds from the base to the end of each bucket. */
function endsOf(entries: readonly TimeSeriesServiceStatistics[]) {
  return entries.map(({ Timestamp }) => Number(Timestamp) / 1000 - BASE)
}

/** `ok`, and what else happened. */
function counts([ok, throttle, error, fault]: readonly [number, number, number, number]) {
  return {
    OkCount: ok,
    ErrorStatistics: { ThrottleCount: throttle, OtherCount: error, TotalCount: throttle + error },
    FaultStatistics: { OtherCount: fault, TotalCount: fault },
    TotalCount: ok + throttle + error + fault,
  }
}

test('without a selector: requests that enter, in the minute of their end, newest first', async () => {
  const { body } = await ask('/TimeSeriesServiceStatistics', {
    StartTime: BASE,
    EndTime: BASE + 601,
  })
  const entry = (end: number, statistics: object, seconds: number) => ({
    Timestamp: BASE + end,
    EdgeSummaryStatistics: { ...statistics, TotalResponseTime: seconds },
    ServiceSummaryStatistics: null,
    ServiceForecastStatistics: {},
    ResponseTimeHistogram: [{ Value: seconds, Count: 1 }],
  })
  expect(body).toEqual({
    TimeSeriesServiceStatistics: [
      entry(360, counts([1, 0, 0, 0]), 1),
      entry(240, counts([0, 0, 1, 0]), 5),
      entry(120, counts([0, 1, 0, 0]), 11),
      entry(60, counts([1, 0, 0, 0]), 2.5),
    ],
    ContainsOldGroupVersions: false,
    NextToken: null,
  })
})

test('five minutes are merged, by the end of the five', async () => {
  const entries = await series({ Period: 300 })
  expect(endsOf(entries)).toEqual([600, 300])
  expect(entries[0]?.EdgeSummaryStatistics).toEqual({
    ...counts([1, 0, 0, 0]),
    TotalResponseTime: 1,
  })
  expect(entries[1]?.EdgeSummaryStatistics).toEqual({
    ...counts([1, 1, 1, 0]),
    TotalResponseTime: 18.5,
  })
  expect(entries[1]?.ResponseTimeHistogram).toEqual([
    { Value: 2.5, Count: 1 },
    { Value: 5, Count: 1 },
    { Value: 11, Count: 1 },
  ])
})

test.each([
  ['service("orders")', [0, 0, 0, 1], 0.8],
  ['service(id(name: "orders", type: "AWS::ECS::Container"))', [0, 0, 0, 1], 0.8],
  ['service(id(type: "AWS::DynamoDB::Table"))', [1, 0, 0, 0], 0.25],
] as const)('%s: as the service saw it', async (EntitySelectorExpression, outcomes, seconds) => {
  const [only, ...others] = await series({ EntitySelectorExpression })
  expect(others).toEqual([])
  expect(only).toMatchObject({
    Timestamp: new Date((BASE + 60) * 1000),
    ServiceSummaryStatistics: { ...counts(outcomes), TotalResponseTime: seconds },
    ResponseTimeHistogram: [{ Value: seconds, Count: 1 }],
  })
  expect(only?.EdgeSummaryStatistics).toBeUndefined()
})

test.each([
  ['edge("front", "orders")', [0, 0, 0, 1], 1],
  ['edge(id(name: "front", type: "client"), "front")', [1, 0, 0, 0], 2.5],
  ['edge("front", id(name: "t1", type: "AWS::DynamoDB::Table"))', [1, 0, 0, 0], 0.25],
] as const)('%s: as the caller saw it', async (EntitySelectorExpression, outcomes, seconds) => {
  const only = (await series({ EntitySelectorExpression })).at(-1)
  expect(only).toMatchObject({
    Timestamp: new Date((BASE + 60) * 1000),
    EdgeSummaryStatistics: { ...counts(outcomes), TotalResponseTime: seconds },
  })
  expect(only?.ServiceSummaryStatistics).toBeUndefined()
})

test.each([
  ['service("nobody")'],
  ['edge("orders", "front")'],
  ['service(id(name: "orders", type: "remote"))'],
])('%s: nothing there', async (EntitySelectorExpression) => {
  expect(await series({ EntitySelectorExpression })).toEqual([])
})

test('the ends of buckets lie from the start on and before the end', async () => {
  expect(endsOf(await series({}, 0, [60, 360]))).toEqual([240, 120, 60])
  expect(endsOf(await series({}, 0, [61, 361]))).toEqual([360, 240, 120])
  expect(await series({}, 0, [61, 120])).toEqual([])
  expect(await series({}, 0, [60, 60])).toEqual([])
})

test('pages of a day each, read by the official client', async () => {
  const entries = await series({}, 3 * DAY)
  // What ends on the bound of two minutes belongs to the later one.
  expect(endsOf(entries)).toEqual([360, 240, 120, 60, -2 * DAY + 60])
  const first = await client.send(
    new GetTimeSeriesServiceStatisticsCommand({
      StartTime: new Date((BASE - 3 * DAY) * 1000),
      EndTime: new Date((BASE + 600) * 1000),
    }),
  )
  expect(endsOf(first.TimeSeriesServiceStatistics ?? [])).toEqual([360, 240, 120, 60])
  expect(first.NextToken).toMatch(/^[\w-]+$/)
})

test('the group of all traces by its name, others not', async () => {
  expect(await series({ GroupName: 'Default' })).toHaveLength(4)
  await expect(series({ GroupName: 'nobody' })).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: 'Group not found.',
  })
})

test.each([
  ['watched', true],
  ['plain', false],
])('a group, %s: its traces alone, with a forecast where it has insights', async (name, has) => {
  await client.send(
    new CreateGroupCommand({
      GroupName: name,
      FilterExpression: 'duration < 6',
      InsightsConfiguration: { InsightsEnabled: has },
    }),
  )
  const entries = await series({ GroupName: name, ForecastStatistics: true })
  expect(endsOf(entries)).toEqual([360, 240, 60])
  // Of one request none or all may fail, and before the first bucket nothing is known.
  const band = has ? { FaultCountHigh: 1, FaultCountLow: 0 } : {}
  const forecasts = entries.map(({ ServiceForecastStatistics }) => ServiceForecastStatistics)
  expect(forecasts).toEqual([band, band, {}])
  const silent = await series({ GroupName: name })
  expect(silent.map((entry) => entry.ServiceForecastStatistics)).toEqual([{}, {}, {}])
})

test.each([
  ['id(name: "orders", type: "t")', 1, 'id'],
  ['service("orders") { fault }', 19, '{'],
  ['service("orders") AND service("front")', 19, 'AND'],
  ['edge("front")', 13, ')'],
])('the selector %s is wrong at %i', async (EntitySelectorExpression, position, symbol) => {
  const place = `Error Location: line 1, position ${position} : Invalid input symbol: '${symbol}'`
  await expect(series({ EntitySelectorExpression })).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: expect.stringContaining(place),
  })
})

test('another period', async () => {
  await expect(series({ Period: 120 })).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: 'Time period must be one of [60, 300]',
  })
})
