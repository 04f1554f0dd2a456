import { type Nanos, unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { createBodies } from './bodies.ts'
import { ByteBudget } from './lib/byte-budget.ts'
import { settingsOperations } from './settings-operations.ts'
import { createApp } from './show/app.ts'
import { RequestCounts } from './show/request-counts.ts'
import { StoreError } from './store/database.ts'
import type { SettingRow } from './store/settings-table.ts'
import { testSettings } from './store/test-settings.ts'

const ARN = 'arn:aws:xray:us-east-1:000000000000'
const SECOND = 1_000_000_000n

/** The API of settings over a memory that holds `kept`; time stands still unless moved. */
function api(kept: readonly SettingRow[] = []) {
  const clock = { now: 1_795_388_400n * SECOND }
  const now = () => unixNanos(clock.now)
  const { settings, medium } = testSettings(now, kept)
  const app = createApp({
    operations: settingsOperations({
      settings,
      now,
      retention: (30 * 86_400e9) as Nanos,
      checkFilter: (text) => (text === 'fault AND' ? 'expected a condition at 9' : undefined),
    }),
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
    explain: (error) =>
      error instanceof StoreError ? { kind: 'unavailable', message: 'away' } : undefined,
    onFailure: (error) => {
      throw error
    },
    newRequestId: () => '00000000-0000-4000-8000-000000000000',
  })
  /** The whole answer. */
  const ask = async (path: string, input: object = {}, region?: string) => {
    const scope = `Credential=AKID/20261122/${region}/xray/aws4_request`
    const response = await app.request(`/${path}`, {
      method: 'POST',
      body: JSON.stringify(input),
      headers: region === undefined ? {} : { Authorization: `AWS4-HMAC-SHA256 ${scope}` },
    })
    return {
      status: response.status,
      type: response.headers.get('x-amzn-errortype'),
      body: (await response.json()) as Body,
    }
  }
  /** The body of an answer that must be good. */
  const call = async (path: string, input: object = {}) => {
    const { status, body } = await ask(path, input)
    expect(body).toEqual(expect.not.objectContaining({ Message: expect.anything() }))
    expect(status).toBe(200)
    return body
  }
  return { ask, call, clock, medium }
}

type Body = Record<string, unknown>

function refusal(Message: string, type = 'InvalidRequestException') {
  return { status: 400, type, body: { Message } }
}

function violation(place: string, value: string, constraint: string) {
  const text = `Value ${value} at '${place}' failed to satisfy constraint: ${constraint}`
  return {
    status: 400,
    type: 'ValidationException',
    body: { message: `1 validation error detected: ${text}` },
  }
}

const atLeast = (least: number) => `Member must have value greater than or equal to ${least}`
const atMost = (most: number) => `Member must have value less than or equal to ${most}`
const longest = (most: number) => `Member must have length less than or equal to ${most}`
const shortest = (least: number) => `Member must have length greater than or equal to ${least}`
const NOT_NULL = 'Member must not be null'

const RULE = {
  RuleName: 'shop',
  ResourceARN: '*',
  Priority: 100,
  FixedRate: 0.1,
  ReservoirSize: 5,
  ServiceName: 'shop-*',
  ServiceType: '*',
  Host: '*',
  HTTPMethod: 'GET',
  URLPath: '/api/*',
  Version: 1,
}
const GROUP = { GroupName: 'faults', FilterExpression: 'fault = true' }
const POLICY_DOCUMENT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'SNSAccess',
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: ['xray:PutTraceSegments', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } },
    },
  ],
})
const POLICY = { PolicyName: 'sns', PolicyDocument: POLICY_DOCUMENT }
const DENY_ALL = JSON.stringify({
  Statement: { Effect: 'Deny', Principal: '*', Action: 'xray:*', Resource: '*' },
})
const LONG_33 = 'x'.repeat(33)
const printed = (value: unknown) => {
  const text = String(value)
  return `'${text.length > 100 ? `${text.slice(0, 100)}…` : text}'`
}

/** A change of one member of a good sampling rule, and what it breaks. */
const RULE_VIOLATIONS: readonly (readonly [member: string, value: unknown, constraint: string])[] =
  [
    ['RuleName', '', shortest(1)],
    ['RuleName', LONG_33, longest(32)],
    ['ResourceARN', 'x'.repeat(501), longest(500)],
    ['Priority', 0, atLeast(1)],
    ['Priority', 10_000, atMost(9999)],
    ['FixedRate', -0.1, atLeast(0)],
    ['FixedRate', 1.1, atMost(1)],
    ['ReservoirSize', -1, atLeast(0)],
    ['ServiceName', 'x'.repeat(65), longest(64)],
    ['ServiceType', 'x'.repeat(65), longest(64)],
    ['Host', 'x'.repeat(65), longest(64)],
    ['HTTPMethod', 'x'.repeat(11), longest(10)],
    ['URLPath', 'x'.repeat(129), longest(128)],
  ]

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

test.each(RULE_VIOLATIONS)('rules: %s %j', async (member, value, constraint) => {
  const { ask } = api()
  expect(await ask('CreateSamplingRule', { SamplingRule: { ...RULE, [member]: value } })).toEqual(
    violation(`samplingRule.${lowerFirst(member)}`, printed(value), constraint),
  )
  const update = { RuleName: 'shop', [member]: value }
  expect(await ask('UpdateSamplingRule', { SamplingRuleUpdate: update })).toEqual(
    violation(`samplingRuleUpdate.${lowerFirst(member)}`, printed(value), constraint),
  )
})

test.each([
  'ResourceARN',
  'Priority',
  'FixedRate',
  'ReservoirSize',
  'ServiceName',
  'ServiceType',
  'Host',
  'HTTPMethod',
  'URLPath',
  'Version',
])('a rule needs %s', async (member) => {
  const { ask } = api()
  const SamplingRule = { ...RULE, [member]: null }
  expect(await ask('CreateSamplingRule', { SamplingRule })).toEqual(
    violation(`samplingRule.${lowerFirst(member)}`, 'null', NOT_NULL),
  )
})

const ATTRIBUTES_6 = Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`k${n}`, 'v']))

