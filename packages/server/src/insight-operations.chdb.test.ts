import {
  GetInsightEventsCommand,
  type GetInsightSummariesCommandOutput,
  paginateGetInsightEvents,
  paginateGetInsightSummaries,
  XRayClient,
} from '@aws-sdk/client-xray'
import type { Insight, InsightEvent, Nanos } from '@fluoroscope/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BASE_SECONDS, segmentJson, subsegmentJson, traceOf } from '../../../test/support/traces.ts'
import { graphOfTrace } from './analyse/service-graph.ts'
import { createBodies } from './bodies.ts'
import { HttpServer } from './http-server.ts'
import { insightOperations } from './insight-operations.ts'
import { ByteBudget } from './lib/byte-budget.ts'
import { insertInsights, insightEventAt, insightIdOf, instantAt } from './query/test-insights.ts'
import { settingsOperations } from './settings-operations.ts'
import { createApp } from './show/app.ts'
import { RequestCounts } from './show/request-counts.ts'
import { startTestDatabase, type TestDatabase } from './store/test-database.ts'
import { testSettings } from './store/test-settings.ts'

const DAY = 86_400
const HOUR = 3600
const NOW = BASE_SECONDS + 31 * DAY
const OLDEST = NOW - 30 * DAY
/** Where the insights of these tests lie. */
const RANGE = { StartTime: NOW - 10 * HOUR, EndTime: NOW }
const CAUSE = { name: 'payments', type: 'AWS::ECS::Container', account: undefined }

let store: TestDatabase
let http: HttpServer
let endpoint: string
let client: XRayClient
const arns = new Map<string, string>()

beforeAll(async () => {
  store = await startTestDatabase()
  const { settings } = testSettings(() => instantAt(NOW))
  const now = () => instantAt(NOW)
  const app = createApp({
    operations: [
      ...settingsOperations({
        settings,
        now,
        checkFilter: () => undefined,
        retention: 1e18 as Nanos,
      }),
      ...insightOperations({
        database: store.database,
        settings,
        findServiceGraph: async () => GRAPH,
        now,
      }),
    ],
    readRoutes: [],
    storeSegments: async () => {
      throw new Error('no segments here')
    },
    storeSpans: async () => {
      throw new Error('no segments here')
    },
    bodies: createBodies({ maxBodyBytes: 500_000, budget: new ByteBudget(1_000_000) }),
    defaults: { account: '000000000000', region: 'us-east-1' },
    corsOrigins: new Set(),
    allowedHosts: new Set(),
    assets: new Map(),
    counts: new RequestCounts(),
    health: async () => ({ problems: [] }),
    metrics: async () => '',
    explain: () => undefined,
    onFailure: (error) => {
      throw error
    },
    newRequestId: () => '00000000-0000-4000-8000-000000000000',
  })
  http = new HttpServer(app.fetch, {
    host: '127.0.0.1',
    port: 0,
    maxConnections: 10,
    onError: (error) => {
      throw error
    },
  })
  endpoint = `http://127.0.0.1:${await http.start()}`
  client = new XRayClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
  for (const GroupName of ['shop', 'many', 'quiet', 'gone']) {
    const { body } = await ask('/CreateGroup', { GroupName, FilterExpression: 'service("x")' })
    arns.set(GroupName, (body['Group'] as { GroupARN: string }).GroupARN)
  }
  await insertAll()
})

afterAll(async () => {
  client.destroy()
  await http.stop()
  await store.stop()
})

/** front → payments, and front → catalogue. */
const GRAPH = graphOfTrace(
  traceOf(
    segmentJson(1, 'front', [0.2, 5], {
      subsegments: [
        subsegmentJson(2, 'payments', [1, 4], { namespace: 'remote' }),
        subsegmentJson(3, 'catalogue', [1, 2], { namespace: 'remote' }),
      ],
    }),
    segmentJson(4, 'payments', [1, 4], {
      parent_id: '0000000000000002',
      origin: 'AWS::ECS::Container',
    }),
  ),
)

function insight(
  number: number,
  group: string,
  [start, end]: readonly [number, number | undefined],
  latest: InsightEvent = insightEventAt(end ?? start),
): Insight {
  return {
    id: insightIdOf(number),
    group: { name: group, arn: arns.get(group) ?? '' },
    rootCause: CAUSE,
    start: instantAt(start),
    latest,
    ...(end === undefined ? { state: 'active' } : { state: 'closed', end: instantAt(end) }),
  }
}

