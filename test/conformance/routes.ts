/** The 38 operations and their paths (xray-behaviour 6.1). */
const SAME_AS_NAME = [
  'CancelTraceRetrieval',
  'CreateGroup',
  'CreateSamplingRule',
  'DeleteGroup',
  'DeleteResourcePolicy',
  'DeleteSamplingRule',
  'GetGroup',
  'GetIndexingRules',
  'GetRetrievedTracesGraph',
  'GetSamplingRules',
  'GetTraceSegmentDestination',
  'ListResourcePolicies',
  'ListRetrievedTraces',
  'ListTagsForResource',
  'PutEncryptionConfig',
  'PutResourcePolicy',
  'StartTraceRetrieval',
  'TagResource',
  'UntagResource',
  'UpdateGroup',
  'UpdateIndexingRule',
  'UpdateSamplingRule',
  'UpdateTraceSegmentDestination',
].map((name) => [name, `/${name}`] as const)

const OTHERS = [
  ['BatchGetTraces', '/Traces'],
  ['GetEncryptionConfig', '/EncryptionConfig'],
  ['GetGroups', '/Groups'],
  ['GetInsight', '/Insight'],
  ['GetInsightEvents', '/InsightEvents'],
  ['GetInsightImpactGraph', '/InsightImpactGraph'],
  ['GetInsightSummaries', '/InsightSummaries'],
  ['GetSamplingStatisticSummaries', '/SamplingStatisticSummaries'],
  ['GetSamplingTargets', '/SamplingTargets'],
  ['GetServiceGraph', '/ServiceGraph'],
  ['GetTimeSeriesServiceStatistics', '/TimeSeriesServiceStatistics'],
  ['GetTraceGraph', '/TraceGraph'],
  ['GetTraceSummaries', '/TraceSummaries'],
  ['PutTelemetryRecords', '/TelemetryRecords'],
  ['PutTraceSegments', '/TraceSegments'],
] as const

export const ROUTES: readonly (readonly [operation: string, path: string])[] = [
  ...SAME_AS_NAME,
  ...OTHERS,
]