test.each<[string, string, object, object]>([
  ['CreateSamplingRule', 'no rule', {}, violation('samplingRule', 'null', NOT_NULL)],
  ['UpdateSamplingRule', 'no change', {}, violation('samplingRuleUpdate', 'null', NOT_NULL)],
  [
    'CreateSamplingRule',
    'version 0',
    { SamplingRule: { ...RULE, Version: 0 } },
    violation('samplingRule.version', "'0'", atLeast(1)),
  ],
  [
    'CreateSamplingRule',
    'six attributes',
    { SamplingRule: { ...RULE, Attributes: ATTRIBUTES_6 } },
    violation('samplingRule.attributes', printed(JSON.stringify(ATTRIBUTES_6)), longest(5)),
  ],
  [
    'CreateSamplingRule',
    'a long key of an attribute',
    { SamplingRule: { ...RULE, Attributes: { [LONG_33]: 'v' } } },
    violation(
      'samplingRule.attributes',
      `'{"${LONG_33}":"v"}'`,
      `Map keys must satisfy constraint: [${longest(32)}]`,
    ),
  ],
  [
    'CreateSamplingRule',
    'an empty attribute',
    { SamplingRule: { ...RULE, Attributes: { k: '' } } },
    violation(
      'samplingRule.attributes',
      `'{"k":""}'`,
      `Map value must satisfy constraint: [${shortest(1)}]`,
    ),
  ],
  [
    'CreateSamplingRule',
    'a boost above 1',
    {
      SamplingRule: { ...RULE, SamplingRateBoost: { MaxRate: 1.5, CooldownWindowMinutes: 1 } },
    },
    violation('samplingRule.samplingRateBoost.maxRate', "'1.5'", atMost(1)),
  ],
  [
    'CreateSamplingRule',
    'a negative cool-down',
    { SamplingRule: { ...RULE, SamplingRateBoost: { MaxRate: 1, CooldownWindowMinutes: -1 } } },
    violation('samplingRule.samplingRateBoost.cooldownWindowMinutes', "'-1'", atLeast(0)),
  ],
  [
    'DeleteSamplingRule',
    'an empty name',
    { RuleName: '' },
    violation('ruleName', "''", shortest(1)),
  ],
  ['CreateGroup', 'no name', {}, violation('groupName', 'null', NOT_NULL)],
  ['CreateGroup', 'empty', { ...GROUP, GroupName: '' }, violation('groupName', "''", shortest(1))],
  [
    'CreateGroup',
    'long',
    { ...GROUP, GroupName: LONG_33 },
    violation('groupName', `'${LONG_33}'`, longest(32)),
  ],
  [
    'CreateGroup',
    'a long key of a tag',
    { ...GROUP, Tags: [{ Key: 'x'.repeat(129), Value: '' }] },
    violation('tags.1.member.key', printed('x'.repeat(129)), longest(128)),
  ],
  [
    'GetGroup',
    'a long ARN',
    { GroupARN: 'x'.repeat(401) },
    violation('groupARN', printed('x'.repeat(401)), longest(400)),
  ],
  [
    'Groups',
    'a long token',
    { NextToken: 'x'.repeat(101) },
    violation('nextToken', printed('x'.repeat(101)), longest(100)),
  ],
  ['TagResource', 'no ARN', { Tags: [] }, violation('resourceARN', 'null', NOT_NULL)],
  ['TagResource', 'no tags', { ResourceARN: 'x' }, violation('tags', 'null', NOT_NULL)],
  [
    'TagResource',
    'a long value',
    { ResourceARN: 'x', Tags: [{ Key: 'k', Value: 'x'.repeat(257) }] },
    violation('tags.1.member.value', printed('x'.repeat(257)), longest(256)),
  ],
  [
    'TagResource',
    'no value',
    { ResourceARN: 'x', Tags: [{ Key: 'k' }] },
    violation('tags.1.member.value', 'null', NOT_NULL),
  ],
  [
    'ListTagsForResource',
    'a long ARN',
    { ResourceARN: 'x'.repeat(1012) },
    violation('resourceARN', printed('x'.repeat(1012)), longest(1011)),
  ],
  ['UntagResource', 'no keys', { ResourceARN: 'x' }, violation('tagKeys', 'null', NOT_NULL)],
  [
    'UntagResource',
    'an empty key',
    { ResourceARN: 'x', TagKeys: [''] },
    violation('tagKeys', "'[]'", `Member must satisfy constraint: [${shortest(1)}]`),
  ],
  [
    'PutResourcePolicy',
    'no name',
    { PolicyDocument: POLICY_DOCUMENT },
    violation('policyName', 'null', NOT_NULL),
  ],
  [
    'PutResourcePolicy',
    'no document',
    { PolicyName: 'a' },
    violation('policyDocument', 'null', NOT_NULL),
  ],
  [
    'PutResourcePolicy',
    'a long name',
    { ...POLICY, PolicyName: 'x'.repeat(129) },
    violation('policyName', printed('x'.repeat(129)), longest(128)),
  ],
  [
    'PutResourcePolicy',
    'a name with a space',
    { ...POLICY, PolicyName: 'a b' },
    violation(
      'policyName',
      "'a b'",
      'Member must satisfy regular expression pattern: [\\w+=,.@-]+',
    ),
  ],
  ['DeleteResourcePolicy', 'no name', {}, violation('policyName', 'null', NOT_NULL)],
  ['PutEncryptionConfig', 'no type', {}, violation('type', 'null', NOT_NULL)],
  [
    'PutEncryptionConfig',
    'another type',
    { Type: 'AES' },
    violation('type', "'AES'", 'Member must satisfy enum value set: [NONE, KMS]'),
  ],
  [
    'PutEncryptionConfig',
    'a long key',
    { Type: 'KMS', KeyId: 'x'.repeat(3001) },
    violation('keyId', printed('x'.repeat(3001)), longest(3000)),
  ],
  [
    'UpdateTraceSegmentDestination',
    'another destination',
    { Destination: 'S3' },
    violation('destination', "'S3'", 'Member must satisfy enum value set: [XRay, CloudWatchLogs]'),
  ],
  ['UpdateIndexingRule', 'no rule', { Name: 'Default' }, violation('rule', 'null', NOT_NULL)],
  [
    'UpdateIndexingRule',
    'no name',
    { Rule: { Probabilistic: { DesiredSamplingPercentage: 1 } } },
    violation('name', 'null', NOT_NULL),
  ],
  [
    'SamplingTargets',
    'no statistics',
    {},
    violation('samplingStatisticsDocuments', 'null', NOT_NULL),
  ],
  [
    'SamplingTargets',
    'a boost without counts',
    {
      SamplingStatisticsDocuments: [],
      SamplingBoostStatisticsDocuments: [
        { RuleName: 'a', ServiceName: 's', Timestamp: 1, AnomalyCount: 1, TotalCount: 1 },
      ],
    },
    violation('samplingBoostStatisticsDocuments.1.member.sampledAnomalyCount', 'null', NOT_NULL),
  ],
])('%s, %s: breaks the model', async (path, _what, input, expected) => {
  expect(await api().ask(path, input)).toEqual(expected)
})

