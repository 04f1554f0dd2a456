import {
  type Expectation,
  invalid,
  refuses,
  succeeds,
  takenOrInvalid,
  type Unsendable,
} from './case.ts'
import type { Body } from './client.ts'

/**
 * What the chapters 6.2 to 6.8 of xray-behaviour ask of each member of each request, written down from there:
 * `constraint-cases.ts` makes cases of it, and a test holds the descriptions of the inputs to it.
 */
export type Constrained = {
  readonly operation: string
  readonly chapter: string
  /** A request that keeps every constraint and has every member of `members`. */
  readonly base: Body
  /** What `base` gets, and so does everything that keeps the constraints. */
  readonly answer: Expectation
  readonly members: Readonly<Record<string, Member>>
  /** A member of `base` that these clients do not know. */
  readonly unsendable?: Unsendable & { readonly member: string }
}

export type Member = {
  readonly shape: Shape
  readonly required: boolean
  /** What a value at the bound gets where that differs from `answer`, since it breaks a rule of meaning. */
  readonly atBound?: Expectation
  /** What a request without it gets where that differs from `answer`. */
  readonly absent?: Expectation
}

export type Shape =
  | {
      readonly kind: 'text'
      readonly least: number
      readonly most: number
      readonly pattern?: Pattern
    }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'integer' | 'number'; readonly least: number; readonly most: number }
  | { readonly kind: 'list' | 'map'; readonly most: number }
  | { readonly kind: 'boolean' | 'time' | 'structure' }

type Pattern = { readonly good: readonly string[]; readonly bad: readonly string[] }

const ANY = Number.POSITIVE_INFINITY

function text(least = 0, most = ANY, pattern?: Pattern): Member {
  const shape = { kind: 'text', least, most } as const
  return { shape: pattern === undefined ? shape : { ...shape, pattern }, required: false }
}

function oneOf(...values: readonly string[]): Member {
  return { shape: { kind: 'enum', values }, required: false }
}

function integer(least = -ANY, most = ANY): Member {
  return { shape: { kind: 'integer', least, most }, required: false }
}

function number(least = -ANY, most = ANY): Member {
  return { shape: { kind: 'number', least, most }, required: false }
}

function list(most = ANY): Member {
  return { shape: { kind: 'list', most }, required: false }
}

function map(most: number): Member {
  return { shape: { kind: 'map', most }, required: false }
}

function plain(kind: 'boolean' | 'time' | 'structure'): Member {
  return { shape: { kind }, required: false }
}

function needed(member: Member): Member {
  return { ...member, required: true }
}

function or(member: Member, absent: Expectation): Member {
  return { ...member, absent }
}

function but(member: Member, atBound: Expectation): Member {
  return { ...member, atBound }
}

const TRACE_ID = '1-68f00000-111122223333444455556666'
const TIME = 1_760_000_000
const RANGE = { StartTime: TIME, EndTime: TIME + 60 }
const RANGE_MEMBERS = { StartTime: needed(plain('time')), EndTime: needed(plain('time')) }
const GROUP_ARN = 'arn:aws:xray:eu-central-1:000000000000:group/none/AAAA'
const NO_GROUP = invalid('Group not found')
const NO_RULE = invalid('Sampling rule does not exist')
const NO_RESOURCE = refuses('ResourceNotFoundException')
const MALFORMED_ID = invalid(/incorrect id format|InvalidId/)
const NO_TOKEN = invalid(/NextToken|Next Token/)

const INSIGHTS = {
  InsightsConfiguration: plain('structure'),
  'InsightsConfiguration.InsightsEnabled': plain('boolean'),
  'InsightsConfiguration.NotificationsEnabled': plain('boolean'),
}
const INSIGHTS_BASE = { InsightsEnabled: true, NotificationsEnabled: true }

/** More than 50 tags break a rule of meaning (12.5). */
const TAGS = {
  Tags: but(list(200), invalid()),
  'Tags[].Key': needed(text(1, 128)),
  'Tags[].Value': needed(text(0, 256)),
}
const TAGS_BASE = [{ Key: 'team', Value: 'shop' }]

