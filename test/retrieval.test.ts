import {
  BatchGetTracesCommand,
  CancelTraceRetrievalCommand,
  GetRetrievedTracesGraphCommand,
  InvalidRequestException,
  ListRetrievedTracesCommand,
  type ListRetrievedTracesCommandInput,
  type ListRetrievedTracesCommandOutput,
  PutTraceSegmentsCommand,
  ResourceNotFoundException,
  StartTraceRetrievalCommand,
  type TraceFormatType,
  XRayClient,
} from '@aws-sdk/client-xray'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newEntityId, newTraceId } from './support/segments.ts'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './support/server.ts'
import { until } from './support/wire-server.ts'

/** Trace retrieval through the official client (xray-behaviour 6.7, 12.8). */

const NOW = Math.floor(Date.now() / 1000)
const BASE = NOW - 600
const RANGE = { StartTime: new Date((BASE - 60) * 1000), EndTime: new Date((BASE + 60) * 1000) }

let directory: string
let server: RunningServer
let client: XRayClient

function connect() {
  return new XRayClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '000000000000', secretAccessKey: 'secret' },
    maxAttempts: 1,
  })
}

type Json = Readonly<Record<string, unknown>>

function segment(trace_id: string, name: string, more: Json = {}): Json {
  return { id: newEntityId(), name, trace_id, start_time: BASE + 1, end_time: BASE + 2, ...more }
}

/** Puts the segments and waits until each trace has as many as were put. */
async function send(...documents: readonly Json[]): Promise<void> {
  for (let at = 0; at < documents.length; at += 50) {
    const texts = documents.slice(at, at + 50).map((each) => JSON.stringify(each))
    const put = new PutTraceSegmentsCommand({ TraceSegmentDocuments: texts })
    expect((await client.send(put)).UnprocessedTraceSegments).toEqual([])
  }
  for (const id of new Set(documents.map(({ trace_id }) => String(trace_id)))) {
    const expected = documents.filter(({ trace_id }) => trace_id === id).length
    const read = async () => {
      const { Traces } = await client.send(new BatchGetTracesCommand({ TraceIds: [id] }))
      return Traces?.[0]?.Segments?.length ?? 0
    }
    expect(await until(read, (number) => number >= expected)).toBeGreaterThanOrEqual(expected)
  }
}

async function start(...TraceIds: readonly string[]): Promise<string> {
  const input = { TraceIds: [...TraceIds], ...RANGE }
  const { RetrievalToken } = await client.send(new StartTraceRetrievalCommand(input))
  expect(RetrievalToken).toMatch(/^.{1,1020}$/)
  return String(RetrievalToken)
}

function list(RetrievalToken: string, more: Partial<ListRetrievedTracesCommandInput> = {}) {
  return client.send(new ListRetrievedTracesCommand({ RetrievalToken, ...more }))
}