test.each<[string, object, string]>([
  ['CreateGroup', { GroupName: 'a' }, 'Filter Expression is empty'],
  ['CreateGroup', { GroupName: 'a', FilterExpression: null }, 'Filter Expression is empty'],
  ['CreateGroup', { GroupName: 'a', FilterExpression: ' \n' }, 'Filter Expression is empty'],
  ['CreateGroup', { ...GROUP, FilterExpression: 'fault AND' }, 'expected a condition at 9'],
  ['CreateGroup', { ...GROUP, GroupName: 'Default' }, 'Default already exists'],
  ['CreateGroup', { ...GROUP, GroupName: 'known' }, 'known already exists'],
  [
    'CreateGroup',
    { ...GROUP, InsightsConfiguration: { NotificationsEnabled: true } },
    'Notifications cannot be enabled without insights',
  ],
  ['UpdateGroup', { GroupName: 'known' }, 'Filter Expression is empty'],
  [
    'UpdateGroup',
    { GroupName: 'known', GroupARN: 'x', FilterExpression: 'ok' },
    'Request cannot contain both group name and group ARN',
  ],
  ['UpdateGroup', { GroupName: 'none', FilterExpression: 'ok' }, 'Group not found'],
  [
    'UpdateGroup',
    { GroupName: 'known', FilterExpression: 'fault AND' },
    'expected a condition at 9',
  ],
  [
    'UpdateGroup',
    { GroupName: 'Default', FilterExpression: 'ok' },
    'The default group cannot be changed',
  ],
  ['GetGroup', {}, 'Request must contain either group name or group ARN'],
  [
    'GetGroup',
    { GroupName: 'a', GroupARN: 'b' },
    'Request cannot contain both group name and group ARN',
  ],
  ['GetGroup', { GroupName: 'none' }, 'Group not found'],
  ['GetGroup', { GroupARN: 'nonsense' }, 'Group not found'],
  ['GetGroup', { GroupARN: `${ARN}:group/known` }, 'Group not found'],
  ['GetGroup', { GroupARN: `${ARN}:group/known/${'A'.repeat(52)}` }, 'Group not found'],
  ['DeleteGroup', { GroupName: 'none' }, 'Group not found'],
  ['DeleteGroup', { GroupName: 'Default' }, 'The default group cannot be deleted'],
  ['Groups', { NextToken: 'x' }, 'Next Token not supported'],
  [
    'CreateSamplingRule',
    { SamplingRule: { ...RULE, RuleARN: `${ARN}:sampling-rule/x` } },
    'Request cannot contain both sampling rule name and sampling rule ARN',
  ],
  [
    'CreateSamplingRule',
    { SamplingRule: { ...RULE, RuleName: null } },
    'Request must contain either sampling rule name or sampling rule ARN',
  ],
  [
    'CreateSamplingRule',
    { SamplingRule: { ...RULE, RuleName: null, RuleARN: 'nonsense' } },
    'Invalid sampling rule ARN: nonsense',
  ],
  [
    'CreateSamplingRule',
    { SamplingRule: { ...RULE, Version: 2 } },
    'Sampling rule version must be 1',
  ],
  ['CreateSamplingRule', { SamplingRule: RULE }, 'Sampling rule already exists'],
  [
    'CreateSamplingRule',
    { SamplingRule: { ...RULE, RuleName: 'Default' } },
    'Sampling rule already exists',
  ],
  [
    'CreateSamplingRule',
    {
      SamplingRule: {
        ...RULE,
        RuleName: 'x',
        SamplingRateBoost: { MaxRate: 1, CooldownWindowMinutes: 0 },
      },
    },
    'CooldownWindowMinutes must be at least 1',
  ],
  [
    'UpdateSamplingRule',
    { SamplingRuleUpdate: { RuleName: 'none', Priority: 1 } },
    'Sampling rule does not exist',
  ],
  [
    'UpdateSamplingRule',
    { SamplingRuleUpdate: { RuleName: 'Default', Priority: 1 } },
    'Invalid update request for default sampling rule',
  ],
  [
    'UpdateSamplingRule',
    {
      SamplingRuleUpdate: {
        RuleName: 'Default',
        SamplingRateBoost: { MaxRate: 1, CooldownWindowMinutes: 1 },
      },
    },
    'Invalid update request for default sampling rule',
  ],
  ['DeleteSamplingRule', { RuleName: 'none' }, 'Sampling rule does not exist'],
  ['DeleteSamplingRule', { RuleName: 'Default' }, 'The default sampling rule cannot be deleted'],
  ['GetSamplingRules', { NextToken: 'x' }, 'Invalid token x'],
  ['SamplingStatisticSummaries', { NextToken: 'x' }, 'Invalid token x'],
  ['GetIndexingRules', { NextToken: 'x' }, 'Invalid token x'],
  ['ListResourcePolicies', { NextToken: 'x' }, 'NextToken is currently not supported'],
  [
    'TagResource',
    {
      ResourceARN: `${ARN}:sampling-rule/shop`,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
    },
    'Duplicate tag key: a',
  ],
  [
    'TagResource',
    { ResourceARN: `${ARN}:sampling-rule/shop`, Tags: [{ Key: 'aws:x', Value: '' }] },
    'Tag keys cannot start with aws: aws:x',
  ],
  [
    'TagResource',
    { ResourceARN: `${ARN}:sampling-rule/shop`, Tags: [{ Key: 'a?', Value: '' }] },
    'Tag key has a character that is not allowed: a?',
  ],
  ['DeleteResourcePolicy', { PolicyName: 'none' }, 'The resource policy none does not exist.'],
  ['PutEncryptionConfig', { Type: 'KMS' }, 'KeyId is required when the encryption type is KMS'],
  [
    'UpdateIndexingRule',
    { Name: 'Default', Rule: {} },
    'Rule must have exactly one member: Probabilistic',
  ],
  [
    'UpdateIndexingRule',
    { Name: 'Default', Rule: { Probabilistic: { DesiredSamplingPercentage: 101 } } },
    'DesiredSamplingPercentage must be between 0 and 100',
  ],
])('%s %j: %s', async (path, input, message) => {
  const { ask, call } = api()
  await call('CreateGroup', { ...GROUP, GroupName: 'known' })
  await call('CreateSamplingRule', { SamplingRule: RULE })
  expect(await ask(path, input)).toEqual(refusal(message))
})

