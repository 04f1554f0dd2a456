import {
  CreateGroupCommand,
  CreateSamplingRuleCommand,
  DeleteGroupCommand,
  DeleteResourcePolicyCommand,
  DeleteSamplingRuleCommand,
  GetEncryptionConfigCommand,
  GetGroupCommand,
  GetGroupsCommand,
  GetIndexingRulesCommand,
  GetSamplingRulesCommand,
  GetSamplingStatisticSummariesCommand,
  GetSamplingTargetsCommand,
  GetTraceSegmentDestinationCommand,
  InvalidPolicyRevisionIdException,
  InvalidRequestException,
  ListResourcePoliciesCommand,
  ListTagsForResourceCommand,
  MalformedPolicyDocumentException,
  PolicyCountLimitExceededException,
  PutEncryptionConfigCommand,
  PutResourcePolicyCommand,
  paginateGetGroups,
  paginateGetSamplingRules,
  ResourceNotFoundException,
  RuleLimitExceededException,
  TagResourceCommand,
  TooManyTagsException,
  UntagResourceCommand,
  UpdateGroupCommand,
  UpdateIndexingRuleCommand,
  UpdateSamplingRuleCommand,
  UpdateTraceSegmentDestinationCommand,
  XRayClient,
} from '@aws-sdk/client-xray'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'

const ACCOUNT = '111122223333'
const REGION = 'eu-central-1'
const ARN = `arn:aws:xray:${REGION}:${ACCOUNT}`

let directory: string
let server: RunningServer
let client: XRayClient

function connect(region = REGION, { endpoint } = server) {
  return new XRayClient({
    endpoint,
    region,
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'secret' },
    maxAttempts: 1,
  })
}

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await startServer(directory)
  client = connect()
})

afterAll(async () => {
  client.destroy()
  await server.stop()
  await removeDirectory(directory)
})

afterEach(() => {
  vi.useRealTimers()
})

const RULE = {
  RuleName: 'checkout',
  ResourceARN: '*',
  Priority: 10,
  FixedRate: 0.5,
  ReservoirSize: 3,
  ServiceName: 'shop',
  ServiceType: '*',
  Host: '*',
  HTTPMethod: 'POST',
  URLPath: '/checkout*',
  Version: 1,
}

test('a group: made, read, changed, tagged, deleted', async () => {
  const { Group: made } = await client.send(
    new CreateGroupCommand({
      GroupName: 'slow',
      FilterExpression: 'responsetime > 5',
      InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: false },
      Tags: [{ Key: 'team', Value: 'shop' }],
    }),
  )
  expect(made).toEqual({
    GroupName: 'slow',
    GroupARN: expect.stringMatching(new RegExp(`^${ARN}:group/slow/[A-Z2-7]{52}$`)),
    FilterExpression: 'responsetime > 5',
    InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: false },
  })
  const GroupARN = made?.GroupARN
  expect((await client.send(new GetGroupCommand({ GroupARN }))).Group).toEqual(made)
  const { Group: changed } = await client.send(
    new UpdateGroupCommand({ GroupARN, FilterExpression: 'responsetime > 3' }),
  )
  expect(changed).toEqual({ ...made, FilterExpression: 'responsetime > 3' })
  const ResourceARN = GroupARN
  await client.send(
    new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'stage', Value: 'test' }] }),
  )
  await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['team'] }))
  const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }))
  expect(Tags).toEqual([{ Key: 'stage', Value: 'test' }])
  const pages = []
  for await (const page of paginateGetGroups({ client }, {})) pages.push(page)
  expect(pages.flatMap(({ Groups = [] }) => Groups.map(({ GroupName }) => GroupName))).toEqual([
    'Default',
    'slow',
  ])
  await client.send(new DeleteGroupCommand({ GroupARN }))
  const gone = client.send(new GetGroupCommand({ GroupName: 'slow' }))
  await expect(gone).rejects.toThrow(InvalidRequestException)
  const tags = client.send(new ListTagsForResourceCommand({ ResourceARN }))
  await expect(tags).rejects.toSatisfy(
    (error) => error instanceof ResourceNotFoundException && error.ResourceName === ResourceARN,
  )
})

