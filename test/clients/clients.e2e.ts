import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import {
  BatchGetTracesCommand,
  GetSamplingRulesCommand,
  GetServiceGraphCommand,
  GetTraceGraphCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  XRayClient,
  XRayServiceException,
} from '@aws-sdk/client-xray'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newEntityId, newTraceId, segmentDocument } from '../support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'
import { CREDENTIALS, daemonAddress, environment, PYTHON } from './client-environment.ts'

const run = promisify(execFile)
const HERE = import.meta.dirname
const FOUND_WITHIN_MS = 60_000
const AWS = process.env['FLUOROSCOPE_TEST_AWS'] ?? 'aws'

let directory: string
let server: RunningServer
let client: XRayClient

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await startServer(directory)
  client = new XRayClient({
    endpoint: server.endpoint,
    region: 'eu-central-1',
    credentials: CREDENTIALS,
  })
})

afterAll(async () => {
  client.destroy()
  expect(await server.stop()).toBe(0)
  await removeDirectory(directory)
})

type Returned = Record<string, unknown> & { subsegments?: Returned[] }

/** The segments of a trace, once the server has them. */
async function segmentsOf(traceId: string): Promise<Returned[]> {
  const deadline = Date.now() + FOUND_WITHIN_MS
  for (;;) {
    const { Traces = [] } = await client.send(new BatchGetTracesCommand({ TraceIds: [traceId] }))
    const segments = (Traces[0]?.Segments ?? []).map(
      (segment) => JSON.parse(segment.Document ?? '') as Returned,
    )
    if (segments.length > 0) return segments
    if (Date.now() > deadline) throw new Error(`trace ${traceId} did not appear\n${server.log()}`)
    await new Promise((done) => setTimeout(done, 25))
  }
}

describe('@aws-sdk/client-xray', () => {
  test('puts fifty documents of which one is bad, and reads the others back', async () => {
    const traceId = newTraceId()
    const documents = Array.from({ length: 50 }, () => segmentDocument({ trace_id: traceId }))
    const { name: _, ...nameless } = documents[7]!
    documents[7] = nameless
    const put = await client.send(
      new PutTraceSegmentsCommand({
        TraceSegmentDocuments: documents.map((d) => JSON.stringify(d)),
      }),
    )
    expect(put.UnprocessedTraceSegments).toEqual([
      {
        Id: nameless['id'],
        ErrorCode: 'MissingName',
        Message: 'Invalid segment. ErrorCode: MissingName',
      },
    ])
    const segments = await segmentsOf(traceId)
    // 49 reporting segments, each with an inferred table behind it.
    expect(segments.filter((segment) => segment['inferred'] !== true)).toHaveLength(49)
    expect(segments.filter((segment) => segment['inferred'] === true)).toHaveLength(49)
  })

  test('gives summaries, graphs and sampling rules', async () => {
    const traceId = newTraceId()
    const now = new Date()
    await client.send(
      new PutTraceSegmentsCommand({
        TraceSegmentDocuments: [
          JSON.stringify(segmentDocument({ trace_id: traceId, name: 'sdk-js', user: 'u-7' })),
        ],
      }),
    )
    await segmentsOf(traceId)
    const range = {
      StartTime: new Date(now.getTime() - 60_000),
      EndTime: new Date(now.getTime() + 60_000),
    }
    const { TraceSummaries = [] } = await client.send(new GetTraceSummariesCommand(range))
    const summary = TraceSummaries.find((candidate) => candidate.Id === traceId)
    expect(summary).toMatchObject({
      Duration: 0.19,
      ResponseTime: 0.19,
      HasFault: false,
      HasError: false,
      IsPartial: false,
      Http: { HttpURL: 'https://shop.test/orders', HttpMethod: 'POST', HttpStatus: 200 },
      EntryPoint: { Name: 'sdk-js', Type: 'AWS::EC2::Instance' },
    })
    expect(summary?.Users?.map((user) => user.UserName)).toEqual(['u-7'])
    expect(summary?.Annotations?.['tier']?.map((use) => use.AnnotationValue)).toEqual([
      { StringValue: 'gold' },
    ])
    const graph = await client.send(new GetTraceGraphCommand({ TraceIds: [traceId] }))
    expect(graph.Services?.map((service) => [service.Name, service.Type]).sort()).toEqual([
      ['orders', 'AWS::DynamoDB::Table'],
      ['sdk-js', 'AWS::EC2::Instance'],
      ['sdk-js', 'client'],
    ])
    const whole = await client.send(new GetServiceGraphCommand(range))
    const node = whole.Services?.find(
      (service) => service.Name === 'sdk-js' && service.Root === true,
    )
    expect(node?.SummaryStatistics).toMatchObject({ TotalCount: 1, OkCount: 1 })
    const { SamplingRuleRecords = [] } = await client.send(new GetSamplingRulesCommand({}))
    expect(SamplingRuleRecords.map((record) => record.SamplingRule)).toEqual([
      expect.objectContaining({
        RuleName: 'Default',
        Priority: 10_000,
        ReservoirSize: 1,
        FixedRate: 0.05,
        Attributes: {},
      }),
    ])
  })

  test('gets the documented errors as the exceptions of the client', async () => {
    const six = Array.from({ length: 6 }, () => newTraceId())
    const failure = await client.send(new BatchGetTracesCommand({ TraceIds: six })).catch((e) => e)
    expect(failure).toBeInstanceOf(XRayServiceException)
    expect(failure).toMatchObject({
      name: 'InvalidRequestException',
      message: 'Exceeding maximum query size: 5',
      $metadata: { httpStatusCode: 400 },
    })
  })
})

