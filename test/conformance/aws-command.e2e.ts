import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newTraceId } from '../support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { until } from '../support/wire-server.ts'
import { ACCOUNT, type Body, REGION } from './client.ts'
import { missingPython, pythonEnvironment } from './python-client.ts'

/** The `aws` command itself, its own flags and paging: each operation once, in the order of a day's work. */

const run = promisify(execFile)
/** `.ci/run` makes it. */
const AWS = process.env['FLUOROSCOPE_TEST_AWS'] ?? 'aws'
const missing = await missingPython()

const NOW = Math.floor(Date.now() / 1000)
const RANGE = ['--start-time', `${NOW - 60}`, '--end-time', `${NOW + 60}`]
const TRACE_ID = newTraceId()
const DOCUMENT = JSON.stringify({
  id: 'abcdef0123456789',
  trace_id: TRACE_ID,
  name: 'shop',
  start_time: NOW,
  end_time: NOW + 0.5,
})
const DEFAULT_ARN = `arn:aws:xray:${REGION}:${ACCOUNT}:group/Default`
const INSIGHT_ID = '1b4e28ba-2fa1-41d2-983f-0016d3cca427'
const RULE = {
  RuleName: 'checkout',
  ResourceARN: '*',
  Priority: 10,
  FixedRate: 0.5,
  ReservoirSize: 1,
  ServiceName: '*',
  ServiceType: '*',
  Host: '*',
  HTTPMethod: '*',
  URLPath: '*',
  Version: 1,
}
const STATISTICS = {
  RuleName: 'checkout',
  ClientID: 'abcdef0123456789abcdef01',
  Timestamp: NOW,
  RequestCount: 10,
  SampledCount: 2,
}
const POLICY = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'xray:PutTraceSegments',
      Resource: '*',
    },
  ],
}

type Command = readonly [command: string, flags: readonly string[], prints: Body | RegExp]