/** `shop`: 1 closed, 2 active with a history, 3 long over, 4 active for long. `many`: 120. */
async function insertAll() {
  const second = (at: number, summary: string): Insight =>
    insight(2, 'shop', [NOW - HOUR, undefined], insightEventAt(at, { summary }))
  const grown = second(NOW - 1200, 'It grew.')
  const many = Array.from({ length: 120 }, (_, index) => {
    // Two start at once, so that a page may end between them.
    const start = NOW - HOUR - Math.floor(index / 2) * 60
    return insight(100 + index, 'many', [start, start + 60])
  })
  const long = Array.from({ length: 60 }, (_, event) => {
    const latest = insightEventAt(NOW - 6 * HOUR + event, { summary: `Event ${event}.` })
    return insight(300, 'gone', [NOW - 6 * HOUR, undefined], latest)
  })
  await insertInsights(store.database, [
    insight(1, 'shop', [NOW - 5 * HOUR, NOW - 4 * HOUR]),
    second(NOW - HOUR, 'It began.'),
    grown,
    insight(3, 'shop', [NOW - 20 * HOUR, NOW - 19 * HOUR]),
    insight(4, 'shop', [NOW - 12 * HOUR, undefined]),
    ...many,
    ...long,
  ])
  const updates = [second(NOW - 1800, 'Only numbers.'), second(NOW - 600, 'Newest numbers.')]
  await insertInsights(store.database, updates, false)
  // As a detector that died between its write and what follows would repeat it.
  await insertInsights(store.database, [grown])
}

type Body = Record<string, unknown>

async function ask(path: string, input: object) {
  const response = await fetch(endpoint + path, { method: 'POST', body: JSON.stringify(input) })
  return {
    status: response.status,
    type: response.headers.get('x-amzn-errortype'),
    body: (await response.json()) as Body,
  }
}

async function idsOf(input: object): Promise<readonly unknown[]> {
  const { body } = await ask('/InsightSummaries', { ...RANGE, ...input })
  return (body['InsightSummaries'] as Body[]).map(({ InsightId }) => InsightId)
}

const SERVICE = { Name: 'payments', Names: ['payments'], AccountId: null, Type: CAUSE.type }
const STATE = {
  ClientRequestImpactStatistics: { FaultCount: 3, OkCount: 90, TotalCount: 95 },
  RootCauseServiceRequestImpactStatistics: { FaultCount: 4, OkCount: 16, TotalCount: 20 },
  TopAnomalousServices: [
    { ServiceId: SERVICE },
    {
      ServiceId: { Name: 'front', Names: ['front'], AccountId: '111122223333', Type: null },
    },
  ],
}

test('an insight is its newest state', async () => {
  const { status, body } = await ask('/Insight', { InsightId: insightIdOf(2) })
  expect(status).toBe(200)
  expect(body).toEqual({
    Insight: {
      InsightId: insightIdOf(2),
      GroupARN: arns.get('shop'),
      GroupName: 'shop',
      RootCauseServiceId: SERVICE,
      Categories: ['FAULT'],
      State: 'ACTIVE',
      StartTime: NOW - HOUR,
      EndTime: null,
      Summary: 'Newest numbers.',
      ...STATE,
    },
  })
})

test('a closed one has an end, and ids are read in any case', async () => {
  const { body } = await ask('/Insight', { InsightId: insightIdOf(1).toUpperCase() })
  expect(body['Insight']).toMatchObject({
    InsightId: insightIdOf(1),
    State: 'CLOSED',
    EndTime: NOW - 4 * HOUR,
  })
})

test('summaries: what was active in the range, the latest started first', async () => {
  expect(await idsOf({ GroupName: 'shop' })).toEqual([2, 1, 4].map(insightIdOf))
  expect(await idsOf({ GroupARN: arns.get('shop') })).toEqual([2, 1, 4].map(insightIdOf))
  expect(await idsOf({ GroupName: 'shop', States: [] })).toEqual([2, 1, 4].map(insightIdOf))
  expect(await idsOf({ GroupName: 'shop', States: ['ACTIVE'] })).toEqual([2, 4].map(insightIdOf))
  expect(await idsOf({ GroupName: 'shop', States: ['CLOSED'] })).toEqual([1].map(insightIdOf))
  expect(await idsOf({ GroupName: 'quiet' })).toEqual([])
  expect(await idsOf({ GroupName: 'Default' })).toEqual([])
  const { body } = await ask('/InsightSummaries', { ...RANGE, GroupName: 'shop', MaxResults: 1 })
  expect(body['InsightSummaries']).toEqual([
    expect.objectContaining({ LastUpdateTime: NOW - 600, Summary: 'Newest numbers.', ...STATE }),
  ])
})