async function pages(RetrievalToken: string, TraceFormat?: TraceFormatType) {
  const all: ListRetrievedTracesCommandOutput[] = []
  let NextToken: string | undefined
  do {
    const page = await list(RetrievalToken, { TraceFormat, NextToken })
    all.push(page)
    NextToken = page.NextToken
  } while (NextToken)
  return all
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

test('in the format of X-Ray: what BatchGetTraces gives, in the order asked for', async () => {
  const [first, second, unknown] = [newTraceId(), newTraceId(), newTraceId()]
  const call = {
    id: newEntityId(),
    name: 'billing',
    namespace: 'remote',
    start_time: BASE + 1,
    end_time: BASE + 1.5,
  }
  await send(
    segment(first, 'shop', { annotations: { tier: 'gold' }, subsegments: [call] }),
    segment(second, 'orders', { in_progress: true, end_time: undefined }),
  )
  const answer = await list(await start(second, unknown, first))
  const ids = [second, first]
  const { Traces } = await client.send(new BatchGetTracesCommand({ TraceIds: ids }))
  expect(Traces?.map(({ Segments }) => Segments?.length)).toEqual([1, 2])
  expect(answer).toMatchObject({ RetrievalStatus: 'COMPLETE', TraceFormat: 'XRAY' })
  expect(answer.Traces).toEqual(
    Traces?.map(({ Id, Duration, Segments }) => ({ Id, Duration, Spans: Segments })),
  )
  expect(answer.NextToken ?? undefined).toBeUndefined()
})

test('in the format of OpenTelemetry: a span for each segment and subsegment that was sent', async () => {
  const [id, linked] = [newTraceId(), newTraceId()]
  const [parent, root, child, sender] = [1, 2, 3, 4].map(newEntityId)
  await send({
    id: root,
    name: 'shop',
    trace_id: id,
    parent_id: parent,
    start_time: BASE + 1.000001,
    end_time: BASE + 1.25,
    fault: true,
    http: {
      request: { method: 'POST', url: 'https://shop.test/orders' },
      response: { status: 500 },
    },
    annotations: { tier: 'gold', items: 3 },
    links: [
      {
        trace_id: linked,
        id: sender,
        attributes: { 'aws.xray.reserved.reference_type': 'parent' },
      },
    ],
    subsegments: [
      {
        id: child,
        name: 'DynamoDB',
        namespace: 'aws',
        start_time: BASE + 1.1,
        end_time: BASE + 1.2,
        aws: { operation: 'PutItem', table_name: 'orders' },
        cause: { exceptions: [{ id: 'aaaa0000bbbb1111', type: 'Timeout', message: 'no answer' }] },
      },
    ],
  })
  const { TraceFormat, Traces = [] } = await list(await start(id), { TraceFormat: 'OTEL' })
  expect(TraceFormat).toBe('OTEL')
  const spans = Traces.flatMap(({ Spans = [] }) => Spans)
  expect(spans.map(({ Id }) => Id)).toEqual([root, child])
  const [shop, call] = spans.map(({ Document }) => JSON.parse(String(Document)))
  expect(spans[0]?.Document).toContain(`"startTimeUnixNano":${BASE + 1}000001000,`)
  expect(spans[0]?.Document).toContain(`"endTimeUnixNano":${BASE + 1}250000000,`)
  const w3c = (text: string) => text.slice(2).replace('-', '')
  expect(shop).toMatchObject({
    resource: { attributes: { 'service.name': 'shop' } },
    traceId: w3c(id),
    spanId: root,
    parentSpanId: parent,
    name: 'shop',
    kind: 'SERVER',
    durationNano: 249_999_000,
    attributes: {
      'http.request.method': 'POST',
      'url.full': 'https://shop.test/orders',
      'http.response.status_code': 500,
      tier: 'gold',
      items: 3,
      'aws.xray.annotations': ['tier', 'items'],
    },
    links: [
      {
        traceId: w3c(linked),
        spanId: sender,
        attributes: { 'aws.xray.reserved.reference_type': 'parent' },
      },
    ],
    status: { code: 'ERROR' },
  })
  expect(call).toMatchObject({
    resource: { attributes: { 'service.name': 'shop' } },
    spanId: child,
    parentSpanId: root,
    name: 'DynamoDB',
    kind: 'CLIENT',
    attributes: {
      'aws.service': 'DynamoDB',
      'aws.operation': 'PutItem',
      'aws.table_name': 'orders',
    },
    events: [
      {
        name: 'exception',
        attributes: { 'exception.type': 'Timeout', 'exception.message': 'no answer' },
      },
    ],
  })
})

test('pages of five parts, of a hundred spans each, with nothing lost and nothing twice', async () => {
  const ids = Array.from({ length: 7 }, newTraceId)
  const [large = ''] = ids.slice(2)
  const many = Array.from({ length: 620 }, (_, n) => segment(large, `s${n}`))
  const others = ids.filter((id) => id !== large).map((id) => segment(id, 'one'))
  await send(...others, ...many)
  const token = await start(...ids)
  for (const format of ['XRAY', 'OTEL'] as const) {
    const all = await pages(token, format)
    const parts = all.map(({ Traces = [] }) =>
      Traces.map(({ Id, Spans = [] }) => [ids.indexOf(String(Id)), Spans.length]),
    )
    expect(parts).toEqual([
      [
        [0, 1],
        [1, 1],
        [2, 100],
        [2, 100],
        [2, 100],
      ],
      [
        [2, 100],
        [2, 100],
        [2, 100],
        [2, 20],
        [3, 1],
      ],
      [
        [4, 1],
        [5, 1],
        [6, 1],
      ],
    ])
    const spans = all.flatMap(({ Traces = [] }) => Traces.flatMap(({ Spans = [] }) => Spans))
    const sent = [...others, ...many].map((each) => String(each['id'])).sort()
    expect(spans.map(({ Id }) => String(Id)).sort()).toEqual(sent)
  }
})

test('only traces that start within the range, both ends included', async () => {
  const starts = [BASE - 60.001, BASE - 60, BASE + 60, BASE + 61]
  const documents = starts.map((start_time) =>
    segment(newTraceId(), 'shop', { start_time, end_time: start_time + 500 }),
  )
  await send(...documents)
  const ids = documents.map(({ trace_id }) => String(trace_id))
  const { Traces } = await list(await start(...ids))
  expect(Traces?.map(({ Id }) => Id)).toEqual(ids.slice(1, 3))
})

test('tokens work for their own question only', async () => {
  const ids = Array.from({ length: 6 }, newTraceId)
  await send(...ids.map((id) => segment(id, 'shop')))
  const [token, other] = [await start(...ids), await start(...ids)]
  const { NextToken = '' } = await list(token)
  expect((await list(token, { NextToken })).Traces?.map(({ Id }) => Id)).toEqual(ids.slice(5))
  const graph = { RetrievalToken: token, NextToken }
  const refused = [
    () => list(other, { NextToken }),
    () => list(token, { NextToken, TraceFormat: 'OTEL' }),
    () => list(token, { NextToken: 'nonsense' }),
    () => client.send(new GetRetrievedTracesGraphCommand(graph)),
  ]
  for (const ask of refused) await expect(ask()).rejects.toThrow(InvalidRequestException)
})

test('the graph of all traces, with the links between them', async () => {
  const [sending, receiving, elsewhere] = [newTraceId(), newTraceId(), newTraceId()]
  const queue = {
    id: newEntityId(),
    name: 'SQS',
    namespace: 'aws',
    start_time: BASE + 1,
    end_time: BASE + 1.5,
    aws: { operation: 'SendMessage', queue_url: 'https://sqs.test/1/jobs' },
  }
  const link = (trace_id: string, id: string) => ({
    trace_id,
    id,
    attributes: { 'aws.xray.reserved.reference_type': 'parent' },
  })
  await send(
    segment(sending, 'shop', { subsegments: [queue] }),
    segment(receiving, 'worker', {
      links: [link(sending, queue.id), link(elsewhere, newEntityId())],
    }),
  )
  const RetrievalToken = await start(sending, receiving)
  const graph = new GetRetrievedTracesGraphCommand({ RetrievalToken })
  const { RetrievalStatus, Services: all = [], NextToken } = await client.send(graph)
  expect(RetrievalStatus).toBe('COMPLETE')
  expect(NextToken ?? undefined).toBeUndefined()
  const services = all.filter(({ Service }) => Service?.Type !== 'client')
  expect(services.map(({ Service }) => Service?.Name)).toEqual([
    'https://sqs.test/1/jobs',
    'shop',
    'worker',
  ])
  const [jobs, shop, worker] = services
  expect(jobs?.Service?.Edges).toMatchObject([
    { EdgeType: 'link', ReferenceId: worker?.Service?.ReferenceId },
  ])
  expect(jobs?.Links).toEqual([])
  expect(shop?.Links).toEqual([])
  expect(worker?.Links).toEqual([
    {
      ReferenceType: 'parent',
      SourceTraceId: receiving,
      DestinationTraceIds: [sending, elsewhere],
    },
  ])
})

test('a cancelled retrieval has no traces; both outlive the server', async () => {
  const id = newTraceId()
  await send(segment(id, 'shop'))
  const [kept, cancelled] = [await start(id), await start(id)]
  const cancel = new CancelTraceRetrievalCommand({ RetrievalToken: cancelled })
  await client.send(cancel)
  await client.send(cancel)
  const check = async () => {
    expect(await list(cancelled)).toMatchObject({ RetrievalStatus: 'CANCELLED', Traces: [] })
    const graph = new GetRetrievedTracesGraphCommand({ RetrievalToken: cancelled })
    expect(await client.send(graph)).toMatchObject({ RetrievalStatus: 'CANCELLED', Services: [] })
    expect(await list(kept)).toMatchObject({ RetrievalStatus: 'COMPLETE', Traces: [{ Id: id }] })
  }
  await check()
  await server.kill()
  server = await startServer(directory)
  client.destroy()
  client = connect()
  await check()
})

test('documents that arrive later do not belong to a retrieval', async () => {
  const id = newTraceId()
  await send(segment(id, 'early'))
  const token = await start(id)
  await send(segment(id, 'late'), segment(id, 'later'))
  expect((await list(token)).Traces?.[0]?.Spans).toHaveLength(1)
  expect((await list(await start(id))).Traces?.[0]?.Spans).toHaveLength(3)
})

test.each([
  ['list', (token: string) => list(token)],
  [
    'graph',
    (RetrievalToken: string) => client.send(new GetRetrievedTracesGraphCommand({ RetrievalToken })),
  ],
  [
    'cancel',
    (RetrievalToken: string) => client.send(new CancelTraceRetrievalCommand({ RetrievalToken })),
  ],
])('%s of an unknown token', async (_, ask) => {
  for (const token of ['unknown', 'f'.repeat(32), "'; --"]) {
    await expect(ask(token)).rejects.toSatisfy(
      (error) => error instanceof ResourceNotFoundException && error.ResourceName === token,
    )
  }
})

test.each([
  ['no ids', { TraceIds: [] }, 'Zero trace ids provided'],
  ['an id that is none', { TraceIds: ['1-x'] }, 'Invalid trace id 1-x: incorrect id format'],
  [
    'an id twice',
    { TraceIds: ['1-68f00000-111122223333444455556666', '68f00000111122223333444455556666'] },
    'Containing duplicate trace ids',
  ],
  [
    'an end before the start',
    { TraceIds: [newTraceId()], StartTime: RANGE.EndTime, EndTime: RANGE.StartTime },
    'End time cannot be earlier than start time',
  ],
])('%s', async (_, input, message) => {
  const answer = client.send(new StartTraceRetrievalCommand({ ...RANGE, ...input }))
  await expect(answer).rejects.toMatchObject({ name: 'InvalidRequestException', message })
})

test.each([
  [
    'StartTraceRetrieval',
    { StartTime: 1, EndTime: 2 },
    "Value null at 'traceIds' failed to satisfy constraint: Member must not be null",
  ],
  [
    'StartTraceRetrieval',
    { TraceIds: Array.from({ length: 101 }, newTraceId), StartTime: 1, EndTime: 2 },
    "at 'traceIds' failed to satisfy constraint: Member must have length less than or equal to 100",
  ],
  [
    'StartTraceRetrieval',
    { TraceIds: ['1'], EndTime: 2 },
    "Value null at 'startTime' failed to satisfy constraint: Member must not be null",
  ],
  [
    'ListRetrievedTraces',
    {},
    "Value null at 'retrievalToken' failed to satisfy constraint: Member must not be null",
  ],
  [
    'ListRetrievedTraces',
    { RetrievalToken: 'a', TraceFormat: 'otel' },
    "Value 'otel' at 'traceFormat' failed to satisfy constraint: Member must satisfy enum value set: [XRAY, OTEL]",
  ],
  [
    'GetRetrievedTracesGraph',
    { RetrievalToken: 'a'.repeat(1021) },
    "at 'retrievalToken' failed to satisfy constraint: Member must have length less than or equal to 1020",
  ],
  [
    'CancelTraceRetrieval',
    { RetrievalToken: 'a'.repeat(1021) },
    "at 'retrievalToken' failed to satisfy constraint: Member must have length less than or equal to 1020",
  ],
])('%s breaks its model: %j', async (operation, input, message) => {
  const body = JSON.stringify(input)
  const response = await fetch(`${server.endpoint}/${operation}`, { method: 'POST', body })
  expect(response.status).toBe(400)
  expect(response.headers.get('x-amzn-errortype')).toBe('ValidationException')
  expect(await response.json()).toEqual({ message: expect.stringContaining(message) })
})
