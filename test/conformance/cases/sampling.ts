import { expect } from 'vitest'
import {
  asks,
  bodyOf,
  type Call,
  type Case,
  follows,
  gives,
  includes,
  invalid,
  refuses,
} from '../case.ts'
import { ACCOUNT, type Body, REGION } from '../client.ts'

/** xray-behaviour 6.4, 11.1, 11.4 and 11.6. */

const ARN = `arn:aws:xray:${REGION}:${ACCOUNT}:sampling-rule`
const PATTERNS = { ServiceName: '*', ServiceType: '*', Host: '*', HTTPMethod: '*', URLPath: '*' }
const EVERYTHING = { ResourceARN: '*', ...PATTERNS }
const RULE = { ...EVERYTHING, Priority: 10, FixedRate: 0.5, ReservoirSize: 3, Version: 1 }
const DEFAULT = {
  SamplingRule: {
    ...EVERYTHING,
    RuleName: 'Default',
    RuleARN: `${ARN}/Default`,
    Priority: 10_000,
    FixedRate: 0.05,
    ReservoirSize: 1,
    Version: 1,
    Attributes: {},
  },
  CreatedAt: 0,
  ModifiedAt: 0,
}
const BOOST = { MaxRate: 0.9, CooldownWindowMinutes: 2 }

const rule = (RuleName: string, more: Body = {}) => ({
  SamplingRule: { RuleName, ...RULE, ...more },
})
const update = (RuleName: string, more: Body = {}) => ({
  SamplingRuleUpdate: { RuleName, ...more },
})
const now = () => Math.floor(Date.now() / 1000)

let clients = 0
function newClient(): string {
  clients += 1
  return clients.toString(16).padStart(24, '0')
}

function report(RuleName: string, ClientID: string, more: Body = {}): Body {
  const counts = { RequestCount: 110, SampledCount: 20, BorrowCount: 10 }
  return { RuleName, ClientID, Timestamp: now(), ...counts, ...more }
}

/** Samplers compare whole seconds. */
function isSecondOf(changed: number, record: Body): boolean {
  const since = changed - Number(record['ModifiedAt'])
  return since >= 0 && since <= 1
}

async function recordOf(answer: ReturnType<Call>) {
  return (await bodyOf(answer))['SamplingRuleRecord'] as { SamplingRule: Body } & Body
}

async function targetsOf(call: Call, ...SamplingStatisticsDocuments: Body[]) {
  const body = await bodyOf(call('GetSamplingTargets', { SamplingStatisticsDocuments }))
  return body['SamplingTargetDocuments'] as readonly Body[]
}

/** Run before anything else is asked of the server. */
export const FRESH_SAMPLING_CASES: readonly Case[] = [
  asks(
    'has Default alone, never edited',
    '11.1',
    ['GetSamplingRules', {}],
    gives({ SamplingRuleRecords: [DEFAULT] }),
  ),
  asks(
    'is empty before any report',
    '11.4',
    ['GetSamplingStatisticSummaries', {}],
    gives({ SamplingStatisticSummaries: [] }),
  ),
  asks(
    'the time of the last change is a number before there is one',
    '0.3',
    ['GetSamplingTargets', { SamplingStatisticsDocuments: [] }],
    includes({ SamplingTargetDocuments: [], LastRuleModification: 0 }),
  ),
]