test('aws-xray-sdk-core for Node sends over UDP and polls without a complaint', async () => {
  const { stdout } = await run(process.execPath, [join(HERE, 'node/recorder.mjs')], {
    env: environment(directory, {
      AWS_XRAY_DAEMON_ADDRESS: daemonAddress(server),
      AWS_XRAY_CONTEXT_MISSING: 'RUNTIME_ERROR',
    }),
  })
  const sent = JSON.parse(stdout) as {
    traceId: string
    id: string
    rules: unknown
    problems: string[]
  }
  expect(sent.problems).toEqual([])
  expect(sent.rules).toEqual([{ name: 'Default', rate: 0.05 }])
  const segments = await segmentsOf(sent.traceId)
  const own = segments.find((segment) => segment['id'] === sent.id)
  expect(own).toMatchObject({
    name: 'node-client',
    user: 'u-81',
    annotations: { tier: 'gold' },
    metadata: { default: { cart: { items: [1, 2, 3] } } },
  })
  expect(
    own?.subsegments?.map((sub) => [sub['name'], sub['fault'] ?? false, sub['error'] ?? false]),
  ).toEqual([
    ['work', true, false],
    ['127.0.0.1', false, true],
  ])
  expect(JSON.stringify(own?.subsegments?.[0]?.['cause'])).toContain('no answer')
  expect(segments.find((segment) => segment['inferred'] === true)).toMatchObject({
    name: '127.0.0.1',
    http: { response: { status: 404 } },
  })
})

test("Python's aws_xray_sdk sends over UDP, fetches rules and targets", async () => {
  const { stdout } = await run(PYTHON, [join(HERE, 'python/recorder.py'), daemonAddress(server)], {
    env: environment(directory),
  })
  const sent = JSON.parse(stdout)
  expect(sent.problems).toEqual([])
  expect(sent.rules).toEqual(['Default'])
  expect(Object.keys(sent.targets)).toEqual(['Default'])
  expect(typeof sent.lastModification).toBe('number')
  const [segment] = await segmentsOf(sent.traceId)
  expect(segment).toMatchObject({
    id: sent.id,
    name: 'python-client',
    annotations: { tier: 'silver', items: 3 },
    metadata: { shop: { cart: { items: [1, 2] } } },
  })
  const load = segment?.subsegments?.[0]
  expect(load).toMatchObject({ name: 'load', annotations: { cached: false } })
  expect(load?.subsegments?.[0]).toMatchObject({ name: 'broken', fault: true })
  expect(JSON.stringify(load?.subsegments?.[0]?.['cause'])).toContain('no such item')
})