const COMMANDS: readonly Command[] = [
  ['put-trace-segments', ['--trace-segment-documents', DOCUMENT], { UnprocessedTraceSegments: [] }],
  ['batch-get-traces', ['--trace-ids', TRACE_ID], { Traces: [{ Id: TRACE_ID, Duration: 0.5 }] }],
  [
    'get-trace-graph',
    ['--trace-ids', TRACE_ID],
    { Services: [{ Name: 'shop' }, { Name: 'shop' }] },
  ],
  [
    'get-trace-summaries',
    [...RANGE, '--filter-expression', 'service("shop")'],
    { TraceSummaries: [{ Id: TRACE_ID }] },
  ],
  ['get-service-graph', [...RANGE, '--group-name', 'Default'], { ContainsOldGroupVersions: false }],
  [
    'get-time-series-service-statistics',
    [...RANGE, '--entity-selector-expression', 'service("nobody")', '--period', '300'],
    { TimeSeriesServiceStatistics: [] },
  ],
  [
    'start-trace-retrieval',
    ['--trace-ids', TRACE_ID, ...RANGE],
    { RetrievalToken: expect.any(String) },
  ],
  ['list-retrieved-traces', ['--retrieval-token', 'none'], /ResourceNotFoundException/],
  ['get-retrieved-traces-graph', ['--retrieval-token', 'none'], /ResourceNotFoundException/],
  ['cancel-trace-retrieval', ['--retrieval-token', 'none'], /ResourceNotFoundException/],
  [
    'create-group',
    [
      '--group-name',
      'slow',
      '--filter-expression',
      'responsetime > 5',
      '--tags',
      'Key=team,Value=shop',
    ],
    { Group: { GroupName: 'slow', FilterExpression: 'responsetime > 5' } },
  ],
  [
    'update-group',
    [
      ...['--group-name', 'slow', '--filter-expression', 'fault'],
      ...['--insights-configuration', 'InsightsEnabled=true,NotificationsEnabled=true'],
    ],
    { Group: { FilterExpression: 'fault', InsightsConfiguration: { InsightsEnabled: true } } },
  ],
  ['get-group', ['--group-name', 'slow'], { Group: { GroupName: 'slow' } }],
  ['get-groups', [], { Groups: [{ GroupName: 'Default' }, { GroupName: 'slow' }] }],
  [
    'create-sampling-rule',
    ['--sampling-rule', JSON.stringify(RULE)],
    { SamplingRuleRecord: { SamplingRule: RULE } },
  ],
  [
    'update-sampling-rule',
    ['--sampling-rule-update', 'RuleName=checkout,FixedRate=0.25'],
    { SamplingRuleRecord: { SamplingRule: { ...RULE, FixedRate: 0.25 } } },
  ],
  [
    'get-sampling-rules',
    [],
    {
      SamplingRuleRecords: [
        { SamplingRule: { RuleName: 'checkout' } },
        { SamplingRule: { RuleName: 'Default' } },
      ],
    },
  ],
  [
    'get-sampling-targets',
    ['--sampling-statistics-documents', JSON.stringify([STATISTICS])],
    { SamplingTargetDocuments: [{ RuleName: 'checkout', FixedRate: 0.25 }] },
  ],
  ['get-sampling-statistic-summaries', [], { SamplingStatisticSummaries: expect.any(Array) }],
  [
    'delete-sampling-rule',
    ['--rule-name', 'checkout'],
    { SamplingRuleRecord: { SamplingRule: { RuleName: 'checkout' } } },
  ],
  ['tag-resource', ['--resource-arn', DEFAULT_ARN, '--tags', 'Key=stage,Value=test'], {}],
  [
    'list-tags-for-resource',
    ['--resource-arn', DEFAULT_ARN],
    { Tags: [{ Key: 'stage', Value: 'test' }] },
  ],
  ['untag-resource', ['--resource-arn', DEFAULT_ARN, '--tag-keys', 'stage'], {}],
  ['delete-group', ['--group-name', 'slow'], {}],
  [
    'put-resource-policy',
    ['--policy-name', 'sns', '--policy-document', JSON.stringify(POLICY)],
    { ResourcePolicy: { PolicyName: 'sns', PolicyRevisionId: '1' } },
  ],
  ['list-resource-policies', [], { ResourcePolicies: [{ PolicyName: 'sns' }] }],
  ['delete-resource-policy', ['--policy-name', 'sns', '--policy-revision-id', '1'], {}],
  ['get-encryption-config', [], { EncryptionConfig: { Type: 'NONE', Status: 'ACTIVE' } }],
  [
    'put-encryption-config',
    ['--type', 'KMS', '--key-id', 'alias/aws/xray'],
    { EncryptionConfig: { Type: 'KMS', Status: 'UPDATING' } },
  ],
  ['put-telemetry-records', ['--telemetry-records', `Timestamp=${NOW},SegmentsSentCount=3`], {}],
  ['get-trace-segment-destination', [], { Destination: 'XRay', Status: 'ACTIVE' }],
  [
    'update-trace-segment-destination',
    ['--destination', 'CloudWatchLogs'],
    { Destination: 'CloudWatchLogs', Status: 'PENDING' },
  ],
  ['get-indexing-rules', [], { IndexingRules: [{ Name: 'Default' }] }],
  [
    'update-indexing-rule',
    ['--name', 'Default', '--rule', 'Probabilistic={DesiredSamplingPercentage=5}'],
    { IndexingRule: { Rule: { Probabilistic: { DesiredSamplingPercentage: 5 } } } },
  ],
  ['get-insight', ['--insight-id', INSIGHT_ID], /InvalidRequestException/],
  ['get-insight-events', ['--insight-id', INSIGHT_ID], /InvalidRequestException/],
  ['get-insight-impact-graph', ['--insight-id', INSIGHT_ID, ...RANGE], /InvalidRequestException/],
  ['get-insight-summaries', ['--group-name', 'Default', ...RANGE], { InsightSummaries: [] }],
]

describe.skipIf(missing !== undefined)('the aws command', () => {
  let directory: string
  let server: RunningServer

  beforeAll(async () => {
    directory = await temporaryDirectory()
    server = await startServer(directory, ['--strict-limits', `--region=${REGION}`])
  })

  afterAll(async () => {
    await server?.stop()
    if (directory !== undefined) await removeDirectory(directory)
  })

  const aws = async (command: string, flags: readonly string[]): Promise<Body> => {
    const env = await pythonEnvironment(server.endpoint, directory)
    const words = ['xray', command, ...flags, '--output', 'json']
    const { stdout } = await run(AWS, words, { env })
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Body)
  }

  for (const [command, flags, prints] of COMMANDS) {
    test(`aws xray ${command}`, async () => {
      if (prints instanceof RegExp) {
        await expect(aws(command, flags)).rejects.toThrow(prints)
        return
      }
      const isReady = (body: Body) => !isEmptyRead(command, body)
      expect(await until(() => aws(command, flags), isReady)).toMatchObject(prints)
    })
  }
})

test('the aws command is there', ({ skip }) => {
  if (missing !== undefined) skip(missing)
})

/** What was put is read a moment later. */
function isEmptyRead(command: string, { Traces, TraceSummaries }: Body): boolean {
  const found = command === 'batch-get-traces' ? Traces : TraceSummaries
  return Array.isArray(found) && found.length === 0
}