test.each([
  ['TagResource', { Tags: [] }],
  ['UntagResource', { TagKeys: [] }],
  ['ListTagsForResource', {}],
])('%s of what does not exist', async (path, input) => {
  const { ask } = api()
  for (const ResourceARN of [
    'nonsense',
    `${ARN}:group/none/${'A'.repeat(52)}`,
    `${ARN}:sampling-rule/none`,
    'arn:aws:xray:eu-west-1:000000000000:sampling-rule/Default',
    'arn:aws:xray:us-east-1:111122223333:sampling-rule/Default',
  ]) {
    expect(await ask(path, { ...input, ResourceARN })).toEqual({
      status: 404,
      type: 'ResourceNotFoundException',
      body: { Message: `Resource ${ResourceARN} not found`, ResourceName: ResourceARN },
    })
  }
})

test('an indexing rule of another name', async () => {
  const Rule = { Probabilistic: { DesiredSamplingPercentage: 5 } }
  expect(await api().ask('UpdateIndexingRule', { Name: 'Other', Rule })).toEqual({
    status: 404,
    type: 'ResourceNotFoundException',
    body: { Message: 'Indexing rule Other not found', ResourceName: 'Other' },
  })
})

test.each<[string, unknown]>([
  ['CreateGroup', { ...GROUP, InsightsConfiguration: { InsightsEnabled: 'yes' } }],
  ['CreateGroup', { ...GROUP, Tags: {} }],
  ['CreateSamplingRule', { SamplingRule: { ...RULE, Priority: '1' } }],
  ['CreateSamplingRule', { SamplingRule: { ...RULE, Priority: 1.5 } }],
  ['CreateSamplingRule', { SamplingRule: { ...RULE, Attributes: [] } }],
  ['PutResourcePolicy', { PolicyName: 'a', PolicyDocument: {} }],
  ['UpdateIndexingRule', { Name: 'Default', Rule: { Probabilistic: 5 } }],
])('%s %j has a wrong type', async (path, input) => {
  expect(await api().ask(path, input as object)).toMatchObject({
    status: 400,
    type: 'SerializationException',
  })
})

test('the life of a group', async () => {
  const { ask, call } = api()
  const made = await call('CreateGroup', {
    ...GROUP,
    InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: true },
    Tags: [{ Key: 'team', Value: 'shop' }],
  })
  const arn = (made['Group'] as Record<string, string>)['GroupARN'] ?? ''
  expect(arn).toMatch(/^arn:aws:xray:us-east-1:000000000000:group\/faults\/[A-Z2-7]{52}$/)
  const group = {
    GroupName: 'faults',
    GroupARN: arn,
    FilterExpression: 'fault = true',
    InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: true },
  }
  expect(made).toEqual({ Group: group })
  expect(await call('GetGroup', { GroupARN: arn })).toEqual({ Group: group })
  expect(await call('ListTagsForResource', { ResourceARN: arn, NextToken: 'any' })).toEqual({
    Tags: [{ Key: 'team', Value: 'shop' }],
    NextToken: null,
  })
  const changed = { ...group, FilterExpression: 'error' }
  expect(await call('UpdateGroup', { GroupARN: arn, FilterExpression: 'error' })).toEqual({
    Group: changed,
  })
  const quiet = { InsightsEnabled: false, NotificationsEnabled: false }
  expect(
    await call('UpdateGroup', {
      GroupName: 'faults',
      FilterExpression: 'error',
      InsightsConfiguration: { InsightsEnabled: false },
    }),
  ).toEqual({ Group: { ...changed, InsightsConfiguration: quiet } })
  await call('CreateGroup', { ...GROUP, GroupName: 'a' })
  const { Groups } = (await call('Groups')) as unknown as { Groups: { GroupName: string }[] }
  expect(Groups.map(({ GroupName }) => GroupName)).toEqual(['Default', 'a', 'faults'])
  expect(Groups[0]).toEqual({
    GroupName: 'Default',
    GroupARN: `${ARN}:group/Default`,
    FilterExpression: null,
    InsightsConfiguration: quiet,
  })
  expect(await call('DeleteGroup', { GroupARN: arn })).toEqual({})
  expect(await ask('GetGroup', { GroupName: 'faults' })).toEqual(refusal('Group not found'))
  const again = await call('CreateGroup', GROUP)
  expect((again['Group'] as Record<string, string>)['GroupARN']).not.toBe(arn)
  expect(await ask('ListTagsForResource', { ResourceARN: arn })).toMatchObject({ status: 404 })
})

test('25 groups, the group of all traces not counted', async () => {
  const { ask, call } = api()
  for (let n = 0; n < 25; n += 1) await call('CreateGroup', { ...GROUP, GroupName: `g${n}` })
  expect(await ask('CreateGroup', GROUP)).toEqual(refusal('Group limit exceeded: 25'))
  await call('DeleteGroup', { GroupName: 'g0' })
  await call('CreateGroup', GROUP)
})

const DEFAULT_RECORD = {
  SamplingRule: {
    RuleName: 'Default',
    RuleARN: `${ARN}:sampling-rule/Default`,
    ResourceARN: '*',
    Priority: 10_000,
    FixedRate: 0.05,
    ReservoirSize: 1,
    ServiceName: '*',
    ServiceType: '*',
    Host: '*',
    HTTPMethod: '*',
    URLPath: '*',
    Version: 1,
    Attributes: {},
    SamplingRateBoost: null,
  },
  CreatedAt: 0,
  ModifiedAt: 0,
}

