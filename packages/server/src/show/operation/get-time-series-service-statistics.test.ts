import { DEFAULT_GROUP, type Group, groupArn, unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import type { SeriesBucket, SeriesQuery } from '../../analyse/service-series.ts'
import { ONE_DAY, type RangeLimit, THIRTY_DAYS } from '../time-range.ts'
import { getTimeSeriesServiceStatistics } from './get-time-series-service-statistics.ts'

const CONTEXT = { account: '000000000000', region: 'us-east-1' }
const DAY = 86_400
const START = 1_790_000_040
const RANGE = { StartTime: START, EndTime: START + 3600 }

const SHOP: Group = {
  ...DEFAULT_GROUP,
  name: 'shop',
  id: 'A'.repeat(52),
  scope: CONTEXT,
  filterExpression: 'fault',
}

function bucket(end: number, fault = 0): SeriesBucket {
  const statistics = { ok: 97 - fault, error: 2, throttle: 1, fault, totalNanos: 5_000_400_000 }
  return { end, statistics, responseTimes: new Map([[50, 100]]) }
}

/** The operation over buckets, and what was asked of them. */
function api(
  buckets: readonly SeriesBucket[] = [],
  groups: readonly Group[] = [SHOP],
  limit: RangeLimit = ONE_DAY,
) {
  const asked: SeriesQuery[] = []
  const askedGroups: Group[] = []
  const operation = getTimeSeriesServiceStatistics(
    async (query, group) => {
      asked.push(query)
      askedGroups.push(group)
      const nanos = ({ end }: SeriesBucket) => BigInt(end) * 1_000_000_000n
      return buckets.filter((each) => nanos(each) >= query.from && nanos(each) < query.to)
    },
    async () => [DEFAULT_GROUP, ...groups],
    limit,
  )
  const ask = async (input: object) => {
    const answer = await operation.answer(JSON.stringify({ ...RANGE, ...input }), CONTEXT)
    return answer.ok ? (answer.value as Record<string, unknown>) : answer.problem
  }
  return { ask, asked, askedGroups }
}

const STATISTICS = {
  OkCount: 97,
  ErrorStatistics: { ThrottleCount: 1, OtherCount: 2, TotalCount: 3 },
  FaultStatistics: { OtherCount: 0, TotalCount: 0 },
  TotalCount: 100,
  TotalResponseTime: 5,
}

test('without a selector: requests that enter, as of an edge', async () => {
  const { ask, asked } = api([bucket(START + 60), bucket(START + 180)])
  const entry = (Timestamp: number) => ({
    Timestamp,
    EdgeSummaryStatistics: STATISTICS,
    ServiceSummaryStatistics: null,
    ServiceForecastStatistics: {},
    ResponseTimeHistogram: [{ Value: 0.05, Count: 100 }],
  })
  expect(await ask({})).toEqual({
    TimeSeriesServiceStatistics: [entry(START + 180), entry(START + 60)],
    ContainsOldGroupVersions: false,
    NextToken: null,
  })
  expect(asked).toEqual([
    {
      from: unixNanos(BigInt(START) * 1_000_000_000n),
      to: unixNanos(BigInt(START + 3600) * 1_000_000_000n),
      period: 60,
      entity: { kind: 'entries' },
    },
  ])
})

const ANY = { name: undefined, type: undefined, account: undefined }

test.each([
  ['service("a")', 300, { kind: 'service', service: { ...ANY, name: 'a' } }, false],
  [
    'edge("a", "b")',
    60,
    { kind: 'edge', from: { ...ANY, name: 'a' }, to: { ...ANY, name: 'b' } },
    true,
  ],
])('%s by %i s', async (EntitySelectorExpression, Period, entity, isEdge) => {
  const { ask, asked } = api([bucket(START + 60)])
  expect(await ask({ EntitySelectorExpression, Period })).toMatchObject({
    TimeSeriesServiceStatistics: [
      {
        EdgeSummaryStatistics: isEdge ? STATISTICS : null,
        ServiceSummaryStatistics: isEdge ? null : STATISTICS,
      },
    ],
  })
  expect(asked).toMatchObject([{ period: Period, entity }])
})

test.each([
  [{ Period: 59 }, 'Time period must be one of [60, 300]'],
  [{ Period: 0 }, 'Time period must be one of [60, 300]'],
  [{ EndTime: START - 1 }, 'End time cannot be earlier than start time'],
  [{ EndTime: START + DAY + 1 }, 'Time range cannot be longer than 24 hours'],
  [{ GroupName: 'nobody' }, 'Group not found.'],
  [{ GroupARN: groupArn(CONTEXT, { ...SHOP, name: 'other' }) }, 'Group not found.'],
  [{ GroupName: 'shop', GroupARN: 'x' }, 'Request cannot contain both group name and group ARN'],
  [{ NextToken: 'x' }, 'Invalid token x'],
])('%j: %s', async (input, message) => {
  const { ask, asked } = api()
  expect(await ask(input)).toEqual({ kind: 'invalid-request', message })
  expect(asked).toEqual([])
})

test.each([
  // The texts X-Ray was seen to answer; what was expected there is ours.
  ['id(name: "a")', "Error Location: line 1, position 1 : Invalid input symbol: 'id'"],
  ['service("a") {ok}', "Error Location: line 1, position 14 : Invalid input symbol: '{'"],
  ['edge("a")', "Error Location: line 1, position 9 : Invalid input symbol: ')'"],
])('the selector %s: %s', async (EntitySelectorExpression, text) => {
  const answer = await api().ask({ EntitySelectorExpression })
  expect(answer).toMatchObject({ kind: 'invalid-request' })
  expect(String(answer['message' as keyof typeof answer])).toMatch(`${text} (expected `)
})

test.each([
  [{ EntitySelectorExpression: '' }, 'length greater than or equal to 1'],
  [{ EntitySelectorExpression: 'x'.repeat(501) }, 'length less than or equal to 500'],
  [{ StartTime: null }, "Value null at 'startTime'"],
  [{ GroupName: '' }, 'length greater than or equal to 1'],
])('%j breaks the model', async (input, text) => {
  const answer = await api().ask(input)
  expect(answer).toMatchObject({ kind: 'validation', message: expect.stringContaining(text) })
})

test.each([{ Period: 60.5 }, { Period: '60' }, { ForecastStatistics: 'yes' }, { StartTime: '1' }])(
  '%j has the wrong type',
  async (input) => expect(await api().ask(input)).toMatchObject({ kind: 'serialization' }),
)

test.each([
  ['none', {}, DEFAULT_GROUP],
  ['the name of all traces', { GroupName: 'Default' }, DEFAULT_GROUP],
  ['the ARN of all traces', { GroupARN: groupArn(CONTEXT, DEFAULT_GROUP) }, DEFAULT_GROUP],
  ['a name', { GroupName: 'shop' }, SHOP],
  ['an ARN', { GroupARN: groupArn(CONTEXT, SHOP) }, SHOP],
])('the group: %s', async (_, reference, group) => {
  const { ask, askedGroups } = api()
  await ask(reference)
  expect(askedGroups).toEqual([group])
})

const INSIGHTS: Group = { ...SHOP, insightsEnabled: true }

test.each([
  ['asked for and the group has insights', { GroupName: 'shop' }, true, INSIGHTS, true],
  ['not asked for', { GroupName: 'shop' }, false, INSIGHTS, false],
  ['of a group without insights', { GroupName: 'shop' }, true, SHOP, false],
  ['of all traces', {}, true, INSIGHTS, false],
])('a forecast %s', async (_, group, ForecastStatistics, kept, isThere) => {
  const history = Array.from({ length: 60 }, (_each, index) => bucket(START - 3600 + index * 60, 1))
  const { ask } = api([...history, bucket(START, 1)], [kept])
  const answer = await ask({ ...group, ForecastStatistics })
  const forecast = { FaultCountHigh: expect.any(Number), FaultCountLow: 0 }
  expect(answer).toMatchObject({
    TimeSeriesServiceStatistics: [{ ServiceForecastStatistics: isThere ? forecast : {} }],
  })
})

test('a token leads to what is older, for the same question only', async () => {
  const buckets = [START, START + 300, START + 300 + DAY].map((end) => bucket(end))
  const { ask: askAny } = api(buckets, [], THIRTY_DAYS)
  const ask = (input: object) => askAny({ EndTime: START + DAY + 301, ...input })
  const entries = (...ends: readonly number[]) => ends.map((Timestamp) => ({ Timestamp }))
  const first = await ask({})
  expect(first).toMatchObject({ TimeSeriesServiceStatistics: entries(START + 300 + DAY) })
  const { NextToken } = first as { NextToken?: unknown }
  expect(await ask({ NextToken })).toMatchObject({
    TimeSeriesServiceStatistics: entries(START + 300, START),
    NextToken: null,
  })
  for (const change of [
    { StartTime: START + 1 },
    { EndTime: START + DAY + 302 },
    { Period: 300 },
    { EntitySelectorExpression: 'service("a")' },
  ]) {
    const message = `Invalid token ${NextToken}`
    expect(await ask({ ...change, NextToken })).toEqual({ kind: 'invalid-request', message })
  }
})

test("the asker's own account is that of nodes without one, another is not", async () => {
  const { ask, asked } = api()
  const own = 'id(name: "front", account.id: "000000000000")'
  const other = 'id(name: "back", account.id: "222222222222")'
  await ask({ EntitySelectorExpression: `service(${own})` })
  await ask({ EntitySelectorExpression: `edge(${own}, ${other})` })
  const front = { name: 'front', account: '000000000000', isOwnAccount: true }
  expect(asked[0]?.entity).toEqual({ kind: 'service', service: front })
  const back = { name: 'back', account: '222222222222' }
  expect(asked[1]?.entity).toEqual({ kind: 'edge', from: front, to: back })
})
