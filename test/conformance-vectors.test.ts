import { createSocket } from 'node:dgram'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newEntityId } from './support/segments.ts'
import { type Json, until, WireServer, type WireTrace } from './support/wire-server.ts'

/** The vectors of xray-behaviour 16.4 through the wire; what is expected is written from there. */

let server: WireServer

beforeAll(async () => {
  server = await WireServer.start()
})

afterAll(() => server?.stop())

const FAULT = { fault: true }
const FAILED = {
  fault: true,
  cause: { exceptions: [{ id: '1234567890abcdef', type: 'OwnFailure', message: 'no luck' }] },
}

describe('putting', () => {
  test('1: a nameless document is listed, its neighbour kept', async () => {
    const vector = server.trace()
    const { name: _, ...nameless } = vector.segment('', [0, 1])
    const answer = await server.put(vector.segment('good', [0, 1]), nameless)
    expect(answer.status).toBe(200)
    expect(answer.body['UnprocessedTraceSegments']).toEqual([
      {
        Id: (nameless as Json)['id'],
        ErrorCode: 'MissingName',
        Message: 'Invalid segment. ErrorCode: MissingName',
      },
    ])
    expect(await vector.documents()).toMatchObject([{ name: 'good' }])
  })

  test('2: a child without id condemns its document, which is named', async () => {
    const vector = server.trace()
    const { id: _, ...child } = vector.subsegment('child', [0, 1])
    const document = vector.segment('parent', [0, 1], { subsegments: [child] })
    const { body } = await server.put(document)
    expect(body['UnprocessedTraceSegments']).toEqual([
      { Id: document['id'], ErrorCode: 'MissingId', Message: expect.stringContaining('MissingId') },
    ])
  })

  test.each([
    ['not json', 'Invalid segment. ErrorCode: ParseError'],
    ['[]', 'Invalid entity. ErrorCode: ParseError'],
  ])('3: %j is a ParseError without Id', async (text, Message) => {
    expect(await server.put(text)).toMatchObject({ status: 200 })
    const { body } = await server.put(text)
    expect(body['UnprocessedTraceSegments']).toEqual([{ ErrorCode: 'ParseError', Message }])
  })

  test('4: the first completed version stays', async () => {
    const vector = server.trace()
    const first = vector.segment('first', [0, 1])
    await server.accept(first)
    await server.accept({ ...first, name: 'second' })
    await server.accept(vector.segment('later', [2, 3], { parent_id: first['id'] }))
    const documents = await vector.documents(({ length }) => length === 2)
    expect(documents.map(({ name }) => name)).toEqual(['first', 'later'])
  })

  test('5: a completed document takes the place of its announcement', async () => {
    const vector = server.trace()
    const open = vector.segment('work', [0, undefined])
    await server.accept(open)
    const { in_progress: _, ...rest } = open
    await server.accept({ ...rest, end_time: vector.base + 1 })
    const documents = await vector.documents(([only]) => only?.['end_time'] !== undefined)
    expect(documents).toHaveLength(1)
    expect(documents[0]).toMatchObject({ id: open['id'], end_time: vector.base + 1 })
    expect(documents[0]).not.toHaveProperty('in_progress')
  })

  test('6: a subsegment alone shows nothing, and nests once its parent is there', async () => {
    const vector = server.trace()
    const parent = vector.segment('parent', [0, 2])
    const more = { type: 'subsegment', parent_id: parent['id'] }
    await server.accept(vector.segment('step', [0.5, 1], more))
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(await vector.documents(() => true)).toEqual([])
    await server.accept(parent)
    const [document] = await vector.documents()
    expect(document).toMatchObject({ name: 'parent', subsegments: [{ name: 'step' }] })
    const [step] = (document?.['subsegments'] ?? []) as Json[]
    for (const member of ['type', 'parent_id', 'trace_id']) expect(step).not.toHaveProperty(member)
  })

  test('19: a datagram without header is counted as rejected', async () => {
    const before = await rejectedDatagrams()
    const socket = createSocket('udp4')
    const text = JSON.stringify(server.trace().segment('lost', [0, 1]))
    await new Promise((resolve) => socket.send(text, server.udpPort, '127.0.0.1', resolve))
    socket.close()
    expect(await until(rejectedDatagrams, (count) => count > before)).toBe(before + 1)
  })

  test('20: a trace id without time is accepted', async () => {
    const vector = server.trace()
    const trace_id = `1-00000000-${vector.traceId.slice(-24)}`
    await server.accept({ ...vector.segment('w3c', [0, 1]), trace_id })
    const found = await until(
      () => server.call('/Traces', { TraceIds: [trace_id] }),
      ({ body }) => (body['Traces'] as Json[]).length > 0,
    )
    expect(found.body).toMatchObject({ Traces: [{ Id: trace_id, Duration: 1 }] })
  })

  test('26: three documents of one request are one revision', async () => {
    const vector = server.trace()
    const root = vector.segment('root', [0, 1])
    const child = () => vector.segment('child', [0, 1], { parent_id: root['id'] })
    await server.accept(root, child(), child())
    expect(await vector.summary()).toMatchObject({ Revision: 1 })
    await server.accept(child())
    const again = await until(
      () => vector.summary(),
      ({ Revision }) => Revision === 2,
    )
    expect(again).toMatchObject({ Revision: 2 })
  })
})