test('the life of a sampling rule', async () => {
  const { call, clock } = api()
  const none = { SamplingStatisticsDocuments: [] }
  const lastModification = async () => (await call('SamplingTargets', none))['LastRuleModification']
  expect(await call('GetSamplingRules')).toEqual({
    SamplingRuleRecords: [DEFAULT_RECORD],
    NextToken: null,
  })
  expect(await lastModification()).toBe(0)
  const boost = { MaxRate: 0.05, CooldownWindowMinutes: 3 }
  const record = {
    SamplingRule: {
      ...RULE,
      RuleARN: `${ARN}:sampling-rule/shop`,
      Attributes: {},
      SamplingRateBoost: boost,
    },
    CreatedAt: 1_795_388_400,
    ModifiedAt: 1_795_388_400,
  }
  const SamplingRule = { ...RULE, SamplingRateBoost: boost }
  expect(await call('CreateSamplingRule', { SamplingRule })).toEqual({ SamplingRuleRecord: record })
  expect(await lastModification()).toBe(1_795_388_400)
  clock.now += 60n * SECOND
  const changed = {
    ...record,
    SamplingRule: {
      ...record.SamplingRule,
      FixedRate: 0,
      Attributes: { k: 'v' },
      SamplingRateBoost: null,
    },
    ModifiedAt: 1_795_388_460,
  }
  const update = { RuleARN: `${ARN}:sampling-rule/shop`, FixedRate: 0, Attributes: { k: 'v' } }
  expect(await call('UpdateSamplingRule', { SamplingRuleUpdate: update })).toEqual({
    SamplingRuleRecord: changed,
  })
  expect(await lastModification()).toBe(1_795_388_460)
  clock.now += 60n * SECOND
  const edited = {
    ...DEFAULT_RECORD,
    SamplingRule: { ...DEFAULT_RECORD.SamplingRule, FixedRate: 0.5, ReservoirSize: 0 },
    ModifiedAt: 1_795_388_520,
  }
  expect(
    await call('UpdateSamplingRule', {
      SamplingRuleUpdate: { RuleName: 'Default', FixedRate: 0.5, ReservoirSize: 0 },
    }),
  ).toEqual({ SamplingRuleRecord: edited })
  const byArn = { ...RULE, RuleName: undefined, RuleARN: 'arn:aws:xray:us-east-1::sampling-rule/Z' }
  await call('CreateSamplingRule', { SamplingRule: byArn })
  const { SamplingRuleRecords: all } = (await call('GetSamplingRules')) as unknown as {
    SamplingRuleRecords: (typeof DEFAULT_RECORD)[]
  }
  expect(all.map((each) => each.SamplingRule.RuleName)).toEqual(['Z', 'shop', 'Default'])
  expect(all.slice(1)).toEqual([changed, edited])
  clock.now += 60n * SECOND
  expect(await call('DeleteSamplingRule', { RuleName: 'shop' })).toEqual({
    SamplingRuleRecord: changed,
  })
  expect(await lastModification()).toBe(1_795_388_580)
})

test('25 rules, Default not counted', async () => {
  const { ask, call } = api()
  await call('UpdateSamplingRule', { SamplingRuleUpdate: { RuleName: 'Default', FixedRate: 1 } })
  const named = (RuleName: string) => ({ SamplingRule: { ...RULE, RuleName } })
  for (let n = 0; n < 25; n += 1) await call('CreateSamplingRule', named(`r${n}`))
  expect(await ask('CreateSamplingRule', named('more'))).toEqual(
    refusal('Sampling rule limit exceeded: 25', 'RuleLimitExceededException'),
  )
  expect(await ask('CreateSamplingRule', named('r0'))).toEqual(
    refusal('Sampling rule already exists'),
  )
})

function statistics(RuleName: string, client: string, RequestCount = 100) {
  return {
    RuleName,
    ClientID: client.repeat(24),
    Timestamp: 1_795_388_400,
    RequestCount,
    SampledCount: 2,
    BorrowCount: 1,
  }
}

test('targets and statistics of all rules', async () => {
  const { call, clock } = api()
  expect(await call('SamplingStatisticSummaries')).toEqual({
    SamplingStatisticSummaries: [],
    NextToken: null,
  })
  await call('CreateSamplingRule', { SamplingRule: RULE })
  await call('CreateSamplingRule', { SamplingRule: { ...RULE, RuleName: 'idle' } })
  const reports = {
    SamplingStatisticsDocuments: [
      statistics('shop', 'a'),
      statistics('Default', 'a'),
      statistics('gone', 'a'),
      statistics('shop', 'b'),
    ],
    SamplingBoostStatisticsDocuments: [],
  }
  const answer = (quotas: readonly number[], ReservoirQuotaTTL: number) => ({
    SamplingTargetDocuments: [
      { RuleName: 'shop', FixedRate: 0.1, ReservoirQuota: quotas[0] },
      { RuleName: 'Default', FixedRate: 0.05, ReservoirQuota: quotas[1] },
      { RuleName: 'shop', FixedRate: 0.1, ReservoirQuota: quotas[2] },
    ].map((target) => ({ ...target, ReservoirQuotaTTL, Interval: 10, SamplingBoost: null })),
    // The whole second after the second rule was made, a nanosecond after the first.
    LastRuleModification: 1_795_388_401,
    UnprocessedStatistics: [{ RuleName: 'gone', ErrorCode: '400', Message: 'Unknown rule' }],
    UnprocessedBoostStatistics: [],
  })
  expect(await call('SamplingTargets', reports)).toEqual(answer([1, 1, 1], 1_795_388_700))
  clock.now += 10n * SECOND
  expect(await call('SamplingTargets', reports)).toEqual(answer([3, 1, 2], 1_795_388_710))
  clock.now += 10n * SECOND
  const sums = (Timestamp: number) =>
    [
      { RuleName: 'idle', RequestCount: 0, BorrowCount: 0, SampledCount: 0 },
      { RuleName: 'shop', RequestCount: 200, BorrowCount: 2, SampledCount: 4 },
      { RuleName: 'Default', RequestCount: 100, BorrowCount: 1, SampledCount: 2 },
    ].map((summary) => ({ ...summary, Timestamp }))
  expect(await call('SamplingStatisticSummaries')).toEqual({
    SamplingStatisticSummaries: [...sums(1_795_388_400), ...sums(1_795_388_410)],
    NextToken: null,
  })
})

