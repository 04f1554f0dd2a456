import { expect } from 'vitest'
import { asks, bodyOf, type Case, follows, gives, includes, invalid } from '../case.ts'
import { ACCOUNT, type Body, REGION } from '../client.ts'

/** xray-behaviour 1.5, 6.3 and 12.1. */

const ARN = `arn:aws:xray:${REGION}:${ACCOUNT}:group`
const NO_INSIGHTS = { InsightsEnabled: false, NotificationsEnabled: false }
const DEFAULT = {
  GroupName: 'Default',
  GroupARN: `${ARN}/Default`,
  InsightsConfiguration: NO_INSIGHTS,
}
const FILTER = 'responsetime > 5'
const EMPTY = 'Filter Expression is empty'

const group = (name: string, more: Body = {}) => ({
  GroupName: name,
  FilterExpression: FILTER,
  ...more,
})
const arnOf = (made: Body) => (made['Group'] as { GroupARN: string }).GroupARN

export const GROUP_CASES: readonly Case[] = [
  asks(
    'answers Default without expression',
    '6.3',
    ['GetGroups', {}],
    gives({ Groups: [DEFAULT] }),
  ),
  asks(
    'finds Default by name',
    '6.3',
    ['GetGroup', { GroupName: 'Default' }],
    gives({ Group: DEFAULT }),
  ),
  asks(
    'finds Default by ARN',
    '1.5',
    ['GetGroup', { GroupARN: `${ARN}/Default` }],
    gives({ Group: DEFAULT }),
  ),
  asks(
    'rejects every token',
    '1.4',
    ['GetGroups', { NextToken: 'x' }],
    invalid('Next Token not supported'),
  ),
  asks(
    'answers the group with an ARN of 52 base-32 characters',
    '1.5',
    ['CreateGroup', group('made')],
    gives({
      Group: {
        ...group('made', { InsightsConfiguration: NO_INSIGHTS }),
        GroupARN: expect.stringMatching(new RegExp(`^${ARN}/made/[A-Z2-7]{52}$`)),
      },
    }),
  ),
  asks(
    'keeps both insight switches',
    '6.3',
    [
      'CreateGroup',
      group('on', { InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: true } }),
    ],
    includes({
      Group: { InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: true } },
    }),
  ),
  asks(
    'has no notifications without insights',
    '6.3',
    ['CreateGroup', group('on', { InsightsConfiguration: { NotificationsEnabled: true } })],
    invalid(/insights/i),
  ),
  ...[undefined, '', '   '].map((FilterExpression) =>
    asks(
      `refuses the expression ${JSON.stringify(FilterExpression)}`,
      '6.3',
      [
        'CreateGroup',
        { GroupName: 'empty', ...(FilterExpression === undefined ? {} : { FilterExpression }) },
      ],
      invalid(EMPTY),
    ),
  ),
  asks(
    'refuses a misspelt keyword and says where',
    '10.5',
    ['CreateGroup', group('bad', { FilterExpression: 'response_time > 5' })],
    invalid(/Error Location: line 1, position 1 : Invalid input symbol: 'response_/),
  ),
  asks(
    'refuses the name of the default group',
    '6.3',
    ['CreateGroup', group('Default')],
    invalid('Default already exists'),
  ),
  ...(
    [
      ['UpdateGroup', { FilterExpression: FILTER }],
      ['GetGroup', {}],
      ['DeleteGroup', {}],
    ] as const
  ).flatMap(([operation, more]) => [
    asks(
      'refuses a name together with an ARN',
      '6.3',
      [operation, { GroupName: 'a', GroupARN: `${ARN}/a`, ...more }],
      invalid(/group name and group ARN/),
    ),
    asks('refuses neither name nor ARN', '6.3', [operation, more], invalid(/group name/)),
    asks(
      'does not find an unknown name',
      '6.3',
      [operation, { GroupName: 'none', ...more }],
      invalid('Group not found'),
    ),
    asks(
      'does not find what is no ARN of a group',
      '6.3',
      [operation, { GroupARN: 'none', ...more }],
      invalid('Group not found'),
    ),
  ]),
  asks('leaves Default alone', '6.3', ['DeleteGroup', { GroupName: 'Default' }], invalid()),
  asks('needs an expression again', '6.3', ['UpdateGroup', { GroupName: 'none' }], invalid(EMPTY)),
  follows('CreateGroup: a second group of a name is refused', '6.3', async (call, client) => {
    await bodyOf(call('CreateGroup', group('twice')))
    invalid('twice already exists')(await call('CreateGroup', group('twice')), client)
  }),
  follows(
    'CreateGroup: of 26 groups the last is refused, Default not counted',
    '1.6',
    async (call, client) => {
      for (let index = 1; index <= 25; index += 1)
        await bodyOf(call('CreateGroup', group(`g${index}`)))
      invalid()(await call('CreateGroup', group('g26')), client)
    },
  ),
  follows('GetGroup: by name and by ARN is what CreateGroup answered', '6.3', async (call) => {
    const made = await bodyOf(call('CreateGroup', group('same')))
    expect(await bodyOf(call('GetGroup', { GroupName: 'same' }))).toEqual(made)
    expect(await bodyOf(call('GetGroup', { GroupARN: arnOf(made) }))).toEqual(made)
  }),
  follows('GetGroups: has the groups that were made', '6.3', async (call) => {
    const { Group } = await bodyOf(call('CreateGroup', group('listed')))
    const { Groups } = await bodyOf(call('GetGroups', {}))
    expect(Groups).toHaveLength(2)
    expect(Groups).toEqual(expect.arrayContaining([DEFAULT, Group]))
  }),
  follows('UpdateGroup: changes the expression and leaves the insights', '6.3', async (call) => {
    const InsightsConfiguration = { InsightsEnabled: true, NotificationsEnabled: true }
    const made = await bodyOf(call('CreateGroup', group('change', { InsightsConfiguration })))
    const { Group } = await bodyOf(
      call('UpdateGroup', { GroupARN: arnOf(made), FilterExpression: 'fault' }),
    )
    expect(Group).toEqual({ ...(made['Group'] as Body), FilterExpression: 'fault' })
    expect(await bodyOf(call('GetGroup', { GroupName: 'change' }))).toEqual({ Group })
  }),
  follows('UpdateGroup: a bad expression changes nothing', '6.3', async (call, client) => {
    const made = await bodyOf(call('CreateGroup', group('steady')))
    const bad = { GroupName: 'steady', FilterExpression: 'fault AND' }
    invalid(/Error Location: line 1, position/)(await call('UpdateGroup', bad), client)
    expect(await bodyOf(call('GetGroup', { GroupName: 'steady' }))).toEqual(made)
  }),
  follows(
    'DeleteGroup: by name answers nothing and the group is gone',
    '1.1',
    async (call, client) => {
      await bodyOf(call('CreateGroup', group('gone')))
      gives({})(await call('DeleteGroup', { GroupName: 'gone' }), client)
      invalid('Group not found')(await call('GetGroup', { GroupName: 'gone' }), client)
      invalid('Group not found')(await call('DeleteGroup', { GroupName: 'gone' }), client)
    },
  ),
  follows(
    'DeleteGroup: a group made again has another ARN, the old one finds nothing',
    '1.5',
    async (call, client) => {
      const old = arnOf(await bodyOf(call('CreateGroup', group('again'))))
      await bodyOf(call('DeleteGroup', { GroupARN: old }))
      const fresh = arnOf(await bodyOf(call('CreateGroup', group('again'))))
      expect(fresh).not.toBe(old)
      for (const operation of ['GetGroup', 'DeleteGroup']) {
        invalid('Group not found')(await call(operation, { GroupARN: old }), client)
      }
      expect(arnOf(await bodyOf(call('GetGroup', { GroupARN: fresh })))).toBe(fresh)
    },
  ),
]