describe('what traces mean', () => {
  test('16: a throttled root', async () => {
    const vector = server.trace()
    await server.accept(vector.segment('front', [0, 1], { http: { response: { status: 429 } } }))
    expect(await vector.summary()).toMatchObject({ HasThrottle: true, HasError: false })
    const node = (await vector.graph()).find(({ Type }) => Type !== 'client')
    expect(node).toMatchObject({
      SummaryStatistics: { ErrorStatistics: { ThrottleCount: 1, OtherCount: 0 }, TotalCount: 1 },
    })
  })

  test('17: a call of DynamoDB infers its table', async () => {
    const vector = server.trace()
    const call = vector.subsegment('DynamoDB', [0.1, 0.2], {
      namespace: 'aws',
      aws: { operation: 'GetItem', table_name: 'carts' },
    })
    await server.accept(vector.segment('front', [0, 1], { subsegments: [call] }))
    const [, inferred] = await vector.documents()
    expect(inferred).toMatchObject({
      name: 'DynamoDB',
      inferred: true,
      parent_id: call['id'],
      origin: 'AWS::DynamoDB::Table',
      aws: { resource_names: ['carts'] },
    })
    const nodes = await vector.graph()
    const table = nodes.find(({ Name }) => Name === 'carts')
    expect(table).toMatchObject({ Type: 'AWS::DynamoDB::Table', State: 'unknown', Edges: [] })
    const front = nodes.find(({ Name, Type }) => Name === 'front' && Type !== 'client')
    expect(front).toMatchObject({
      Root: true,
      State: 'active',
      Edges: [{ ReferenceId: table?.['ReferenceId'], SummaryStatistics: { TotalCount: 1 } }],
    })
  })

  test.each([
    [0.5, []],
    [0.75, [{ Name: 'child', Coverage: 0.75 }]],
  ])('18: a child over %s of its root', async (share, found) => {
    const vector = server.trace()
    const subsegments = [vector.subsegment('child', [0, 4 * share])]
    await server.accept(vector.segment('front', [0, 4], { subsegments }))
    const { ResponseTimeRootCauses } = await vector.summary()
    const paths = (ResponseTimeRootCauses as { Services: { EntityPath: Json[] }[] }[]).flatMap(
      ({ Services }) => Services.flatMap(({ EntityPath }) => EntityPath.slice(1)),
    )
    expect(paths).toMatchObject(found)
    expect(paths).toHaveLength(found.length)
  })

  test('23: an open root has no duration and is not partial', async () => {
    const vector = server.trace()
    await server.accept(vector.segment('front', [0, undefined]))
    expect(await vector.summary()).toMatchObject({
      Duration: null,
      ResponseTime: null,
      IsPartial: false,
    })
  })

  // Chapter 19 settles 24's entry point: null only for a trace without any segment.
  test('24: a segment of an unknown parent makes the trace partial', async () => {
    const vector = server.trace()
    await server.accept(vector.segment('back', [0, 1], { parent_id: newEntityId() }))
    expect(await vector.summary()).toMatchObject({ IsPartial: true, EntryPoint: { Name: 'back' } })
  })

  test('25: a traced call nobody answered', async () => {
    const vector = server.trace()
    const subsegments = [
      vector.subsegment('pay.example', [0, 0.5], { namespace: 'remote', traced: true }),
    ]
    await server.accept(vector.segment('front', [0, 1], { subsegments }))
    expect(await vector.summary()).toMatchObject({ IsPartial: false })
    expect((await vector.graph()).find(({ Name }) => Name === 'pay.example')).toMatchObject({
      Type: 'remote',
      State: 'passive',
    })
  })

  test('28: a callee failed under a root that did not', async () => {
    const vector = server.trace()
    const call = vector.subsegment('back', [0, 0.5], { namespace: 'remote', ...FAULT })
    const front = vector.segment('front', [0, 1], { subsegments: [call] })
    await server.accept(
      front,
      vector.segment('back', [0.1, 0.4], { parent_id: call['id'], ...FAILED }),
    )
    const summary = await until(
      () => vector.summary(),
      ({ FaultRootCauses }) => (FaultRootCauses as Json[]).length > 0,
    )
    expect(summary).toMatchObject({ HasFault: false, ErrorRootCauses: [] })
    expect(summary['FaultRootCauses']).toMatchObject([
      {
        ClientImpacting: false,
        Services: [
          {
            Name: 'back',
            EntityPath: [
              { Name: 'back', Exceptions: [{ Name: 'OwnFailure', Message: 'no luck' }] },
            ],
          },
        ],
      },
    ])
  })

  test('29: a callee longer than its root is not followed, and counts in the duration', async () => {
    const vector = server.trace()
    const call = vector.subsegment('back', [0.2, 1.7], { namespace: 'remote' })
    const front = vector.segment('front', [0, 2], { subsegments: [call] })
    await server.accept(front, vector.segment('back', [0.3, 6.8], { parent_id: call['id'] }))
    const summary = await vector.summary()
    expect(summary).toMatchObject({ Duration: 6.8, ResponseTime: 2 })
    expect(summary['ResponseTimeRootCauses']).toMatchObject([
      {
        ClientImpacting: true,
        Services: [
          {
            Name: 'front',
            EntityPath: [
              { Name: 'front', Coverage: 1 },
              { Name: 'back', Coverage: 0.75, Remote: true },
            ],
          },
        ],
      },
    ])
    expect((summary['ResponseTimeRootCauses'] as { Services: Json[] }[])[0]?.Services).toHaveLength(
      1,
    )
  })
})

