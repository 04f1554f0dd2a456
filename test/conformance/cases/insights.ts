import { randomUUID } from 'node:crypto'
import { asks, bodyOf, type Case, follows, gives, invalid } from '../case.ts'

/** xray-behaviour 6.5 and 12.2. */

const DAY = 86_400
const HOUR = 3600
const now = () => Math.floor(Date.now() / 1000)
const lastHour = () => ({ StartTime: now() - HOUR, EndTime: now() })

export const INSIGHT_CASES: readonly Case[] = [
  ...(
    [
      ['GetInsight', {}],
      ['GetInsightEvents', {}],
      ['GetInsightImpactGraph', lastHour()],
    ] as const
  ).map(([operation, more]) =>
    asks(
      'an unknown id is refused',
      '12.2',
      [operation, { InsightId: randomUUID(), ...more }],
      invalid(/insight/i),
    ),
  ),
  asks(
    'has an empty list where there is no insight',
    '0.3',
    ['GetInsightSummaries', { ...lastHour(), GroupName: 'Default' }],
    gives({ InsightSummaries: [] }),
  ),
  asks(
    'takes no state',
    '6.5',
    ['GetInsightSummaries', { ...lastHour(), GroupName: 'Default', States: [] }],
    gives({ InsightSummaries: [] }),
  ),
  asks('needs a group', '6.5', ['GetInsightSummaries', lastHour()], invalid(/group/i)),
  asks(
    'refuses a name together with an ARN',
    '6.5',
    [
      'GetInsightSummaries',
      {
        ...lastHour(),
        GroupName: 'Default',
        GroupARN: 'arn:aws:xray:eu-central-1:000000000000:group/Default',
      },
    ],
    invalid(/group/i),
  ),
  asks(
    'refuses an unknown group',
    '6.5',
    ['GetInsightSummaries', { ...lastHour(), GroupName: 'none' }],
    invalid('Group not found'),
  ),
  follows('GetInsightSummaries: finds a group by its ARN', '6.5', async (call, client) => {
    const { Group } = await bodyOf(
      call('CreateGroup', { GroupName: 'seen', FilterExpression: 'fault' }),
    )
    const { GroupARN } = Group as { GroupARN: string }
    gives({ InsightSummaries: [] })(
      await call('GetInsightSummaries', { ...lastHour(), GroupARN }),
      client,
    )
  }),
  asks(
    'refuses the end first',
    '6.5',
    ['GetInsightSummaries', { StartTime: now(), EndTime: now() - HOUR, GroupName: 'Default' }],
    invalid(/end time/i),
  ),
  asks(
    'refuses a range of 31 days ago',
    '1.6',
    ['GetInsightSummaries', { StartTime: now() - 31 * DAY, EndTime: now(), GroupName: 'Default' }],
    invalid(/30 days/),
  ),
  asks(
    'takes a range of 29 days',
    '1.6',
    ['GetInsightSummaries', { StartTime: now() - 29 * DAY, EndTime: now(), GroupName: 'Default' }],
    gives({ InsightSummaries: [] }),
  ),
  asks(
    'refuses a token of nobody',
    '1.4',
    ['GetInsightSummaries', { ...lastHour(), GroupName: 'Default', NextToken: 'bogus' }],
    invalid(/token/i),
  ),
  asks(
    'refuses more than six hours',
    '1.6',
    [
      'GetInsightImpactGraph',
      { InsightId: randomUUID(), StartTime: now() - 6 * HOUR - 1, EndTime: now() },
    ],
    invalid('Time range cannot be longer than 6 hours'),
  ),
]