test('a range ends before its end, and reaches what ended at its start', async () => {
  const shop = { GroupName: 'shop' }
  const upTo = (EndTime: number) => idsOf({ ...shop, EndTime, States: ['CLOSED'] })
  expect(await upTo(NOW - 5 * HOUR)).toEqual([])
  expect(await upTo(NOW - 5 * HOUR + 1)).toEqual([insightIdOf(1)])
  const from = (StartTime: number) => idsOf({ ...shop, StartTime, States: ['CLOSED'] })
  expect(await from(NOW - 4 * HOUR)).toEqual([insightIdOf(1)])
  expect(await from(NOW - 4 * HOUR + 1)).toEqual([])
})

test('events: the newest first, without what only brought numbers up to date', async () => {
  const { body } = await ask('/InsightEvents', { InsightId: insightIdOf(2) })
  expect(body).toEqual({
    InsightEvents: [
      { Summary: 'It grew.', EventTime: NOW - 1200, ...STATE },
      { Summary: 'It began.', EventTime: NOW - HOUR, ...STATE },
    ],
    NextToken: null,
  })
})

test('the official client reads all pages of summaries', async () => {
  const found: string[] = []
  const sizes: number[] = []
  for await (const page of paginateGetInsightSummaries(
    { client, pageSize: 50 },
    {
      GroupName: 'many',
      StartTime: new Date(RANGE.StartTime * 1000),
      EndTime: new Date(RANGE.EndTime * 1000),
    },
  ) as AsyncIterable<GetInsightSummariesCommandOutput>) {
    const summaries = page.InsightSummaries ?? []
    sizes.push(summaries.length)
    for (const { InsightId = '', Categories, StartTime } of summaries) {
      expect(Categories).toEqual(['FAULT'])
      expect(StartTime).toBeInstanceOf(Date)
      found.push(InsightId)
    }
  }
  expect(sizes).toEqual([50, 50, 20])
  // Of two that start at once the greater id comes first; even numbers start with the next odd one.
  const numbers = Array.from({ length: 60 }, (_, pair) => [101 + 2 * pair, 100 + 2 * pair]).flat()
  expect(found).toEqual(numbers.map(insightIdOf))
})

test('the official client reads all pages of events; 50 fit one, as 100 summaries do', async () => {
  const InsightId = insightIdOf(300)
  const found: unknown[] = []
  for await (const page of paginateGetInsightEvents({ client, pageSize: 7 }, { InsightId })) {
    for (const { Summary } of page.InsightEvents ?? []) found.push(Summary)
  }
  expect(found).toEqual(Array.from({ length: 60 }, (_, event) => `Event ${59 - event}.`))
  const whole = await client.send(new GetInsightEventsCommand({ InsightId }))
  expect(whole.InsightEvents).toHaveLength(50)
  expect(await idsOf({ GroupName: 'many' })).toHaveLength(100)
})

test('the impact graph: whoever calls the root cause, and no numbers', async () => {
  const range = { StartTime: NOW - 2 * HOUR, EndTime: NOW }
  const { body } = await ask('/InsightImpactGraph', { InsightId: insightIdOf(2), ...range })
  const node = (ReferenceId: number, Name: string, Type: string | null, edges: number[]) => ({
    ReferenceId,
    Name,
    Names: [Name],
    Type,
    AccountId: null,
    Edges: edges.map((each) => ({ ReferenceId: each })),
  })
  expect(body).toEqual({
    InsightId: insightIdOf(2),
    ...range,
    ServiceGraphStartTime: BASE_SECONDS,
    ServiceGraphEndTime: BASE_SECONDS,
    Services: [
      node(0, 'front', null, [2]),
      node(1, 'front', 'client', [0]),
      node(2, 'payments', 'AWS::ECS::Container', []),
    ],
    NextToken: null,
  })
})

const ID = insightIdOf(2)
const IMPACT = { InsightId: ID, ...RANGE, StartTime: NOW - HOUR }

test.each([
  ['/Insight', { InsightId: insightIdOf(999) }, 'Insight not found'],
  ['/InsightEvents', { InsightId: insightIdOf(999) }, 'Insight not found'],
  ['/InsightEvents', { InsightId: ID, NextToken: 'x' }, 'Invalid token x'],
  ['/InsightImpactGraph', { ...IMPACT, InsightId: insightIdOf(999) }, 'Insight not found'],
  ['/InsightImpactGraph', { ...IMPACT, NextToken: 'x' }, 'Invalid token x'],
  [
    '/InsightImpactGraph',
    { ...IMPACT, StartTime: NOW - 6 * HOUR - 1 },
    'Time range cannot be longer than 6 hours',
  ],
  [
    '/InsightImpactGraph',
    { ...IMPACT, StartTime: OLDEST - HOUR, EndTime: OLDEST },
    'Start time cannot be more than 30 days ago',
  ],
  ['/InsightSummaries', RANGE, 'Request must contain either group name or group ARN'],
  [
    '/InsightSummaries',
    { ...RANGE, GroupName: 'shop', GroupARN: 'arn' },
    'Request cannot contain both group name and group ARN',
  ],
  ['/InsightSummaries', { ...RANGE, GroupName: 'nobody' }, 'Group not found'],
  [
    '/InsightSummaries',
    { GroupName: 'shop', StartTime: NOW, EndTime: NOW - 1 },
    'End time cannot be earlier than start time',
  ],
  [
    '/InsightSummaries',
    { ...RANGE, GroupName: 'shop', StartTime: OLDEST - HOUR },
    'Start time cannot be more than 30 days ago',
  ],
  ['/InsightSummaries', { ...RANGE, GroupName: 'shop', NextToken: 'x' }, 'Invalid token x'],
])('%s %j: %s', async (path, input, Message) => {
  expect(await ask(path, input)).toEqual({
    status: 400,
    type: 'InvalidRequestException',
    body: { Message },
  })
})