const RULE_MEMBERS = {
  ResourceARN: text(0, 500),
  Priority: integer(1, 9999),
  FixedRate: number(0, 1),
  ReservoirSize: integer(0),
  ServiceName: text(0, 64),
  ServiceType: text(0, 64),
  Host: text(0, 64),
  HTTPMethod: text(0, 10),
  URLPath: text(0, 128),
} as const

/** A cool-down of 0 is refused by meaning (6.8). */
const RULE_REST = {
  Attributes: map(5),
  'Attributes{key}': text(1, 32),
  'Attributes{value}': text(1, 32),
  SamplingRateBoost: plain('structure'),
  'SamplingRateBoost.MaxRate': needed(number(0, 1)),
  'SamplingRateBoost.CooldownWindowMinutes': but(
    needed(integer(0)),
    invalid(/CooldownWindowMinutes/),
  ),
} as const

const RULE = {
  RuleName: 'bounds',
  ResourceARN: '*',
  Priority: 10,
  FixedRate: 0.5,
  ReservoirSize: 1,
  ServiceName: '*',
  ServiceType: '*',
  Host: '*',
  HTTPMethod: '*',
  URLPath: '*',
  Attributes: { tier: 'gold' },
  SamplingRateBoost: { MaxRate: 0.9, CooldownWindowMinutes: 1 },
}

function inside(prefix: string, members: Readonly<Record<string, Member>>): Record<string, Member> {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [`${prefix}.${name}`, member]),
  )
}

function allNeeded(members: Readonly<Record<string, Member>>): Record<string, Member> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, needed(member)]))
}

const POLICY_NAME = text(1, 128, {
  good: ['a', 'aZ9_+=,.@-'],
  bad: ['a b', 'a/b', 'a:b', 'ä'],
})
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: ['xray:PutTraceSegments', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
      Resource: '*',
    },
  ],
})

const ERRORS_OF_NETWORK = [
  'TimeoutCount',
  'ConnectionRefusedCount',
  'HTTPCode4XXCount',
  'HTTPCode5XXCount',
  'UnknownHostCount',
  'OtherCount',
]
const COUNTS_OF_SEGMENTS = [
  'SegmentsReceivedCount',
  'SegmentsSentCount',
  'SegmentsSpilloverCount',
  'SegmentsRejectedCount',
]

function counts(names: readonly string[], prefix: string): Record<string, Member> {
  return Object.fromEntries(names.map((name) => [prefix + name, integer()]))
}

function ones(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, 1]))
}

const BY_NAME = { GroupName: or(text(1, 32), invalid(/group name/)) }
const BY_ARN = { GroupARN: or(text(1, 400), invalid(/group ARN/)) }
/** The guard of 10.1; a text of that length is no expression. */
const FILTER = but(text(0, 2000), takenOrInvalid)
const EXPRESSION = or(FILTER, invalid('Filter Expression is empty'))

function entry(
  operation: string,
  chapter: string,
  base: Body,
  answer: Expectation,
  members: Readonly<Record<string, Member>>,
): Constrained {
  return { operation, chapter, base, answer, members }
}

const INSIGHT_ID = '1b4e28ba-2fa1-41d2-983f-0016d3cca427'
const NO_INSIGHT = invalid(/insight/i)
const INSIGHT = {
  InsightId: needed(
    text(0, ANY, {
      good: [INSIGHT_ID, INSIGHT_ID.toUpperCase()],
      bad: ['', 'x', INSIGHT_ID.replaceAll('-', ''), INSIGHT_ID.replace('41d2', '61d2')],
    }),
  ),
}
const LATELY = {
  StartTime: Math.floor(Date.now() / 1000) - 3600,
  EndTime: Math.floor(Date.now() / 1000),
}

