import { expect } from 'vitest'
import { newEntityId, newTraceId } from '../../support/segments.ts'
import { asks, bodyOf, type Case, follows, gives, includes, invalid, violates } from '../case.ts'
import type { Body } from '../client.ts'
import { SentTrace } from '../sent-trace.ts'

/** xray-behaviour 2.1, 6.2 and 7: traces read whole, and their graphs. */

const KNOWN = '1-68f00000-111122223333444455556666'
const NO_TOKEN = 'NextToken is currently not supported'
const MALFORMED = [
  'x',
  '1-2-3',
  '2-68f00000-111122223333444455556666',
  '1-68f00000-11112222333344445555666g',
]
const MISSING = 'Member must not be null'

const DYNAMO = {
  namespace: 'aws',
  aws: { operation: 'GetItem', table_name: 'carts' },
  http: { response: { status: 200 } },
}

function listOf(body: Body | undefined, member: string): readonly Body[] {
  const list = body?.[member]
  if (!Array.isArray(list)) throw new Error(`no list ${member}: ${JSON.stringify(body)}`)
  return list
}

const READ: readonly Case[] = [
  asks(
    'six ids are too many',
    '16.4 (7)',
    ['BatchGetTraces', { TraceIds: Array.from({ length: 6 }, () => newTraceId()) }],
    invalid('Exceeding maximum query size: 5'),
  ),
  asks(
    'an id twice is refused',
    '16.4 (8)',
    ['BatchGetTraces', { TraceIds: [KNOWN, KNOWN] }],
    invalid('Containing duplicate trace ids'),
  ),
  ...MALFORMED.map((id) =>
    asks(
      `${id} is malformed`,
      '2.1',
      ['BatchGetTraces', { TraceIds: [id] }],
      invalid(`Invalid trace id ${id}: incorrect id format`),
    ),
  ),
  asks(
    'a token is refused',
    '1.4',
    ['BatchGetTraces', { TraceIds: [KNOWN], NextToken: 'x' }],
    invalid(NO_TOKEN),
  ),
  asks('no list is refused', '1.3', ['BatchGetTraces', {}], violates('traceIds', MISSING)),
  ...[[], [newTraceId()], Array.from({ length: 5 }, () => newTraceId())].map((TraceIds) =>
    asks(
      `${TraceIds.length} unknown ids are in neither list`,
      '16.4 (9)',
      ['BatchGetTraces', { TraceIds }],
      gives({ Traces: [], UnprocessedTraceIds: [] }),
    ),
  ),
  follows(
    'BatchGetTraces: a trace has its id, duration, segments and LimitExceeded',
    '6.2',
    async (call) => {
      const trace = new SentTrace(call)
      const segment = trace.segment('shop', [0, 1.25])
      await trace.accept(segment)
      expect(await trace.trace()).toEqual({
        Id: trace.traceId,
        Duration: 1.25,
        LimitExceeded: false,
        Segments: [{ Id: segment['id'], Document: expect.any(String) }],
      })
      expect(await trace.documents()).toEqual([segment])
    },
  ),
  follows('BatchGetTraces: five traces come in one answer', '6.2', async (call) => {
    const traces = Array.from({ length: 5 }, () => new SentTrace(call))
    for (const trace of traces) await trace.accept(trace.segment('shop', [0, 1]))
    for (const trace of traces) await trace.trace()
    const TraceIds = traces.map(({ traceId }) => traceId)
    const { Traces } = await bodyOf(call('BatchGetTraces', { TraceIds }))
    expect((Traces as Body[]).map(({ Id }) => Id).sort()).toEqual([...TraceIds].sort())
  }),
  follows('BatchGetTraces: upper-case and W3C ids find the trace', '2.1', async (call) => {
    const trace = new SentTrace(call)
    await trace.accept(trace.segment('shop', [0, 1]))
    await trace.trace()
    for (const id of [trace.traceId.toUpperCase(), trace.traceId.slice(2).replace('-', '')]) {
      const { Traces } = await bodyOf(call('BatchGetTraces', { TraceIds: [id] }))
      expect(Traces).toMatchObject([{ Id: trace.traceId }])
    }
  }),
  follows('BatchGetTraces: a trace in progress has no duration', '7.4', async (call) => {
    const trace = new SentTrace(call)
    await trace.accept(trace.segment('open', [0]))
    expect(await trace.trace()).not.toHaveProperty('Duration')
  }),
  follows('BatchGetTraces: a child that ends last extends the duration', '7.4', async (call) => {
    const trace = new SentTrace(call)
    const late = trace.subsegment('late', [0.5, 3])
    await trace.accept(trace.segment('shop', [0, 1], { subsegments: [late] }))
    expect(await trace.trace()).toMatchObject({ Duration: 3 })
  }),
  follows(
    'BatchGetTraces: documents are rebuilt without what the schema does not know',
    '7.5',
    async (call) => {
      const trace = new SentTrace(call)
      const call_ = trace.subsegment('pay.example', [0.1, 0.5], {
        namespace: 'remote',
        http: { request: { url: 'https://pay.example/', method: 'GET', traced: true } },
        colour: 'red',
      })
      await trace.accept(trace.segment('shop', [0, 1], { colour: 'red', subsegments: [call_] }))
      const [root] = (await trace.documents(2)).filter(({ inferred }) => inferred !== true)
      expect(root).not.toHaveProperty('colour')
      const [sub] = listOf(root, 'subsegments')
      expect(sub).not.toHaveProperty('colour')
      expect(sub?.['http']).toEqual({ request: { url: 'https://pay.example/', method: 'GET' } })
    },
  ),
  follows('BatchGetTraces: a name is cut to 200 characters', '7.5', async (call) => {
    const trace = new SentTrace(call)
    await trace.accept(trace.segment('n'.repeat(300), [0, 1]))
    expect(await trace.documents()).toMatchObject([{ name: 'n'.repeat(200) }])
  }),
  ...(
    [
      [
        'a table',
        'DynamoDB',
        DYNAMO,
        { origin: 'AWS::DynamoDB::Table', aws: { resource_names: ['carts'] } },
      ],
      [
        'a bucket',
        'S3',
        { namespace: 'aws', aws: { operation: 'GetObject', bucket_name: 'pictures' } },
        { origin: 'AWS::S3::Bucket', aws: { resource_names: ['pictures'] } },
      ],
      [
        'a queue',
        'SQS',
        { namespace: 'aws', aws: { operation: 'SendMessage', queue_url: 'https://sqs.test/1/q' } },
        { origin: 'AWS::SQS::Queue', aws: { resource_names: ['https://sqs.test/1/q'] } },
      ],
      [
        'a topic',
        'SNS',
        {
          namespace: 'aws',
          aws: { operation: 'Publish', topic_arn: 'arn:aws:sns:eu-central-1:1:t' },
        },
        { origin: 'AWS::SNS', aws: { resource_names: ['arn:aws:sns:eu-central-1:1:t'] } },
      ],
      [
        'a function',
        'Lambda',
        { namespace: 'aws', aws: { operation: 'Invoke', function_name: 'fn' } },
        { origin: 'AWS::Lambda', aws: { resource_names: ['fn'] } },
      ],
      ['a service without operation', 'SQS', { namespace: 'aws' }, { origin: 'AWS::SQS' }],
      [
        'a name of its own',
        'my-db',
        { namespace: 'aws', aws: { operation: 'GetItem', table_name: 'carts' } },
        { origin: 'AWS::my-db' },
      ],
      ['a host', 'pay.example', { namespace: 'remote' }, {}],
    ] as const
  ).map(([what, name, more, inferred]) =>
    follows(`BatchGetTraces: a call of ${what} (${name}) infers a segment`, '7.3', async (call) => {
      const trace = new SentTrace(call)
      const sub = trace.subsegment(name, [0.1, 0.2], more)
      await trace.accept(trace.segment('front', [0, 1], { subsegments: [sub] }))
      const [, found] = await trace.documents(2)
      expect(found).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        name,
        trace_id: trace.traceId,
        inferred: true,
        parent_id: sub['id'],
        start_time: sub['start_time'],
        end_time: sub['end_time'],
        ...inferred,
      })
      if (what === 'a host') expect(found).not.toHaveProperty('origin')
    }),
  ),
  follows(
    'BatchGetTraces: the inferred segment goes when the callee reports',
    '7.3',
    async (call) => {
      const trace = new SentTrace(call)
      const sub = trace.subsegment('back', [0.1, 0.6], { namespace: 'remote' })
      await trace.accept(trace.segment('front', [0, 1], { subsegments: [sub] }))
      await trace.documents(2)
      const back = trace.segment('back', [0.2, 0.5], { parent_id: sub['id'] })
      await trace.accept(back)
      const { Segments } = await trace.trace(
        (each) => each?.Segments.some(({ Id }) => Id === back['id']) === true,
      )
      expect(Segments).toHaveLength(2)
    },
  ),
  follows('BatchGetTraces: a custom subsegment infers nothing', '9.4', async (call) => {
    const trace = new SentTrace(call)
    const subsegments = [trace.subsegment('work', [0, 1])]
    await trace.accept(trace.segment('front', [0, 1], { subsegments }))
    expect(await trace.documents()).toHaveLength(1)
  }),
]