test('a client may report 25 rules and Default at once', async () => {
  const { ask, call } = api()
  const names = Array.from({ length: 25 }, (_, index) => `r${index}`)
  for (const RuleName of names)
    await call('CreateSamplingRule', { SamplingRule: { ...RULE, RuleName } })
  const all = [...names, 'Default'].map((name) => statistics(name, 'a', 0))
  const { SamplingTargetDocuments: targets } = await call('SamplingTargets', {
    SamplingStatisticsDocuments: all,
  })
  expect(targets).toHaveLength(26)
  const more = { SamplingStatisticsDocuments: [...all, statistics('Default', 'b')] }
  expect((await ask('SamplingTargets', more)).status).toBe(400)
})

test('a change within a second is newer than a fetch of rules within it', async () => {
  const { call, clock } = api()
  clock.now += SECOND / 2n
  const fetchedAt = Math.floor(Number(clock.now / SECOND))
  await call('CreateSamplingRule', { SamplingRule: RULE })
  const { LastRuleModification } = await call('SamplingTargets', {
    SamplingStatisticsDocuments: [],
  })
  // The X-Ray SDKs for Python and Go cut off what is less than a second.
  expect(Math.floor(Number(LastRuleModification))).toBeGreaterThan(fetchedAt)
})

test('anomalies raise the rate of a rule that allows it', async () => {
  const { call, clock } = api()
  const SamplingRateBoost = { MaxRate: 0.5, CooldownWindowMinutes: 1 }
  const shop = { ...RULE, FixedRate: 0.05, SamplingRateBoost }
  await call('CreateSamplingRule', { SamplingRule: shop })
  const report = (RuleName: string) => ({
    RuleName,
    ServiceName: 'shop-1',
    Timestamp: 1_795_388_400,
    AnomalyCount: 90,
    TotalCount: 100,
    SampledAnomalyCount: 5,
  })
  const ask = async () => {
    const answer = await call('SamplingTargets', {
      SamplingStatisticsDocuments: [statistics('shop', 'a')],
      SamplingBoostStatisticsDocuments: [report('shop'), report('gone'), report('Default')],
    })
    expect(answer['UnprocessedBoostStatistics']).toEqual([
      { RuleName: 'gone', ErrorCode: '400', Message: 'Unknown rule' },
    ])
    return (answer['SamplingTargetDocuments'] as { SamplingBoost: unknown }[])[0]?.SamplingBoost
  }
  expect(await ask()).toBeNull()
  clock.now += 10n * SECOND
  expect(await ask()).toEqual({
    BoostRate: expect.closeTo(0.131, 6),
    BoostRateTTL: 1_795_388_430,
  })
})

test('tags are added, replaced, removed, and at most 50', async () => {
  const { ask, call } = api()
  await call('CreateSamplingRule', { SamplingRule: RULE, Tags: [{ Key: 'a', Value: '1' }] })
  const ResourceARN = `${ARN}:sampling-rule/shop`
  const tags = async () => (await call('ListTagsForResource', { ResourceARN }))['Tags']
  const odd = { Key: 'Größe _.:/=+-@', Value: '' }
  expect(await call('TagResource', { ResourceARN, Tags: [{ Key: 'a', Value: '2' }, odd] })).toEqual(
    {},
  )
  expect(await tags()).toEqual([{ Key: 'a', Value: '2' }, odd])
  expect(await call('UntagResource', { ResourceARN, TagKeys: ['a', 'unknown'] })).toEqual({})
  expect(await tags()).toEqual([odd])
  const many = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: 'v' }))
  expect(await ask('TagResource', { ResourceARN, Tags: many })).toEqual({
    status: 400,
    type: 'TooManyTagsException',
    body: { Message: 'A resource can have at most 50 tags', ResourceName: ResourceARN },
  })
  await call('TagResource', { ResourceARN, Tags: many.slice(1) })
  await call('UpdateSamplingRule', { SamplingRuleUpdate: { RuleName: 'shop', Priority: 2 } })
  expect(await tags()).toHaveLength(50)
  for (const arn of [`${ARN}:group/Default`, `${ARN}:sampling-rule/Default`]) {
    await call('TagResource', { ResourceARN: arn, Tags: [odd] })
    expect(await call('ListTagsForResource', { ResourceARN: arn })).toMatchObject({ Tags: [odd] })
  }
  expect(await call('GetSamplingRules')).toMatchObject({
    SamplingRuleRecords: [{}, DEFAULT_RECORD],
  })
  expect(await call('Groups')).toMatchObject({ Groups: [{ GroupName: 'Default' }] })
})

test('the revisions of a resource policy', async () => {
  const { ask, call } = api()
  const policy = (PolicyRevisionId: string) => ({
    ResourcePolicy: {
      ...POLICY,
      PolicyRevisionId,
      LastUpdatedTime: expect.closeTo(1_795_388_400, 3),
    },
  })
  const put = (PolicyRevisionId?: string) =>
    ask('PutResourcePolicy', { ...POLICY, PolicyRevisionId })
  const stale = (what: string) =>
    refusal(
      `Another concurrent request has ${what} the resource policy sns`,
      'InvalidPolicyRevisionIdException',
    )
  expect(await put('1')).toEqual(stale('modified'))
  expect((await put('0')).body).toEqual(policy('1'))
  expect(await put('0')).toEqual(stale('modified'))
  expect((await put()).body).toEqual(policy('2'))
  expect(await put('1')).toEqual(stale('modified'))
  expect((await put('2')).body).toEqual(policy('3'))
  expect(await call('ListResourcePolicies')).toEqual({
    ResourcePolicies: [policy('3').ResourcePolicy],
    NextToken: null,
  })
  const remove = (PolicyRevisionId: string) =>
    ask('DeleteResourcePolicy', { PolicyName: 'sns', PolicyRevisionId })
  expect(await remove('2')).toEqual(stale('modified or deleted'))
  expect(await remove('3')).toEqual({ status: 200, type: null, body: {} })
  expect((await put('0')).body).toEqual(policy('1'))
})