describe('time ranges', () => {
  let vector: WireTrace
  let received = 0

  beforeAll(async () => {
    vector = server.trace()
    await server.accept(vector.segment('timed', [30, 34]))
    received = Math.floor(Date.now() / 1000)
    await vector.summary()
  })

  // Trace time -10 to 100 s around the base; received now.
  test.each([
    ['TraceId', 20, 40, true],
    ['TraceId', 31, 40, false],
    ['TraceId', 20, 29, false],
    ['Service', 31, 40, true],
    ['Service', 90, 100, true],
    ['Service', 95, 100, false],
    ['Service', 20, 33, false],
  ])('%s from %d to %d seconds: %s', async (TimeRangeType, from, to, isFound) => {
    const range = { StartTime: vector.base + from, EndTime: vector.base + to }
    const { body } = await server.call('/TraceSummaries', { ...range, TimeRangeType })
    const ids = (body['TraceSummaries'] as Json[]).map(({ Id }) => Id)
    expect(ids.includes(vector.traceId)).toBe(isFound)
    const earlier = TimeRangeType === 'Service' ? 60 : 0
    expect(body['ApproximateTime']).toBe(range.StartTime - earlier)
  })

  test('Event goes by receipt, and tells its time', async () => {
    const range = { StartTime: received - 5, EndTime: received + 5, TimeRangeType: 'Event' }
    const { body } = await server.call('/TraceSummaries', range)
    const summary = (body['TraceSummaries'] as Json[]).find(({ Id }) => Id === vector.traceId)
    expect(summary?.['MatchedEventTime']).toBeGreaterThanOrEqual(received - 1)
    expect(summary?.['MatchedEventTime']).toBeLessThanOrEqual(received + 1)
    const old = await server.call('/TraceSummaries', { ...vector.range, TimeRangeType: 'Event' })
    const ids = (old.body['TraceSummaries'] as Json[]).map(({ Id }) => Id)
    expect(ids).not.toContain(vector.traceId)
    expect(await vector.summary()).toMatchObject({ MatchedEventTime: null })
  })

  test.each([
    ['whole', (seconds: number) => `${seconds}`],
    ['fractional', (seconds: number) => `${seconds}.25`],
    ['with an exponent', (seconds: number) => `${seconds / 1e9}E9`],
  ])('%s numbers are times', async (_what, print) => {
    const { base } = vector
    const body = `{"StartTime":${print(base + 20)},"EndTime":${print(base + 40)}}`
    const answer = await server.call('/TraceSummaries', body)
    const ids = (answer.body['TraceSummaries'] as Json[]).map(({ Id }) => Id)
    expect(ids).toContain(vector.traceId)
  })
})

async function rejectedDatagrams(): Promise<number> {
  const text = await server.metrics()
  return text
    .split('\n')
    .filter((line) => /^fluoroscope_documents_rejected_total\{.*source="udp"/.test(line))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