test("Go's aws-xray-sdk-go sends over UDP", async () => {
  const { stdout } = await run('go', ['run', './recorder', `127.0.0.1:${server.ready.udp}`], {
    cwd: join(HERE, 'go'),
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  // The SDK logs on standard output too.
  const sent = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { traceId: string; id: string }
  const [segment] = await segmentsOf(sent.traceId)
  expect(segment).toMatchObject({ id: sent.id, name: 'go-client', annotations: { tier: 'bronze' } })
  expect(segment?.subsegments?.[0]).toMatchObject({ name: 'work', fault: true })
}, 180_000)

describe.each(['signed', 'unsigned'])('boto3, %s', (signing) => {
  test('puts and reads with only the endpoint changed', async () => {
    const service = `boto-${signing}`
    const documents = [newTraceId(), newTraceId()].map((traceId) =>
      segmentDocument({ trace_id: traceId, name: service }),
    )
    const file = join(await mkdtemp(join(tmpdir(), 'fluoroscope-documents-')), 'documents.json')
    await writeFile(file, JSON.stringify(documents))
    const { stdout } = await run(
      PYTHON,
      [join(HERE, 'python/boto3_calls.py'), server.endpoint, signing, file],
      { env: environment(directory) },
    )
    await removeDirectory(resolve(file, '..'))
    const got = JSON.parse(stdout)
    expect(got.unprocessed).toEqual([
      { ErrorCode: 'ParseError', Message: 'Invalid segment. ErrorCode: ParseError' },
    ])
    const ids = documents.map((document) => document['trace_id'])
    expect(got.traces.map((trace: { Id: string }) => trace.Id).sort()).toEqual([...ids].sort())
    for (const id of ids) expect(got.summaries).toContain(id)
    expect(new Set(got.summaries).size).toBe(got.summaries.length)
    expect(got.services).toContainEqual([service, 'AWS::EC2::Instance'])
    expect(got.traceServices).toContainEqual([service, 'client'])
    expect(got.rules).toEqual(['Default'])
    expect(got.targets).toEqual(['Default'])
    expect(got.sixIds).toEqual({
      code: 'InvalidRequestException',
      message: 'Exceeding maximum query size: 5',
      status: 400,
    })
    expect(got.twice.message).toBe('Containing duplicate trace ids')
    expect(got.backwards.message).toBe('End time cannot be earlier than start time')
  })
})

describe.each([[[]], [['--no-sign-request']]])('AWS CLI %j', (flags: readonly string[]) => {
  const aws = async (...words: string[]) => {
    const { stdout } = await run(
      AWS,
      ['--endpoint-url', server.endpoint, '--output', 'json', ...flags, 'xray', ...words],
      { env: environment(directory), maxBuffer: 64 * 1024 * 1024 },
    )
    return JSON.parse(stdout)
  }

  test('puts, lists, reads and fails as against AWS', async () => {
    const traceId = newTraceId()
    const id = newEntityId()
    const now = Math.floor(Date.now() / 1000)
    const put = await aws(
      'put-trace-segments',
      '--trace-segment-documents',
      JSON.stringify(segmentDocument({ trace_id: traceId, id, name: 'cli' })),
    )
    expect(put).toEqual({ UnprocessedTraceSegments: [] })
    await segmentsOf(traceId)
    const traces = await aws('batch-get-traces', '--trace-ids', traceId)
    expect(traces.Traces[0].Segments.map((segment: { Id: string }) => segment.Id)).toContain(id)
    const summaries = await aws(
      'get-trace-summaries',
      ...['--start-time', String(now - 600), '--end-time', String(now + 60)],
    )
    expect(summaries.TraceSummaries.map((s: { Id: string }) => s.Id)).toContain(traceId)
    const graph = await aws(
      'get-service-graph',
      ...['--start-time', String(now - 600), '--end-time', String(now + 60)],
    )
    expect(graph.Services.map((s: { Name: string }) => s.Name)).toContain('cli')
    expect((await aws('get-sampling-rules')).SamplingRuleRecords).toHaveLength(1)
    await expect(aws('batch-get-traces', '--trace-ids', traceId, traceId)).rejects.toThrow(
      /InvalidRequestException.*Containing duplicate trace ids/,
    )
  }, 60_000)
})