test('a sampling rule: made, read, changed, deleted; Default stays', async () => {
  const { SamplingRuleRecord: made } = await client.send(
    new CreateSamplingRuleCommand({
      SamplingRule: {
        ...RULE,
        Attributes: { tier: 'gold' },
        SamplingRateBoost: { MaxRate: 0.9, CooldownWindowMinutes: 2 },
      },
    }),
  )
  expect(made?.SamplingRule).toEqual({
    ...RULE,
    RuleARN: `${ARN}:sampling-rule/checkout`,
    Attributes: { tier: 'gold' },
    SamplingRateBoost: { MaxRate: 0.9, CooldownWindowMinutes: 2 },
  })
  expect(Math.abs((made?.CreatedAt?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
  const { SamplingRuleRecord: changed } = await client.send(
    new UpdateSamplingRuleCommand({ SamplingRuleUpdate: { RuleName: 'checkout', FixedRate: 1 } }),
  )
  expect(changed?.SamplingRule?.FixedRate).toBe(1)
  expect(changed?.SamplingRule?.SamplingRateBoost).toBeUndefined()
  expect(changed?.CreatedAt).toEqual(made?.CreatedAt)
  const names: (string | undefined)[] = []
  for await (const { SamplingRuleRecords = [] } of paginateGetSamplingRules({ client }, {})) {
    names.push(...SamplingRuleRecords.map(({ SamplingRule }) => SamplingRule?.RuleName))
  }
  expect(names).toEqual(['checkout', 'Default'])
  const deleted = await client.send(new DeleteSamplingRuleCommand({ RuleName: 'checkout' }))
  expect(deleted.SamplingRuleRecord).toEqual(changed)
  const standard = client.send(new DeleteSamplingRuleCommand({ RuleName: 'Default' }))
  await expect(standard).rejects.toThrow('The default sampling rule cannot be deleted')
})

test('limits arrive as the errors the client knows', async () => {
  const [folder, full] = await startEmpty()
  const other = connect(REGION, full)
  const rule = (n: number) =>
    other.send(new CreateSamplingRuleCommand({ SamplingRule: { ...RULE, RuleName: `r${n}` } }))
  for (let n = 0; n < 25; n += 1) await rule(n)
  await expect(rule(25)).rejects.toThrow(RuleLimitExceededException)
  const PolicyDocument = JSON.stringify({
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'xray:PutTraceSegments',
      Resource: '*',
    },
  })
  const policy = (PolicyName: string, document = PolicyDocument) =>
    other.send(new PutResourcePolicyCommand({ PolicyName, PolicyDocument: document }))
  for (const name of ['a', 'b', 'c', 'd', 'e']) await policy(name)
  await expect(policy('f')).rejects.toThrow(PolicyCountLimitExceededException)
  await expect(policy('a', '{')).rejects.toThrow(MalformedPolicyDocumentException)
  const Tags = Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: '' }))
  const ResourceARN = `${ARN}:sampling-rule/r0`
  const tagged = other.send(new TagResourceCommand({ ResourceARN, Tags }))
  await expect(tagged).rejects.toThrow(TooManyTagsException)
  other.destroy()
  await full.stop()
  await removeDirectory(folder)
})

async function startEmpty(): Promise<readonly [string, RunningServer]> {
  const folder = await temporaryDirectory()
  return [folder, await startServer(folder)]
}

test('a resource policy: revisions', async () => {
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'xray:*', Resource: '*' }],
  })
  const put = (PolicyRevisionId?: string) =>
    client.send(new PutResourcePolicyCommand({ PolicyName: 'p', PolicyDocument, PolicyRevisionId }))
  expect((await put('0')).ResourcePolicy).toEqual({
    PolicyName: 'p',
    PolicyDocument,
    PolicyRevisionId: '1',
    LastUpdatedTime: expect.any(Date),
  })
  await expect(put('0')).rejects.toThrow(InvalidPolicyRevisionIdException)
  expect((await put('1')).ResourcePolicy?.PolicyRevisionId).toBe('2')
  const { ResourcePolicies } = await client.send(new ListResourcePoliciesCommand({}))
  expect(ResourcePolicies?.map(({ PolicyName }) => PolicyName)).toEqual(['p'])
  await client.send(new DeleteResourcePolicyCommand({ PolicyName: 'p' }))
  const again = client.send(new DeleteResourcePolicyCommand({ PolicyName: 'p' }))
  await expect(again).rejects.toThrow('The resource policy p does not exist.')
})