const GRAPH: readonly Case[] = [
  asks(
    'an empty list is refused',
    '6.2',
    ['GetTraceGraph', { TraceIds: [] }],
    invalid('Zero trace ids provided'),
  ),
  asks('no list is refused', '6.2', ['GetTraceGraph', {}], violates('traceIds', MISSING)),
  asks(
    'two ids are too many',
    '6.2',
    ['GetTraceGraph', { TraceIds: [KNOWN, newTraceId()] }],
    invalid('Currently only one trace Id is supported'),
  ),
  ...MALFORMED.map((id) =>
    asks(
      `${id} is malformed`,
      '6.2',
      ['GetTraceGraph', { TraceIds: [id] }],
      invalid('Invalid traceId. ErrorCode: InvalidId'),
    ),
  ),
  asks(
    'an unknown id is refused',
    '6.2',
    ['GetTraceGraph', { TraceIds: [newTraceId()] }],
    invalid('Trace id not found'),
  ),
  asks(
    'a token is refused',
    '1.4',
    ['GetTraceGraph', { TraceIds: [KNOWN], NextToken: 'x' }],
    invalid(NO_TOKEN),
  ),
  follows(
    'GetTraceGraph: has client, service and inferred table, joined by edges without times',
    '9.9',
    async (call) => {
      const trace = new SentTrace(call)
      const subsegments = [
        trace.subsegment('DynamoDB', [0.1, 0.2], DYNAMO),
        trace.subsegment('pay.example', [0.3, 0.6], { namespace: 'remote' }),
      ]
      await trace.accept(
        trace.segment('front', [0, 1], { origin: 'AWS::ECS::Container', subsegments }),
      )
      const nodes = await trace.nodes()
      const byType = new Map(nodes.map((node) => [node['Type'], node]))
      const referenceOf = (type: string) => byType.get(type)?.['ReferenceId']
      expect(nodes).toHaveLength(4)
      expect(byType.get('client')).toMatchObject({ Name: 'front', State: 'unknown' })
      expect(byType.get('AWS::ECS::Container')).toMatchObject({
        Name: 'front',
        State: 'active',
        Root: true,
      })
      expect(byType.get('AWS::DynamoDB::Table')).toMatchObject({
        Name: 'carts',
        State: 'unknown',
        Edges: [],
      })
      expect(byType.get('remote')).toMatchObject({
        Name: 'pay.example',
        State: 'passive',
        Edges: [],
      })
      const targets = (type: string) =>
        listOf(byType.get(type), 'Edges')
          .map(({ ReferenceId }) => ReferenceId)
          .sort()
      expect(targets('client')).toEqual([referenceOf('AWS::ECS::Container')])
      expect(targets('AWS::ECS::Container')).toEqual(
        [referenceOf('AWS::DynamoDB::Table'), referenceOf('remote')].sort(),
      )
      for (const node of nodes) {
        expect(node).not.toHaveProperty('StartTime')
        for (const list of ['Edges', 'DurationHistogram', 'ResponseTimeHistogram', 'Names']) {
          expect(node[list]).toEqual(expect.any(Array))
        }
      }
    },
  ),
  follows(
    'GetTraceGraph: a callee that reported takes the place of its host, which is an alias',
    '9.9',
    async (call) => {
      const trace = new SentTrace(call)
      const sub = trace.subsegment('pay.example', [0.3, 0.6], { namespace: 'remote' })
      await trace.accept(
        trace.segment('front', [0, 1], { subsegments: [sub] }),
        trace.segment('payments', [0.4, 0.5], {
          parent_id: sub['id'],
          origin: 'AWS::EC2::Instance',
        }),
      )
      const nodes = await trace.nodes()
      expect(nodes.map(({ Name }) => Name).sort()).toEqual(['front', 'front', 'payments'])
      const front = nodes.find(({ Name, Type }) => Name === 'front' && Type !== 'client')
      expect(listOf(front, 'Edges')[0]?.['Aliases']).toEqual([
        { Name: 'pay.example', Names: ['pay.example'], Type: 'remote' },
      ])
    },
  ),
  ...(
    [
      ['200', { OkCount: 1 }],
      ['404', { ErrorStatistics: { ThrottleCount: 0, OtherCount: 1, TotalCount: 1 } }],
      ['429', { ErrorStatistics: { ThrottleCount: 1, OtherCount: 0, TotalCount: 1 } }],
      ['500', { FaultStatistics: { OtherCount: 1, TotalCount: 1 } }],
    ] as const
  ).map(([status, statistics]) =>
    follows(`GetTraceGraph: a root with status ${status} counts once`, '9.6', async (call) => {
      const trace = new SentTrace(call)
      await trace.accept(
        trace.segment('front', [0, 1.5], { http: { response: { status: Number(status) } } }),
      )
      const node = (await trace.nodes()).find(({ Type }) => Type !== 'client')
      const none = {
        OkCount: 0,
        ErrorStatistics: { ThrottleCount: 0, OtherCount: 0, TotalCount: 0 },
        FaultStatistics: { OtherCount: 0, TotalCount: 0 },
      }
      expect(node).toMatchObject({
        SummaryStatistics: { ...none, ...statistics, TotalCount: 1, TotalResponseTime: 1.5 },
        ResponseTimeHistogram: [{ Value: 1.5, Count: 1 }],
        DurationHistogram: [{ Value: 1.5, Count: 1 }],
      })
    }),
  ),
  follows(
    'GetTraceGraph: a call nobody answered is a passive remote',
    '16.4 (25)',
    async (call) => {
      const trace = new SentTrace(call)
      const more = { namespace: 'remote', traced: true }
      const subsegments = [trace.subsegment('pay.example', [0, 0.5], more)]
      await trace.accept(trace.segment('front', [0, 1], { subsegments }))
      expect((await trace.nodes()).find(({ Name }) => Name === 'pay.example')).toMatchObject({
        Type: 'remote',
        State: 'passive',
      })
    },
  ),
]