const MADE: readonly Case[] = [
  follows('CreateSamplingRule: answers the rule and when it was made', '6.4', async (call) => {
    const before = now() - 1
    const record = await recordOf(call('CreateSamplingRule', rule('made')))
    expect(record.SamplingRule).toEqual({
      ...rule('made').SamplingRule,
      RuleARN: `${ARN}/made`,
      Attributes: {},
    })
    const [created, modified] = [Number(record['CreatedAt']), Number(record['ModifiedAt'])]
    expect(created).toBeGreaterThanOrEqual(before)
    expect(created).toBeLessThanOrEqual(now() + 1)
    expect(modified).toBe(created)
  }),
  asks(
    'takes the name from an ARN alone',
    '11.1',
    ['CreateSamplingRule', { SamplingRule: { ...RULE, RuleARN: `${ARN}/by-arn` } }],
    includes({
      SamplingRuleRecord: { SamplingRule: { RuleName: 'by-arn', RuleARN: `${ARN}/by-arn` } },
    }),
  ),
  asks(
    'refuses a name together with an ARN',
    '11.1',
    ['CreateSamplingRule', rule('both', { RuleARN: `${ARN}/both` })],
    invalid('Request cannot contain both sampling rule name and sampling rule ARN'),
  ),
  asks(
    'refuses neither name nor ARN',
    '11.1',
    ['CreateSamplingRule', { SamplingRule: RULE }],
    invalid(/sampling rule name/),
  ),
  asks(
    'refuses Default',
    '11.1',
    ['CreateSamplingRule', rule('Default')],
    invalid('Sampling rule already exists'),
  ),
  ...[2, 100].map((Version) =>
    asks(
      `refuses version ${Version}`,
      '11.1',
      ['CreateSamplingRule', rule('versioned', { Version })],
      invalid('Sampling rule version must be 1'),
    ),
  ),
  asks(
    'keeps attributes and boost',
    '11.6',
    [
      'CreateSamplingRule',
      rule('boosted', { Attributes: { tier: 'gold' }, SamplingRateBoost: BOOST }),
    ],
    includes({
      SamplingRuleRecord: {
        SamplingRule: { Attributes: { tier: 'gold' }, SamplingRateBoost: BOOST },
      },
    }),
  ),
  asks(
    'takes a boost below its own rate',
    '11.1',
    ['CreateSamplingRule', rule('low', { SamplingRateBoost: { ...BOOST, MaxRate: 0.1 } })],
    includes({ SamplingRuleRecord: { SamplingRule: { SamplingRateBoost: { MaxRate: 0.1 } } } }),
  ),
  follows(
    'CreateSamplingRule: a second rule of a name is refused',
    '11.1',
    async (call, client) => {
      await recordOf(call('CreateSamplingRule', rule('twice')))
      invalid('Sampling rule already exists')(
        await call('CreateSamplingRule', rule('twice')),
        client,
      )
    },
  ),
  follows('CreateSamplingRule: two rules may have one priority', '11.1', async (call) => {
    await recordOf(call('CreateSamplingRule', rule('tie-1')))
    await recordOf(call('CreateSamplingRule', rule('tie-2')))
  }),
  follows(
    'CreateSamplingRule: of 26 rules the last is refused, Default not counted',
    '1.6',
    async (call, client) => {
      for (let index = 1; index <= 25; index += 1) {
        await recordOf(call('CreateSamplingRule', rule(`r${index}`)))
      }
      refuses('RuleLimitExceededException')(await call('CreateSamplingRule', rule('r26')), client)
    },
  ),
  follows(
    'GetSamplingRules: are by name with Default last, Attributes always there',
    '11.1',
    async (call) => {
      for (const name of ['zebra', 'apple', 'mango']) {
        await recordOf(call('CreateSamplingRule', rule(name)))
      }
      const { SamplingRuleRecords } = await bodyOf(call('GetSamplingRules', {}))
      const rules = (SamplingRuleRecords as { SamplingRule: Body }[]).map(
        ({ SamplingRule }) => SamplingRule,
      )
      expect(rules.map(({ RuleName }) => RuleName)).toEqual(['apple', 'mango', 'zebra', 'Default'])
      for (const { Attributes } of rules) expect(Attributes).toEqual({})
    },
  ),
]