test('five resource policies', async () => {
  const { ask, call } = api()
  for (const PolicyName of ['a', 'b', 'c', 'd', 'e']) {
    await call('PutResourcePolicy', { ...POLICY, PolicyName })
  }
  expect(await ask('PutResourcePolicy', POLICY)).toEqual(
    refusal('Resource policy limit exceeded: 5', 'PolicyCountLimitExceededException'),
  )
  await call('PutResourcePolicy', { ...POLICY, PolicyName: 'a' })
})

test.each<[string, unknown, string]>([
  ['not JSON', '{', 'MalformedPolicyDocumentException'],
  ['empty', '', 'MalformedPolicyDocumentException'],
  ['a list', [], 'MalformedPolicyDocumentException'],
  ['no statement', { Version: '2012-10-17' }, 'MalformedPolicyDocumentException'],
  ['no statements', { Statement: [] }, 'MalformedPolicyDocumentException'],
  ['another version', { Version: '1', Statement: {} }, 'MalformedPolicyDocumentException'],
  [
    'an unknown effect',
    { Statement: { Effect: 'Maybe', Principal: '*', Action: '*', Resource: '*' } },
    'MalformedPolicyDocumentException',
  ],
  [
    'no action',
    { Statement: { Effect: 'Allow', Principal: '*', Resource: '*' } },
    'MalformedPolicyDocumentException',
  ],
  [
    'an odd action',
    { Statement: { Effect: 'Allow', Principal: '*', Action: 'put', Resource: '*' } },
    'MalformedPolicyDocumentException',
  ],
  [
    'an odd principal',
    { Statement: { Effect: 'Allow', Principal: { X: '*' }, Action: '*', Resource: '*' } },
    'MalformedPolicyDocumentException',
  ],
  ['too large', { Statement: 'x'.repeat(5120) }, 'PolicySizeLimitExceededException'],
  ['a lock-out', DENY_ALL, 'LockoutPreventionException'],
  [
    'a lock-out by account',
    {
      Statement: {
        Effect: 'Deny',
        Principal: { AWS: ['arn:aws:iam::000000000000:root'] },
        Action: ['xray:Put*'],
        Resource: '*',
      },
    },
    'LockoutPreventionException',
  ],
])('a policy document that is %s', async (_what, document, type) => {
  const PolicyDocument = typeof document === 'string' ? document : JSON.stringify(document)
  expect(await api().ask('PutResourcePolicy', { PolicyName: 'a', PolicyDocument })).toMatchObject({
    status: 400,
    type,
    body: { Message: expect.any(String) },
  })
})

test('a lock-out may be wanted, and other denials are none', async () => {
  const { call } = api()
  const bypass = { PolicyName: 'a', PolicyDocument: DENY_ALL, BypassPolicyLockoutCheck: true }
  await call('PutResourcePolicy', bypass)
  const other = { Effect: 'Deny', Principal: { AWS: '111122223333' }, Action: '*', Resource: '*' }
  const PolicyDocument = JSON.stringify({ Statement: [other] })
  await call('PutResourcePolicy', { PolicyName: 'b', PolicyDocument })
})

test('encryption is UPDATING, then ACTIVE', async () => {
  const { call, clock } = api()
  const config = (Type: string, KeyId: string | null, Status: string) => ({
    EncryptionConfig: { KeyId, Status, Type },
  })
  expect(await call('EncryptionConfig')).toEqual(config('NONE', null, 'ACTIVE'))
  const key = 'arn:aws:kms:us-east-1:000000000000:alias/aws/xray'
  const alias = { Type: 'KMS', KeyId: 'alias/aws/xray' }
  expect(await call('PutEncryptionConfig', alias)).toEqual(config('KMS', key, 'UPDATING'))
  expect(await call('EncryptionConfig')).toEqual(config('KMS', key, 'UPDATING'))
  clock.now += SECOND
  expect(await call('EncryptionConfig')).toEqual(config('KMS', key, 'ACTIVE'))
  expect(await call('PutEncryptionConfig', { Type: 'KMS', KeyId: '1234-abcd' })).toEqual(
    config('KMS', 'arn:aws:kms:us-east-1:000000000000:key/1234-abcd', 'UPDATING'),
  )
  expect(await call('PutEncryptionConfig', { Type: 'NONE', KeyId: 'ignored' })).toEqual(
    config('NONE', null, 'UPDATING'),
  )
})

test('the destination is PENDING, then ACTIVE', async () => {
  const { ask, call, clock } = api()
  const answer = (Destination: string, Status: string) => ({ Destination, Status })
  expect(await call('GetTraceSegmentDestination')).toEqual(answer('XRay', 'ACTIVE'))
  const logs = { Destination: 'CloudWatchLogs' }
  expect(await call('UpdateTraceSegmentDestination', logs)).toEqual(
    answer('CloudWatchLogs', 'PENDING'),
  )
  expect(await call('GetTraceSegmentDestination')).toEqual(answer('CloudWatchLogs', 'PENDING'))
  clock.now += SECOND
  expect(await call('UpdateTraceSegmentDestination')).toEqual(answer('CloudWatchLogs', 'ACTIVE'))
  // Terraform's provider (internal/service/xray/trace_segment_destination.go) goes by this text.
  expect(await ask('UpdateTraceSegmentDestination', logs)).toEqual(
    refusal('The destination is already set to CloudWatchLogs'),
  )
})

test('the indexing rule', async () => {
  const { call } = api()
  const rule = (DesiredSamplingPercentage: number, ModifiedAt: number) => ({
    Name: 'Default',
    ModifiedAt,
    Rule: { Probabilistic: { DesiredSamplingPercentage, ActualSamplingPercentage: 100 } },
  })
  expect(await call('GetIndexingRules')).toEqual({ IndexingRules: [rule(1, 0)], NextToken: null })
  const Rule = { Probabilistic: { DesiredSamplingPercentage: 5 } }
  const changed = rule(5, 1_795_388_400)
  expect(await call('UpdateIndexingRule', { Name: 'Default', Rule })).toEqual({
    IndexingRule: changed,
  })
  expect(await call('GetIndexingRules')).toMatchObject({ IndexingRules: [changed] })
})