export const CONSTRAINTS: readonly Constrained[] = [
  entry('PutTraceSegments', '4.1', { TraceSegmentDocuments: ['{}'] }, succeeds, {
    TraceSegmentDocuments: needed(list()),
    'TraceSegmentDocuments[]': text(),
  }),
  entry('BatchGetTraces', '6.2', { TraceIds: [TRACE_ID] }, succeeds, {
    TraceIds: needed(list()),
    'TraceIds[]': but(text(1, 35), MALFORMED_ID),
  }),
  entry('BatchGetTraces', '1.4', { TraceIds: [TRACE_ID], NextToken: 'x' }, NO_TOKEN, {
    NextToken: or(text(), succeeds),
  }),
  entry('GetTraceGraph', '6.2', { TraceIds: [TRACE_ID] }, invalid('Trace id not found'), {
    TraceIds: needed(list()),
    'TraceIds[]': but(text(1, 35), MALFORMED_ID),
  }),
  entry('GetTraceGraph', '1.4', { TraceIds: [TRACE_ID], NextToken: 'x' }, NO_TOKEN, {
    NextToken: or(text(), invalid('Trace id not found')),
  }),
  entry(
    'GetTraceSummaries',
    '6.2',
    {
      ...RANGE,
      TimeRangeType: 'Event',
      Sampling: true,
      SamplingStrategy: { Name: 'PartialScan', Value: 0.5 },
      FilterExpression: 'fault',
    },
    succeeds,
    {
      ...RANGE_MEMBERS,
      TimeRangeType: oneOf('TraceId', 'Service', 'Event'),
      Sampling: plain('boolean'),
      SamplingStrategy: plain('structure'),
      'SamplingStrategy.Name': oneOf('PartialScan', 'FixedRate'),
      'SamplingStrategy.Value': number(),
      FilterExpression: FILTER,
    },
  ),
  entry('GetTraceSummaries', '1.4', { ...RANGE, NextToken: 'x' }, invalid('Invalid token x'), {
    NextToken: or(text(), succeeds),
  }),
  entry('GetServiceGraph', '6.2', { ...RANGE, GroupName: 'none' }, invalid('Group not found.'), {
    ...RANGE_MEMBERS,
    GroupName: or(text(1, 32), succeeds),
  }),
  entry('GetServiceGraph', '6.3', { ...RANGE, GroupARN: GROUP_ARN }, invalid('Group not found.'), {
    GroupARN: or(text(1, 400), succeeds),
  }),
  entry('GetServiceGraph', '1.4', { ...RANGE, NextToken: 'x' }, NO_TOKEN, {
    NextToken: or(text(), succeeds),
  }),
  entry(
    'CreateGroup',
    '6.3',
    {
      GroupName: 'bounds',
      FilterExpression: 'fault',
      InsightsConfiguration: INSIGHTS_BASE,
      Tags: TAGS_BASE,
    },
    succeeds,
    {
      GroupName: needed(text(1, 32)),
      FilterExpression: EXPRESSION,
      ...INSIGHTS,
      'InsightsConfiguration.InsightsEnabled': or(plain('boolean'), invalid(/insights/i)),
      ...TAGS,
    },
  ),
  entry(
    'UpdateGroup',
    '6.3',
    { GroupName: 'none', FilterExpression: 'fault', InsightsConfiguration: INSIGHTS_BASE },
    NO_GROUP,
    { ...BY_NAME, FilterExpression: EXPRESSION, ...INSIGHTS },
  ),
  entry('UpdateGroup', '6.3', { GroupARN: GROUP_ARN, FilterExpression: 'fault' }, NO_GROUP, BY_ARN),
  entry('GetGroup', '6.3', { GroupName: 'none' }, NO_GROUP, BY_NAME),
  entry('GetGroup', '6.3', { GroupARN: GROUP_ARN }, NO_GROUP, BY_ARN),
  entry('GetGroups', '1.4', { NextToken: 'x' }, NO_TOKEN, {
    NextToken: or(text(1, 100), succeeds),
  }),
  entry('DeleteGroup', '6.3', { GroupName: 'none' }, NO_GROUP, BY_NAME),
  entry('DeleteGroup', '6.3', { GroupARN: GROUP_ARN }, NO_GROUP, BY_ARN),
  entry(
    'CreateSamplingRule',
    '6.8',
    { SamplingRule: { ...RULE, Version: 1 }, Tags: TAGS_BASE },
    succeeds,
    {
      SamplingRule: needed(plain('structure')),
      'SamplingRule.RuleName': or(text(1, 32), invalid(/sampling rule name/)),
      ...inside('SamplingRule', allNeeded(RULE_MEMBERS)),
      'SamplingRule.Version': needed(integer(1)),
      ...inside('SamplingRule', RULE_REST),
      ...TAGS,
    },
  ),
  entry('UpdateSamplingRule', '6.8', { SamplingRuleUpdate: RULE }, NO_RULE, {
    SamplingRuleUpdate: needed(plain('structure')),
    'SamplingRuleUpdate.RuleName': or(text(1, 32), invalid(/sampling rule name/)),
    ...inside('SamplingRuleUpdate', { ...RULE_MEMBERS, ...RULE_REST }),
  }),
  entry('DeleteSamplingRule', '6.8', { RuleName: 'none' }, NO_RULE, {
    RuleName: or(text(1, 32), invalid(/sampling rule name/)),
  }),
  entry('GetSamplingRules', '1.4', { NextToken: 'x' }, invalid(/token/i), {
    NextToken: or(text(), succeeds),
  }),
  entry(
    'GetSamplingTargets',
    '6.8',
    {
      SamplingStatisticsDocuments: [
        {
          RuleName: 'Default',
          ClientID: 'abcdef0123456789abcdef01',
          Timestamp: TIME,
          RequestCount: 10,
          SampledCount: 2,
          BorrowCount: 1,
        },
      ],
      SamplingBoostStatisticsDocuments: [
        {
          RuleName: 'Default',
          ServiceName: 'shop',
          Timestamp: TIME,
          AnomalyCount: 1,
          TotalCount: 10,
          SampledAnomalyCount: 1,
        },
      ],
    },
    succeeds,
    {
      // 25 in the reference; one more here, see docs/compatibility.md.
      SamplingStatisticsDocuments: needed(list(26)),
      'SamplingStatisticsDocuments[].RuleName': needed(text(1, 32)),
      'SamplingStatisticsDocuments[].ClientID': needed(text(24, 24)),
      'SamplingStatisticsDocuments[].Timestamp': needed(plain('time')),
      'SamplingStatisticsDocuments[].RequestCount': needed(integer(0)),
      'SamplingStatisticsDocuments[].SampledCount': needed(integer(0)),
      'SamplingStatisticsDocuments[].BorrowCount': integer(0),
      SamplingBoostStatisticsDocuments: list(25),
      'SamplingBoostStatisticsDocuments[].RuleName': needed(text(1, 32)),
      'SamplingBoostStatisticsDocuments[].ServiceName': needed(text(0, 64)),
      'SamplingBoostStatisticsDocuments[].Timestamp': needed(plain('time')),
      'SamplingBoostStatisticsDocuments[].AnomalyCount': needed(integer(0)),
      'SamplingBoostStatisticsDocuments[].TotalCount': needed(integer(0)),
      'SamplingBoostStatisticsDocuments[].SampledAnomalyCount': needed(integer(0)),
    },
  ),
  entry('GetSamplingStatisticSummaries', '1.4', { NextToken: 'x' }, invalid(/token/i), {
    NextToken: or(text(), succeeds),
  }),
  entry('PutEncryptionConfig', '6.6', { Type: 'KMS', KeyId: 'alias/aws/xray' }, succeeds, {
    Type: needed(oneOf('NONE', 'KMS')),
    KeyId: or(text(1, 3000), invalid(/KeyId/)),
  }),
  entry(
    'PutResourcePolicy',
    '6.6',
    {
      PolicyName: 'bounds',
      PolicyDocument: POLICY,
      PolicyRevisionId: '0',
      BypassPolicyLockoutCheck: true,
    },
    succeeds,
    {
      PolicyName: needed(POLICY_NAME),
      PolicyDocument: needed(text()),
      PolicyRevisionId: text(),
      BypassPolicyLockoutCheck: plain('boolean'),
    },
  ),
  entry(
    'DeleteResourcePolicy',
    '6.6',
    { PolicyName: 'none', PolicyRevisionId: '1' },
    invalid(/^The resource policy .* does not exist\.$/),
    { PolicyName: needed(POLICY_NAME), PolicyRevisionId: text() },
  ),
  entry('ListResourcePolicies', '1.4', { NextToken: 'x' }, NO_TOKEN, {
    NextToken: or(text(1, 100), succeeds),
  }),
  entry('TagResource', '6.6', { ResourceARN: GROUP_ARN, Tags: TAGS_BASE }, NO_RESOURCE, {
    ResourceARN: needed(text(1, 1011)),
    Tags: needed(list(200)),
    'Tags[].Key': needed(text(1, 128)),
    'Tags[].Value': needed(text(0, 256)),
  }),
  entry('UntagResource', '6.6', { ResourceARN: GROUP_ARN, TagKeys: ['team'] }, NO_RESOURCE, {
    ResourceARN: needed(text(1, 1011)),
    TagKeys: needed(list(200)),
    'TagKeys[]': text(1, 128),
  }),
  entry('ListTagsForResource', '6.6', { ResourceARN: GROUP_ARN, NextToken: 'x' }, NO_RESOURCE, {
    ResourceARN: needed(text(1, 1011)),
    NextToken: text(),
  }),
  entry(
    'PutTelemetryRecords',
    '12.6',
    {
      TelemetryRecords: [
        {
          Timestamp: TIME,
          ...ones(COUNTS_OF_SEGMENTS),
          BackendConnectionErrors: ones(ERRORS_OF_NETWORK),
        },
      ],
      EC2InstanceId: 'i-0abc',
      Hostname: 'host',
      ResourceARN: 'arn:aws:ec2:eu-central-1:000000000000:instance/i-0abc',
    },
    succeeds,
    {
      TelemetryRecords: needed(list()),
      'TelemetryRecords[].Timestamp': needed(plain('time')),
      ...counts(COUNTS_OF_SEGMENTS, 'TelemetryRecords[].'),
      'TelemetryRecords[].BackendConnectionErrors': plain('structure'),
      ...counts(ERRORS_OF_NETWORK, 'TelemetryRecords[].BackendConnectionErrors.'),
      EC2InstanceId: text(0, 20),
      Hostname: text(0, 255),
      ResourceARN: text(0, 500),
    },
  ),
  {
    ...entry(
      'UpdateTraceSegmentDestination',
      '6.7',
      { CloudWatchLogsConfiguration: { SpansLogGroupKmsKeyId: 'alias/logs' } },
      succeeds,
      {
        CloudWatchLogsConfiguration: plain('structure'),
        /** As the published service model has it. */
        'CloudWatchLogsConfiguration.SpansLogGroupKmsKeyId': text(1, 256),
      },
    ),
    unsendable: {
      member: 'CloudWatchLogsConfiguration',
      'AWS CLI': 'its service model does not have CloudWatchLogsConfiguration',
    },
  },
  // What is set already is refused by meaning.
  entry('UpdateTraceSegmentDestination', '6.7', { Destination: 'XRay' }, takenOrInvalid, {
    Destination: or(oneOf('XRay', 'CloudWatchLogs'), succeeds),
  }),
  entry('GetIndexingRules', '1.4', { NextToken: 'x' }, invalid(/token/i), {
    NextToken: or(text(), succeeds),
  }),
  entry(
    'UpdateIndexingRule',
    '6.7',
    { Name: 'Default', Rule: { Probabilistic: { DesiredSamplingPercentage: 5 } } },
    succeeds,
    {
      Name: needed(text()),
      Rule: needed(plain('structure')),
      'Rule.Probabilistic': or(plain('structure'), invalid(/Probabilistic/)),
      'Rule.Probabilistic.DesiredSamplingPercentage': needed(number()),
    },
  ),
  entry('GetInsight', '6.5', { InsightId: INSIGHT_ID }, NO_INSIGHT, INSIGHT),
  entry('GetInsightEvents', '6.5', { InsightId: INSIGHT_ID, MaxResults: 10 }, NO_INSIGHT, {
    ...INSIGHT,
    MaxResults: integer(1, 50),
  }),
  entry(
    'GetInsightEvents',
    '6.5',
    { InsightId: INSIGHT_ID, NextToken: 'x' },
    invalid(/insight|token/i),
    { NextToken: text(1, 2000) },
  ),
  entry('GetInsightImpactGraph', '6.5', { InsightId: INSIGHT_ID, ...LATELY }, NO_INSIGHT, {
    ...INSIGHT,
    ...RANGE_MEMBERS,
  }),
  entry(
    'GetInsightImpactGraph',
    '6.5',
    { InsightId: INSIGHT_ID, ...LATELY, NextToken: 'x' },
    invalid(/token/i),
    { NextToken: or(text(1, 2000), NO_INSIGHT) },
  ),
  entry(
    'GetInsightSummaries',
    '6.5',
    { ...LATELY, GroupName: 'Default', States: ['ACTIVE'], MaxResults: 10 },
    succeeds,
    {
      ...RANGE_MEMBERS,
      GroupName: { ...text(1, 32), atBound: NO_GROUP, absent: invalid(/group/i) },
      States: list(1),
      'States[]': oneOf('ACTIVE', 'CLOSED'),
      MaxResults: integer(1, 100),
    },
  ),
  entry('GetInsightSummaries', '6.5', { ...LATELY, GroupARN: GROUP_ARN }, NO_GROUP, {
    GroupARN: or(text(1, 400), invalid(/group/i)),
  }),
  entry(
    'GetInsightSummaries',
    '6.5',
    { ...LATELY, GroupName: 'Default', NextToken: 'x' },
    invalid(/token/i),
    { NextToken: or(text(1, 2000), succeeds) },
  ),
  entry(
    'GetTimeSeriesServiceStatistics',
    '6.2',
    {
      ...RANGE,
      GroupName: 'Default',
      EntitySelectorExpression: 'service("shop")',
      Period: 60,
      ForecastStatistics: true,
    },
    succeeds,
    {
      ...RANGE_MEMBERS,
      GroupName: but(text(1, 32), invalid(/Group not found/)),
      EntitySelectorExpression: but(text(1, 500), invalid(/Error Location/)),
      Period: integer(),
      ForecastStatistics: plain('boolean'),
    },
  ),
  entry(
    'GetTimeSeriesServiceStatistics',
    '6.2',
    { ...RANGE, GroupARN: GROUP_ARN },
    invalid(/Group not found/),
    { GroupARN: or(text(1, 400), succeeds) },
  ),
  entry('GetTimeSeriesServiceStatistics', '1.4', { ...RANGE, NextToken: 'x' }, invalid(/token/i), {
    NextToken: or(text(), succeeds),
  }),
  entry('StartTraceRetrieval', '6.7', { TraceIds: [TRACE_ID], ...RANGE }, succeeds, {
    TraceIds: needed(list(100)),
    'TraceIds[]': but(text(1, 35), MALFORMED_ID),
    ...RANGE_MEMBERS,
  }),
  entry(
    'ListRetrievedTraces',
    '6.7',
    { RetrievalToken: 'none', TraceFormat: 'XRAY' },
    NO_RESOURCE,
    {
      RetrievalToken: needed(text(0, 1020)),
      TraceFormat: oneOf('XRAY', 'OTEL'),
    },
  ),
  entry('ListRetrievedTraces', '6.7', { RetrievalToken: 'none', NextToken: 'x' }, NO_RESOURCE, {
    NextToken: text(),
  }),
  entry('GetRetrievedTracesGraph', '6.7', { RetrievalToken: 'none', NextToken: 'x' }, NO_RESOURCE, {
    RetrievalToken: needed(text(0, 1020)),
    NextToken: text(),
  }),
  entry('CancelTraceRetrieval', '6.7', { RetrievalToken: 'none' }, NO_RESOURCE, {
    RetrievalToken: needed(text(0, 1020)),
  }),
]