test('settings of the account', async () => {
  const key = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
  const put = await client.send(new PutEncryptionConfigCommand({ Type: 'KMS', KeyId: key }))
  expect(put.EncryptionConfig).toEqual({ Type: 'KMS', KeyId: key, Status: 'UPDATING' })
  const read = async () =>
    (await client.send(new GetEncryptionConfigCommand({}))).EncryptionConfig?.Status
  await vi.waitFor(async () => expect(await read()).toBe('ACTIVE'), { timeout: 5000 })
  const pending = await client.send(
    new UpdateTraceSegmentDestinationCommand({ Destination: 'CloudWatchLogs' }),
  )
  expect(pending).toMatchObject({ Destination: 'CloudWatchLogs', Status: 'PENDING' })
  const Rule = { Probabilistic: { DesiredSamplingPercentage: 7 } }
  await client.send(new UpdateIndexingRuleCommand({ Name: 'Default', Rule }))
  const { IndexingRules } = await client.send(new GetIndexingRulesCommand({}))
  expect(IndexingRules).toMatchObject([
    { Name: 'Default', Rule: { Probabilistic: { DesiredSamplingPercentage: 7 } } },
  ])
  const unknown = client.send(new UpdateIndexingRuleCommand({ Name: 'Other', Rule }))
  await expect(unknown).rejects.toThrow(ResourceNotFoundException)
})

/** What the SDK's sampler keeps of the rules; its own declarations do not tell. */
type SdkRules = { getRules(): readonly { readonly name: string; readonly rate?: number }[] }

test("a changed rule reaches the SDK's poller, and its clients share the reservoir", async () => {
  const sdk = await import('aws-xray-sdk-core')
  const folder = 'aws-xray-sdk-core/dist/lib/middleware/sampling'
  const { default: poller } = (await import(`${folder}/rule_poller.js`)) as {
    default: { start(): void }
  }
  const { default: cache } = (await import(`${folder}/rule_cache.js`)) as { default: SdkRules }
  const [directory, empty] = await startEmpty()
  sdk.setDaemonAddress(`127.0.0.1:${empty.ready.http}`)
  // The SDK signs nothing there: it gets its rules whatever region they were made from.
  const local = connect('eu-west-3', empty)
  const targets = async (client = 'a') =>
    await local.send(
      new GetSamplingTargetsCommand({
        SamplingStatisticsDocuments: [
          {
            RuleName: 'checkout',
            ClientID: client.repeat(24),
            Timestamp: new Date(),
            RequestCount: 500,
            SampledCount: 5,
          },
        ],
      }),
    )
  const before = (await targets()).LastRuleModification?.getTime() ?? Number.NaN
  expect(before).toBe(0)
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  poller.start()
  const rules = () => cache.getRules().map(({ name }) => name)
  await vi.waitFor(() => expect(rules()).toEqual(['Default']), { timeout: 5000 })
  await local.send(new CreateSamplingRuleCommand({ SamplingRule: RULE }))
  const { LastRuleModification, SamplingTargetDocuments } = await targets()
  expect(LastRuleModification?.getTime()).toBeGreaterThan(before)
  expect(SamplingTargetDocuments).toMatchObject([{ FixedRate: 0.5, ReservoirQuota: 1 }])
  expect((await targets('b')).SamplingTargetDocuments).toMatchObject([{ ReservoirQuota: 1 }])
  expect((await targets('a')).SamplingTargetDocuments).toMatchObject([{ ReservoirQuota: 2 }])
  const window = await local.send(new GetSamplingStatisticSummariesCommand({}))
  expect(window.SamplingStatisticSummaries?.map(({ RuleName }) => RuleName)).toEqual([
    'checkout',
    'Default',
  ])
  vi.advanceTimersByTime(300_000)
  await vi.waitFor(() => expect(rules()).toEqual(['checkout', 'Default']), { timeout: 5000 })
  local.destroy()
  await empty.stop()
  await removeDirectory(directory)
})

test('what was acknowledged is there after a crash', async () => {
  await client.send(new CreateGroupCommand({ GroupName: 'kept', FilterExpression: 'fault' }))
  await client.send(new CreateSamplingRuleCommand({ SamplingRule: { ...RULE, RuleName: 'kept' } }))
  const answers = async () => ({
    groups: (await client.send(new GetGroupsCommand({}))).Groups,
    rules: (await client.send(new GetSamplingRulesCommand({}))).SamplingRuleRecords,
    encryption: (await client.send(new GetEncryptionConfigCommand({}))).EncryptionConfig,
    destination: (await client.send(new GetTraceSegmentDestinationCommand({}))).Destination,
    indexing: (await client.send(new GetIndexingRulesCommand({}))).IndexingRules,
  })
  const before = await answers()
  expect(before.groups).toHaveLength(2)
  await server.kill()
  server = await startServer(directory)
  client.destroy()
  client = connect()
  expect(await answers()).toEqual(before)
})