const UUID =
  '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}'
const PATTERN = `Member must satisfy regular expression pattern: ${UUID}`
const NOT_NULL = 'Member must not be null'
const SHOP = { ...RANGE, GroupName: 'shop' }

test.each([
  ['/Insight', {}, 'Value null', 'insightId', NOT_NULL],
  ['/Insight', { InsightId: 'x' }, "Value 'x'", 'insightId', PATTERN],
  ['/Insight', { InsightId: `${ID} ` }, `Value '${ID} '`, 'insightId', PATTERN],
  [
    '/InsightEvents',
    { InsightId: ID, MaxResults: 0 },
    "Value '0'",
    'maxResults',
    'Member must have value greater than or equal to 1',
  ],
  [
    '/InsightEvents',
    { InsightId: ID, MaxResults: 51 },
    "Value '51'",
    'maxResults',
    'Member must have value less than or equal to 50',
  ],
  [
    '/InsightSummaries',
    { ...SHOP, MaxResults: 101 },
    "Value '101'",
    'maxResults',
    'Member must have value less than or equal to 100',
  ],
  [
    '/InsightSummaries',
    { ...SHOP, States: ['ACTIVE', 'CLOSED'] },
    'Value \'["ACTIVE","CLOSED"]\'',
    'states',
    'Member must have length less than or equal to 1',
  ],
  ['/InsightSummaries', { GroupName: 'shop', EndTime: 1 }, 'Value null', 'startTime', NOT_NULL],
  ['/InsightImpactGraph', { ...IMPACT, EndTime: null }, 'Value null', 'endTime', NOT_NULL],
  [
    '/InsightSummaries',
    { ...SHOP, NextToken: '' },
    "Value ''",
    'nextToken',
    'Member must have length greater than or equal to 1',
  ],
])('%s %j breaks the model', async (path, input, value, place, constraint) => {
  const text = `${value} at '${place}' failed to satisfy constraint: ${constraint}`
  expect(await ask(path, input)).toEqual({
    status: 400,
    type: 'ValidationException',
    body: { message: `1 validation error detected: ${text}` },
  })
})

test('a state X-Ray does not know names those it knows', async () => {
  const { type, body } = await ask('/InsightSummaries', { ...SHOP, States: ['OPEN'] })
  expect(type).toBe('ValidationException')
  expect(body['message']).toContain('enum value set: [ACTIVE, CLOSED]')
})

test('exactly 30 days are not too many, though the request takes its time', async () => {
  expect(await idsOf({ GroupName: 'quiet', StartTime: OLDEST - 60 })).toEqual([])
})

test('a token works for its own question only', async () => {
  const first = await ask('/InsightSummaries', { ...SHOP, MaxResults: 1 })
  const NextToken = String(first.body['NextToken'])
  expect(await idsOf({ ...SHOP, NextToken })).toEqual([1, 4].map(insightIdOf))
  for (const change of [
    { GroupName: 'many' },
    { States: ['ACTIVE'] },
    { EndTime: NOW - 1 },
    { StartTime: RANGE.StartTime - 1 },
  ]) {
    const { body } = await ask('/InsightSummaries', { ...SHOP, ...change, NextToken })
    expect(body).toEqual({ Message: `Invalid token ${NextToken}` })
  }
  const events = await ask('/InsightEvents', { InsightId: ID, NextToken })
  expect(events.body).toEqual({ Message: `Invalid token ${NextToken}` })
})

test('a group that is gone has no summaries, its insights stay', async () => {
  expect(await idsOf({ GroupName: 'gone' })).toEqual([insightIdOf(300)])
  await ask('/DeleteGroup', { GroupName: 'gone' })
  const { body } = await ask('/InsightSummaries', { ...RANGE, GroupName: 'gone' })
  expect(body).toEqual({ Message: 'Group not found' })
  expect((await ask('/Insight', { InsightId: insightIdOf(300) })).status).toBe(200)
})