const CHANGED: readonly Case[] = [
  follows('UpdateSamplingRule: what is left out stays, by name and by ARN', '6.4', async (call) => {
    const made = await recordOf(
      call('CreateSamplingRule', rule('stays', { Attributes: { a: 'b' } })),
    )
    const changed = await recordOf(call('UpdateSamplingRule', update('stays', { FixedRate: 0.25 })))
    expect(changed.SamplingRule).toEqual({ ...made.SamplingRule, FixedRate: 0.25 })
    expect(changed['CreatedAt']).toBe(made['CreatedAt'])
    expect(Number(changed['ModifiedAt'])).toBeGreaterThan(Number(made['ModifiedAt']))
    const byArn = { SamplingRuleUpdate: { RuleARN: `${ARN}/stays`, Priority: 7 } }
    const again = await recordOf(call('UpdateSamplingRule', byArn))
    expect(again.SamplingRule).toEqual({ ...changed.SamplingRule, Priority: 7 })
  }),
  follows('UpdateSamplingRule: every member can change', '6.4', async (call) => {
    await recordOf(call('CreateSamplingRule', rule('all')))
    const more = {
      ResourceARN: 'arn:*',
      Priority: 9999,
      FixedRate: 1,
      ReservoirSize: 0,
      ServiceName: 'shop-?',
      ServiceType: 'AWS::ECS::*',
      Host: '*.test',
      HTTPMethod: 'GET',
      URLPath: '/a/*',
      Attributes: { tier: 'g*' },
      SamplingRateBoost: BOOST,
    }
    const { SamplingRule } = await recordOf(call('UpdateSamplingRule', update('all', more)))
    expect(SamplingRule).toEqual({ RuleName: 'all', RuleARN: `${ARN}/all`, Version: 1, ...more })
  }),
  follows('UpdateSamplingRule: leaving the boost out takes it away', '11.1', async (call) => {
    await recordOf(call('CreateSamplingRule', rule('calm', { SamplingRateBoost: BOOST })))
    const { SamplingRule } = await recordOf(
      call('UpdateSamplingRule', update('calm', { Priority: 2 })),
    )
    expect(SamplingRule).not.toHaveProperty('SamplingRateBoost')
  }),
  asks(
    'refuses an unknown rule',
    '11.1',
    ['UpdateSamplingRule', update('none', { Priority: 1 })],
    invalid('Sampling rule does not exist'),
  ),
  asks(
    'refuses a name together with an ARN',
    '11.1',
    ['UpdateSamplingRule', update('none', { RuleARN: `${ARN}/none` })],
    invalid('Request cannot contain both sampling rule name and sampling rule ARN'),
  ),
  ...Object.entries({
    ...PATTERNS,
    ResourceARN: '*',
    Priority: 5,
    Attributes: { a: 'b' },
    SamplingRateBoost: BOOST,
  }).map(([member, value]) =>
    asks(
      `does not change ${member} of Default`,
      '11.1',
      ['UpdateSamplingRule', update('Default', { [member]: value })],
      invalid('Invalid update request for default sampling rule'),
    ),
  ),
  follows('UpdateSamplingRule: rate and reservoir of Default can change', '11.1', async (call) => {
    const rates = { FixedRate: 0.2, ReservoirSize: 4 }
    const { SamplingRule } = await recordOf(call('UpdateSamplingRule', update('Default', rates)))
    expect(SamplingRule).toEqual({ ...DEFAULT.SamplingRule, ...rates })
    await recordOf(
      call('UpdateSamplingRule', update('Default', { FixedRate: 0.05, ReservoirSize: 1 })),
    )
  }),
  follows(
    'DeleteSamplingRule: answers the rule as it was, which is gone',
    '6.4',
    async (call, client) => {
      const made = await recordOf(call('CreateSamplingRule', rule('gone')))
      expect(await recordOf(call('DeleteSamplingRule', { RuleARN: `${ARN}/gone` }))).toEqual(made)
      invalid('Sampling rule does not exist')(
        await call('DeleteSamplingRule', { RuleName: 'gone' }),
        client,
      )
      const { SamplingRuleRecords } = await bodyOf(call('GetSamplingRules', {}))
      expect(SamplingRuleRecords).toHaveLength(1)
    },
  ),
  asks(
    'refuses Default',
    '11.1',
    ['DeleteSamplingRule', { RuleName: 'Default' }],
    invalid('The default sampling rule cannot be deleted'),
  ),
  asks(
    'refuses neither name nor ARN',
    '6.4',
    ['DeleteSamplingRule', {}],
    invalid(/sampling rule name/),
  ),
  asks(
    'refuses a name together with an ARN',
    '11.1',
    ['DeleteSamplingRule', { RuleName: 'a', RuleARN: `${ARN}/a` }],
    invalid('Request cannot contain both sampling rule name and sampling rule ARN'),
  ),
  ...['GetSamplingRules', 'GetSamplingStatisticSummaries'].map((operation) =>
    asks(
      'refuses a token that it never gave',
      '1.4',
      [operation, { NextToken: 'x' }],
      invalid(/token/i),
    ),
  ),
]