const RANGE = { StartTime: 1_700_000_000, EndTime: 1_700_000_060 }
const SIX_HOURS = 6 * 3600

const SERVICE_GRAPH: readonly Case[] = [
  asks(
    'has no bounds and no services where there is nothing',
    '6.2',
    ['GetServiceGraph', RANGE],
    gives({ Services: [], ContainsOldGroupVersions: false }),
  ),
  asks(
    'an empty range is fine',
    '6.2',
    ['GetServiceGraph', { StartTime: 1, EndTime: 1 }],
    includes({ Services: [] }),
  ),
  asks(
    'the end first is refused',
    '16.4 (10)',
    ['GetServiceGraph', { StartTime: 2, EndTime: 1 }],
    invalid('End time cannot be earlier than start time'),
  ),
  asks(
    'six hours are fine',
    '1.6',
    ['GetServiceGraph', { StartTime: 0, EndTime: SIX_HOURS }],
    includes({ Services: [] }),
  ),
  asks(
    'a second over six hours is refused',
    '16.4 (12)',
    ['GetServiceGraph', { StartTime: 0, EndTime: SIX_HOURS + 1 }],
    invalid('Time range cannot be longer than 6 hours'),
  ),
  asks(
    'an unknown group is refused',
    '6.2',
    ['GetServiceGraph', { ...RANGE, GroupName: 'none' }],
    invalid('Group not found.'),
  ),
  asks(
    'Default is all traffic',
    '6.2',
    ['GetServiceGraph', { ...RANGE, GroupName: 'Default' }],
    includes({ Services: [] }),
  ),
  asks(
    'a name together with an ARN is refused',
    '6.2',
    [
      'GetServiceGraph',
      { ...RANGE, GroupName: 'Default', GroupARN: 'arn:aws:xray:eu-central-1:1:group/x' },
    ],
    invalid(),
  ),
  asks(
    'a token is refused',
    '1.4',
    ['GetServiceGraph', { ...RANGE, NextToken: 'x' }],
    invalid(NO_TOKEN),
  ),
  asks(
    'no start is refused',
    '1.3',
    ['GetServiceGraph', { EndTime: 1 }],
    violates('startTime', MISSING),
  ),
  asks(
    'no end is refused',
    '1.3',
    ['GetServiceGraph', { StartTime: 1 }],
    violates('endTime', MISSING),
  ),
  follows(
    'GetServiceGraph: has nodes, edges and one-second bounds of what was sent',
    '9.3',
    async (call) => {
      const trace = new SentTrace(call)
      const name = `graph-${newEntityId()}`
      const subsegments = [trace.subsegment('DynamoDB', [0.1, 0.2], DYNAMO)]
      await trace.accept(
        trace.segment(name, [0.5, 1.5], { origin: 'AWS::EC2::Instance', subsegments }),
      )
      await trace.summary()
      const body = await bodyOf(call('GetServiceGraph', trace.range))
      const nodes = (body['Services'] as Body[]).filter(
        ({ Name }) => Name === name || Name === 'carts',
      )
      expect(nodes).toHaveLength(3)
      for (const node of nodes) {
        expect(node).toMatchObject({ StartTime: trace.base, EndTime: trace.base + 1 })
      }
      expect(body).toMatchObject({ StartTime: trace.base, EndTime: trace.base })
      const root = nodes.find(({ Root }) => Root === true)
      expect(root).toMatchObject({
        Name: name,
        Names: [name],
        Type: 'AWS::EC2::Instance',
        State: 'active',
        SummaryStatistics: { OkCount: 1, TotalCount: 1, TotalResponseTime: 1 },
        Edges: [{ StartTime: trace.base, EndTime: trace.base + 1, Aliases: [] }],
      })
    },
  ),
]

export const TRACE_CASES: readonly Case[] = [...READ, ...GRAPH, ...SERVICE_GRAPH]
