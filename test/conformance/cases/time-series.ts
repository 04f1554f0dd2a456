import { expect } from 'vitest'
import { newEntityId } from '../../support/segments.ts'
import { until } from '../../support/wire-server.ts'
import { asks, bodyOf, type Call, type Case, follows, gives, includes, invalid } from '../case.ts'
import type { Body } from '../client.ts'
import { SentTrace } from '../sent-trace.ts'

/** xray-behaviour 6.2 and 9.8. */

const OPERATION = 'GetTimeSeriesServiceStatistics'
const RANGE = { StartTime: 1_700_000_000, EndTime: 1_700_000_060 }
const EMPTY = { TimeSeriesServiceStatistics: [], ContainsOldGroupVersions: false }
const MINUTE = 60

const TABLE = { namespace: 'aws', aws: { operation: 'GetItem', table_name: 'carts' }, error: true }

/** A trace of 2 s within one minute, and that minute's begin. */
async function minuteOf(call: Call, name: string): Promise<readonly [SentTrace, number]> {
  const trace = new SentTrace(call)
  const minute = Math.ceil(trace.base / MINUTE) * MINUTE
  const at = minute - trace.base + 5
  const subsegments = [trace.subsegment('DynamoDB', [at, at + 1], TABLE)]
  await trace.accept(trace.segment(name, [at, at + 2], { fault: true, subsegments }))
  await trace.summary()
  return [trace, minute]
}

async function seriesOf(call: Call, input: Body): Promise<readonly Body[]> {
  const ask = async () => {
    const body = await bodyOf(call(OPERATION, input))
    return body['TimeSeriesServiceStatistics'] as readonly Body[]
  }
  return await until(ask, ({ length }) => length > 0)
}

const FAULT = {
  OkCount: 0,
  ErrorStatistics: { ThrottleCount: 0, OtherCount: 0, TotalCount: 0 },
  FaultStatistics: { OtherCount: 1, TotalCount: 1 },
  TotalCount: 1,
  TotalResponseTime: 2,
}
const ERROR = {
  OkCount: 0,
  ErrorStatistics: { ThrottleCount: 0, OtherCount: 1, TotalCount: 1 },
  FaultStatistics: { OtherCount: 0, TotalCount: 0 },
  TotalCount: 1,
  TotalResponseTime: 1,
}