const REPORTED: readonly Case[] = [
  follows(
    'GetSamplingTargets: the second report of a client gets interval, quota and its end',
    '11.4',
    async (call) => {
      const client = newClient()
      const [first] = await targetsOf(call, report('Default', client))
      expect(first).toMatchObject({ RuleName: 'Default', FixedRate: 0.05 })
      const [second] = await targetsOf(call, report('Default', client))
      expect(second).toMatchObject({
        FixedRate: 0.05,
        Interval: 10,
        ReservoirQuota: expect.any(Number),
      })
      expect(Math.abs(Number(second?.['ReservoirQuotaTTL']) - now() - 300)).toBeLessThanOrEqual(5)
    },
  ),
  follows('GetSamplingTargets: each report gets its own target', '11.4', async (call) => {
    await recordOf(call('CreateSamplingRule', rule('reported')))
    const client = newClient()
    const targets = await targetsOf(call, report('Default', client), report('reported', client))
    expect(targets.map(({ RuleName }) => RuleName).sort()).toEqual(['Default', 'reported'])
  }),
  follows(
    'GetSamplingTargets: the quotas of all clients never exceed the reservoir',
    '11.4',
    async (call) => {
      await recordOf(call('CreateSamplingRule', rule('shared', { ReservoirSize: 10 })))
      const ids = [newClient(), newClient(), newClient()]
      const first = await targetsOf(call, ...ids.map((id) => report('shared', id)))
      const second = await targetsOf(call, ...ids.map((id) => report('shared', id)))
      for (const targets of [first, second]) {
        const sum = targets.reduce((all, each) => all + Number(each['ReservoirQuota'] ?? 0), 0)
        expect(sum).toBeLessThanOrEqual(10)
      }
    },
  ),
  asks(
    'an unknown rule is unprocessed',
    '11.4',
    ['GetSamplingTargets', { SamplingStatisticsDocuments: [report('none', newClient())] }],
    includes({
      SamplingTargetDocuments: [],
      LastRuleModification: expect.any(Number),
      UnprocessedStatistics: [{ RuleName: 'none', ErrorCode: '400', Message: 'Unknown rule' }],
    }),
  ),
  follows(
    'GetSamplingTargets: an unknown rule does not spoil its neighbours',
    '11.4',
    async (call) => {
      const targets = await targetsOf(
        call,
        report('none', newClient()),
        report('Default', newClient()),
      )
      expect(targets).toMatchObject([{ RuleName: 'Default' }])
    },
  ),
  ...(
    [
      ['an hour old', { Timestamp: now() - 3600 }],
      ['of tomorrow', { Timestamp: now() + 86_400 }],
      ['with more sampled than requested', { RequestCount: 1, SampledCount: 9 }],
      ['with more borrowed than sampled', { SampledCount: 0, BorrowCount: 9 }],
      ['of nothing', { RequestCount: 0, SampledCount: 0, BorrowCount: 0 }],
    ] as const
  ).map(([what, more]) =>
    asks(
      `a report ${what} is taken`,
      '11.4',
      [
        'GetSamplingTargets',
        { SamplingStatisticsDocuments: [report('Default', newClient(), more)] },
      ],
      includes({ SamplingTargetDocuments: [{ RuleName: 'Default' }], UnprocessedStatistics: [] }),
    ),
  ),
  asks(
    'boost documents that are taken leave an empty list',
    '11.4',
    [
      'GetSamplingTargets',
      {
        SamplingStatisticsDocuments: [report('Default', newClient())],
        SamplingBoostStatisticsDocuments: [
          {
            RuleName: 'Default',
            ServiceName: 'shop',
            Timestamp: now(),
            AnomalyCount: 1,
            TotalCount: 10,
            SampledAnomalyCount: 0,
          },
        ],
      },
    ],
    includes({ UnprocessedBoostStatistics: [] }),
  ),
  follows(
    'GetSamplingTargets: the time of the last change follows the rules',
    '6.4',
    async (call) => {
      const changed = async () => {
        const body = await bodyOf(call('GetSamplingTargets', { SamplingStatisticsDocuments: [] }))
        return Number(body['LastRuleModification'])
      }
      const made = await recordOf(call('CreateSamplingRule', rule('watched')))
      expect(isSecondOf(await changed(), made)).toBe(true)
      const edited = await recordOf(call('UpdateSamplingRule', update('watched', { Priority: 3 })))
      expect(isSecondOf(await changed(), edited)).toBe(true)
    },
  ),
  follows(
    'GetSamplingStatisticSummaries: has zeros for idle rules once there was a report',
    '11.4',
    async (call) => {
      await recordOf(call('CreateSamplingRule', rule('idle')))
      await targetsOf(call, report('Default', newClient()))
      const body = await bodyOf(call('GetSamplingStatisticSummaries', {}))
      expect(body['SamplingStatisticSummaries']).toContainEqual({
        RuleName: 'idle',
        Timestamp: expect.any(Number),
        RequestCount: 0,
        BorrowCount: 0,
        SampledCount: 0,
      })
    },
  ),
]

export const SAMPLING_CASES: readonly Case[] = [...MADE, ...CHANGED, ...REPORTED]