test('settings are the same whoever signs, and ARNs tell where a thing was made', async () => {
  const { ask, call } = api()
  const china = 'arn:aws-cn:xray:cn-north-1:000000000000'
  const made = await ask('CreateGroup', GROUP, 'cn-north-1')
  expect(made.body['Group']).toMatchObject({
    GroupARN: expect.stringMatching(new RegExp(`^${china}:group/faults/[A-Z2-7]{52}$`)),
  })
  expect(await call('GetGroup', { GroupName: 'faults' })).toEqual(made.body)
  expect(await ask('CreateGroup', GROUP, 'eu-west-1')).toEqual(refusal('faults already exists'))
  const { GroupARN } = made.body['Group'] as { GroupARN: string }
  expect(await call('GetGroup', { GroupARN })).toEqual(made.body)
  const elsewhere = GroupARN.replace(china, ARN)
  expect(await ask('GetGroup', { GroupARN: elsewhere })).toEqual(refusal('Group not found'))
  expect(await ask('DeleteGroup', { GroupARN: elsewhere })).toEqual(refusal('Group not found'))

  const rule = await ask('CreateSamplingRule', { SamplingRule: RULE }, 'cn-north-1')
  const { SamplingRule } = rule.body['SamplingRuleRecord'] as { SamplingRule: Body }
  const { RuleName: name, RuleARN } = SamplingRule
  expect(RuleARN).toBe(`${china}:sampling-rule/${name}`)
  const { SamplingRuleRecords } = await call('GetSamplingRules')
  expect(SamplingRuleRecords).toMatchObject([
    { SamplingRule: { RuleARN } },
    { SamplingRule: { RuleARN: `${ARN}:sampling-rule/Default` } },
  ])
  expect(await call('ListTagsForResource', { ResourceARN: RuleARN })).toMatchObject({ Tags: [] })
  const change = { SamplingRuleUpdate: { RuleARN: `${ARN}:sampling-rule/${name}`, FixedRate: 1 } }
  expect(await ask('UpdateSamplingRule', change)).toEqual(refusal('Sampling rule does not exist'))
  const groups = await ask('Groups', {}, 'eu-west-1')
  expect(groups.body['Groups']).toMatchObject([
    { GroupARN: 'arn:aws:xray:eu-west-1:000000000000:group/Default' },
    { GroupARN },
  ])
})

test('a rule is made by an ARN of the account and region of whoever asks', async () => {
  const { ask, call } = api()
  const { RuleName: _, ...rest } = RULE
  const make = (RuleARN: string) => ({ SamplingRule: { ...rest, RuleARN } })
  const foreign = 'arn:aws:xray:eu-west-1:000000000000:sampling-rule/other'
  expect(await ask('CreateSamplingRule', make(foreign))).toEqual(
    refusal(`Invalid sampling rule ARN: ${foreign}`),
  )
  expect((await ask('CreateSamplingRule', make(foreign), 'eu-west-1')).status).toBe(200)
  const short = 'arn:aws:xray:us-east-1::sampling-rule/short'
  await call('CreateSamplingRule', make(short))
  expect((await ask('DeleteSamplingRule', { RuleARN: short })).status).toBe(200)
})

test('all clients share a reservoir, whoever signs', async () => {
  const { ask } = api()
  await ask('CreateSamplingRule', { SamplingRule: { ...RULE, ReservoirSize: 3 } })
  const report = async (client: string, region: string) => {
    const statistics = {
      RuleName: RULE.RuleName,
      ClientID: client.repeat(24),
      Timestamp: 1_795_388_400,
      RequestCount: 500,
      SampledCount: 5,
    }
    const input = { SamplingStatisticsDocuments: [statistics] }
    return (await ask('SamplingTargets', input, region)).body['SamplingTargetDocuments']
  }
  expect(await report('a', 'us-east-1')).toMatchObject([{ ReservoirQuota: 1 }])
  expect(await report('a', 'us-east-1')).toMatchObject([{ ReservoirQuota: 3 }])
  expect(await report('b', 'eu-west-1')).toMatchObject([{ ReservoirQuota: 0 }])
})

test('what an older version kept for other regions is there, with the ARNs it had', async () => {
  const { call } = api([
    {
      account: '111122223333',
      region: 'eu-west-1',
      kind: 'group',
      key: 'slow',
      version: 1n,
      deleted: false,
      document: JSON.stringify({
        name: 'slow',
        id: 'A'.repeat(52),
        filterExpression: 'duration > 5',
        insightsEnabled: false,
        notificationsEnabled: false,
        filterSince: '1',
        tags: { team: 'shop' },
      }),
    },
    {
      account: '111122223333',
      region: 'eu-west-1',
      kind: 'sampling-rule',
      key: 'checkout',
      version: 2n,
      deleted: false,
      document: JSON.stringify({
        name: 'checkout',
        priority: 10,
        fixedRate: 0.5,
        reservoirSize: 3,
        serviceName: 'shop',
        serviceType: '*',
        host: '*',
        httpMethod: 'POST',
        urlPath: '/checkout*',
        resourceArn: '*',
        attributes: {},
        boost: null,
        created: '1000000000',
        modified: '2000000000',
        tags: {},
      }),
    },
  ])
  const arn = 'arn:aws:xray:eu-west-1:111122223333'
  const ResourceARN = `${arn}:group/slow/${'A'.repeat(52)}`
  expect((await call('Groups'))['Groups']).toMatchObject([
    { GroupName: 'Default' },
    { GroupName: 'slow', GroupARN: ResourceARN, FilterExpression: 'duration > 5' },
  ])
  expect((await call('GetSamplingRules'))['SamplingRuleRecords']).toMatchObject([
    { SamplingRule: { RuleName: 'checkout', RuleARN: `${arn}:sampling-rule/checkout` } },
    { SamplingRule: { RuleName: 'Default' } },
  ])
  await call('TagResource', { ResourceARN, Tags: [{ Key: 'stage', Value: 'test' }] })
  expect((await call('ListTagsForResource', { ResourceARN }))['Tags']).toEqual([
    { Key: 'team', Value: 'shop' },
    { Key: 'stage', Value: 'test' },
  ])
})

test('a store that is away: what is known is answered, changes are not', async () => {
  const { ask, call, medium } = api()
  await call('CreateGroup', GROUP)
  medium.isAway = true
  expect((await ask('CreateGroup', { ...GROUP, GroupName: 'b' })).status).toBe(503)
  expect((await ask('GetGroup', { GroupName: 'faults' })).status).toBe(200)
  expect((await ask('GetSamplingRules')).status).toBe(200)
})