export const TIME_SERIES_CASES: readonly Case[] = [
  asks('is empty where there is nothing', '9.8', [OPERATION, RANGE], gives(EMPTY)),
  asks(
    'the end first is refused',
    '16.4 (10)',
    [OPERATION, { StartTime: 2, EndTime: 1 }],
    invalid('End time cannot be earlier than start time'),
  ),
  ...[60, 300].map((Period) =>
    asks(`takes a period of ${Period}`, '6.2', [OPERATION, { ...RANGE, Period }], gives(EMPTY)),
  ),
  ...[0, 1, 59, 61, 120, 301, -60].map((Period) =>
    asks(
      `refuses a period of ${Period}`,
      '6.2',
      [OPERATION, { ...RANGE, Period }],
      invalid('Time period must be one of [60, 300]'),
    ),
  ),
  ...['service("n")', 'service(id(name: "n", type: "t"))', 'edge("a", "b")'].map(
    (EntitySelectorExpression) =>
      asks(
        `takes ${EntitySelectorExpression}`,
        '9.8',
        [OPERATION, { ...RANGE, EntitySelectorExpression }],
        gives(EMPTY),
      ),
  ),
  asks(
    'refuses a bare id',
    '9.8',
    [OPERATION, { ...RANGE, EntitySelectorExpression: 'id(name: "n")' }],
    invalid(/^Error Location: line 1, position 1 : Invalid input symbol: 'id'/),
  ),
  asks(
    'refuses braces and says where',
    '9.8',
    [OPERATION, { ...RANGE, EntitySelectorExpression: 'service("n") {fault}' }],
    invalid(/^Error Location: line 1, position 14 : Invalid input symbol: '\{'/),
  ),
  ...['fault', 'service("a") AND service("b")', 'edge("a")', 'service("a"'].map(
    (EntitySelectorExpression) =>
      asks(
        `refuses ${EntitySelectorExpression}`,
        '9.8',
        [OPERATION, { ...RANGE, EntitySelectorExpression }],
        invalid(/Error Location: line 1, position \d+/),
      ),
  ),
  asks(
    'refuses an unknown group',
    '6.2',
    [OPERATION, { ...RANGE, GroupName: 'none' }],
    invalid(/Group not found/),
  ),
  asks(
    'takes Default for all traffic',
    '6.2',
    [OPERATION, { ...RANGE, GroupName: 'Default' }],
    gives(EMPTY),
  ),
  asks(
    'refuses a name together with an ARN',
    '6.2',
    [
      OPERATION,
      { ...RANGE, GroupName: 'Default', GroupARN: 'arn:aws:xray:eu-central-1:1:group/x' },
    ],
    invalid(),
  ),
  asks(
    'refuses a token that it never gave',
    '1.4',
    [OPERATION, { ...RANGE, NextToken: 'x' }],
    invalid(/token/i),
  ),
  asks(
    'takes a forecast of nothing',
    '6.2',
    [OPERATION, { ...RANGE, ForecastStatistics: true }],
    includes(EMPTY),
  ),
  follows(
    `${OPERATION}: a service has its own statistics at the end of its minute`,
    '9.8',
    async (call) => {
      const name = `series-${newEntityId()}`
      const [, minute] = await minuteOf(call, name)
      const EntitySelectorExpression = `service("${name}")`
      const range = { StartTime: minute, EndTime: minute + 5 * MINUTE }
      expect(await seriesOf(call, { ...range, EntitySelectorExpression })).toEqual([
        {
          Timestamp: minute + MINUTE,
          ServiceSummaryStatistics: FAULT,
          ServiceForecastStatistics: {},
          ResponseTimeHistogram: [{ Value: 2, Count: 1 }],
        },
      ])
    },
  ),
  follows(`${OPERATION}: an edge has what its caller saw`, '9.8', async (call) => {
    const name = `series-${newEntityId()}`
    const [, minute] = await minuteOf(call, name)
    const EntitySelectorExpression = `edge("${name}", "carts")`
    const range = { StartTime: minute, EndTime: minute + 5 * MINUTE }
    expect(await seriesOf(call, { ...range, EntitySelectorExpression })).toMatchObject([
      {
        Timestamp: minute + MINUTE,
        EdgeSummaryStatistics: ERROR,
        ResponseTimeHistogram: [{ Value: 1, Count: 1 }],
      },
    ])
  }),
  follows(`${OPERATION}: without selector all entries count`, '9.8', async (call) => {
    const [, minute] = await minuteOf(call, `series-${newEntityId()}`)
    const range = { StartTime: minute + MINUTE, EndTime: minute + MINUTE + 1 }
    expect(await seriesOf(call, range)).toMatchObject([
      { Timestamp: minute + MINUTE, EdgeSummaryStatistics: FAULT },
    ])
  }),
  follows(`${OPERATION}: a bucket that ends with the range is not in it`, '9.8', async (call) => {
    const name = `series-${newEntityId()}`
    const [, minute] = await minuteOf(call, name)
    const EntitySelectorExpression = `service("${name}")`
    const whole = { StartTime: minute, EndTime: minute + 5 * MINUTE, EntitySelectorExpression }
    expect(await seriesOf(call, whole)).toHaveLength(1)
    const body = await bodyOf(call(OPERATION, { ...whole, EndTime: minute + MINUTE }))
    expect(body['TimeSeriesServiceStatistics']).toEqual([])
  }),
  follows(`${OPERATION}: is newest first, without the minutes of nothing`, '9.8', async (call) => {
    const name = `series-${newEntityId()}`
    const [, later] = await minuteOf(call, name)
    const [, earlier] = await minuteOf(call, name)
    const EntitySelectorExpression = `service("${name}")`
    const range = { StartTime: earlier, EndTime: later + 5 * MINUTE, EntitySelectorExpression }
    const series = await until(
      () => seriesOf(call, range),
      ({ length }) => length > 1,
    )
    expect(series.map(({ Timestamp }) => Timestamp)).toEqual([later + MINUTE, earlier + MINUTE])
    const joined = await seriesOf(call, { ...range, EndTime: later + 10 * MINUTE, Period: 300 })
    const total = joined.reduce(
      (sum, { ServiceSummaryStatistics }) =>
        sum + Number((ServiceSummaryStatistics as Body)['TotalCount']),
      0,
    )
    expect(total).toBe(2)
  }),
]
