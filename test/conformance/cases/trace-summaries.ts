import { expect } from 'vitest'
import { newEntityId, newTraceId } from '../../support/segments.ts'
import { until } from '../../support/wire-server.ts'
import {
  asks,
  bodyOf,
  type Call,
  type Case,
  follows,
  includes,
  invalid,
  violates,
} from '../case.ts'
import type { Body } from '../client.ts'
import { SentTrace } from '../sent-trace.ts'

/** xray-behaviour 6.2, 8 and 10. */

const RANGE = { StartTime: 1_700_000_000, EndTime: 1_700_000_060 }
const NOTHING = includes({ TraceSummaries: [], TracesProcessedCount: 0 })
const RATE = 'sampling rate must be specified and its value must be between [0, 1]'
const fixed = (Value?: number) => ({
  Sampling: true,
  SamplingStrategy: { Name: 'FixedRate', ...(Value === undefined ? {} : { Value }) },
})
const failed = (type: string, message: string) => ({
  fault: true,
  cause: { exceptions: [{ id: newEntityId(), type, message }] },
})

const REQUEST: readonly Case[] = [
  asks(
    'an empty range finds nothing',
    '6.2',
    ['GetTraceSummaries', { StartTime: 1, EndTime: 1 }],
    NOTHING,
  ),
  asks(
    'the end first is refused',
    '16.4 (10)',
    ['GetTraceSummaries', { StartTime: 2, EndTime: 1 }],
    invalid('End time cannot be earlier than start time'),
  ),
  asks(
    'no start is refused',
    '1.3',
    ['GetTraceSummaries', { EndTime: 1 }],
    violates('startTime', 'Member must not be null'),
  ),
  asks(
    'a token of nobody is refused and told',
    '1.4',
    ['GetTraceSummaries', { ...RANGE, NextToken: 'bogus' }],
    invalid('Invalid token bogus'),
  ),
  ...['TraceId', 'Event', undefined].map((type) =>
    asks(
      `ApproximateTime of ${type ?? 'no type'} is the start`,
      '6.2',
      ['GetTraceSummaries', { ...RANGE, ...(type === undefined ? {} : { TimeRangeType: type }) }],
      includes({ ApproximateTime: RANGE.StartTime }),
    ),
  ),
  asks(
    'ApproximateTime of Service is a minute earlier',
    '6.2',
    ['GetTraceSummaries', { ...RANGE, TimeRangeType: 'Service' }],
    includes({ ApproximateTime: RANGE.StartTime - 60 }),
  ),
  ...['TraceId', 'Service'].map((TimeRangeType) =>
    asks(
      `a fixed rate does not go with ${TimeRangeType}`,
      '8.9',
      ['GetTraceSummaries', { ...RANGE, TimeRangeType, ...fixed(0.5) }],
      invalid(
        `Cannot use FixedRate with input time range type: ${TimeRangeType}. Please try using time range type: Event`,
      ),
    ),
  ),
  ...[undefined, -0.1, 1.1].map((value) =>
    asks(
      `a fixed rate of ${value} is refused`,
      '8.9',
      ['GetTraceSummaries', { ...RANGE, TimeRangeType: 'Event', ...fixed(value) }],
      invalid(RATE),
    ),
  ),
  ...[0, 0.5, 1].map((value) =>
    asks(
      `a fixed rate of ${value} is taken`,
      '8.9',
      ['GetTraceSummaries', { ...RANGE, TimeRangeType: 'Event', ...fixed(value) }],
      includes({ TraceSummaries: [] }),
    ),
  ),
  asks(
    'a strategy has no effect where sampling is off',
    '8.9',
    ['GetTraceSummaries', { ...RANGE, ...fixed(7), Sampling: false }],
    NOTHING,
  ),
  asks(
    'a strategy has no effect where sampling is absent',
    '8.9',
    ['GetTraceSummaries', { ...RANGE, SamplingStrategy: { Name: 'FixedRate' } }],
    NOTHING,
  ),
  asks(
    'the value of a partial scan is not checked',
    '8.9',
    [
      'GetTraceSummaries',
      { ...RANGE, Sampling: true, SamplingStrategy: { Name: 'PartialScan', Value: 7 } },
    ],
    NOTHING,
  ),
  ...['', '  '].map((FilterExpression) =>
    asks(
      `the filter ${JSON.stringify(FilterExpression)} is like none`,
      '6.2',
      ['GetTraceSummaries', { ...RANGE, FilterExpression }],
      NOTHING,
    ),
  ),
]

/** 10.4, by number; those that name a group are apart. */
const EXPRESSIONS: readonly string[] = [
  'ok',
  '!ok',
  'ok = false',
  'fault',
  'fault = "true"',
  'error AND !throttle',
  'throttle OR fault',
  'partial',
  'ok !partial duration < 3',
  'responsetime > 5',
  'duration >= 5 AND duration <= 8',
  'http.status != 200',
  'http.status >= 500',
  'http.url CONTAINS "/api/cart/"',
  'http.url BEGINSWITH "https://shop." AND !service("shop.test")',
  'http.method = "PUT"',
  'http.useragent ENDSWITH "bot"',
  'http.clientip = "203.0.113.9"',
  'http.url AND responseTime > 2',
  'user',
  'user CONTAINS ""',
  'user = "u-81"',
  'annotation.tier = "gold"',
  'annotation.items > 29',
  'annotation.beta',
  '!annotation.beta',
  'annotation[aws.local.service] = "cart"',
  'service("orders")',
  'service("orders") { fault }',
  'service() { fault }',
  'service("orders") { root = true and fault = true }',
  'service(id(name: "fn", type: "AWS::Lambda::Function")) { error }',
  'service(id(type: "AWS::DynamoDB::Table")) { throttle }',
  'service(id(account.id: "123456789012"))',
  'service("orders") { responsetime > 1 AND http.status = 200 }',
  'edge("front", "orders") { error }',
  'edge(id(name: "front"), id(name: "t1", type: "AWS::DynamoDB::Table")) { responsetime > 0.2 }',
  '!edge("front", "legacy")',
  'rootcause.fault.service { name = "auth" }',
  'rootcause.fault.exception { last and message = "no answer" }',
  'rootcause.responsetime.entity { remote and coverage > 0.7 }',
  'rootcause.responsetime.service { last and type = "AWS::DynamoDB::Table" }',
  'rootcause.fault.service { index > 2 }',
  'rootcause.json = #[{"Services":[{"Name":"front"},{"Name":"orders"}]}]',
  'instance.id = "i-0abc" OR availabilityzone = "eu-west-1a"',
  'resource.arn BEGINSWITH "arn:aws:ecs"',
  '!OK and service("orders")',
  'service(id(name: "orders", type: "AWS::ECS::Container")) { ok = true }',
  'group.name = "Default"',
]

/** 10.5's causes. */
const WRONG: readonly string[] = [
  'fault AND',
  'fault OR',
  'response_time > 5',
  'nothing',
  'annotation.a.b = 1',
  'edge("a")',
  'service(id(name: "a", name: "b"))',
  'service("a") { service("b") }',
  'service("a") { edge("b", "c") }',
  'fault CONTAINS "x"',
  'http.url > "x"',
  'duration CONTAINS "1"',
  'rootcause.fault.entity { coverage > 0.5 }',
  'duration > "x"',
  '(fault',
  'service("a") { fault',
  'duration >',
  "http.url = 'x'",
  'group.name = "none"',
]

const FILTERS: readonly Case[] = [
  ...EXPRESSIONS.map((FilterExpression) =>
    asks(
      `understands ${FilterExpression}`,
      '10.4',
      ['GetTraceSummaries', { ...RANGE, FilterExpression }],
      NOTHING,
    ),
  ),
  ...WRONG.map((FilterExpression) =>
    asks(
      `refuses ${FilterExpression}`,
      '10.5',
      ['GetTraceSummaries', { ...RANGE, FilterExpression }],
      FilterExpression.startsWith('group')
        ? invalid(/none/)
        : invalid(/Error Location: line 1, position \d+/),
    ),
  ),
]

/** Expressions that one trace meets, and others that it does not. */
const MEANT: readonly (readonly [meets: string, fails: string])[] = [
  ['error', 'ok'],
  ['error AND !throttle', 'fault'],
  ['http.status = 404', 'http.status = 200'],
  ['http.method = "GET"', 'http.method = "PUT"'],
  ['http.url ENDSWITH "/cart"', 'http.url ENDSWITH "/"'],
  ['http.useragent BEGINSWITH "demo"', 'http.useragent = "bot"'],
  ['http.clientip = "203.0.113.9"', 'http.clientip = "203.0.113.8"'],
  ['responsetime = 2', 'responsetime > 2'],
  ['duration >= 2', 'duration < 2'],
  ['user = "u-81"', '!user'],
  ['annotation.tier = "gold"', 'annotation.tier = "silver"'],
  ['annotation.items > 2', 'annotation.items = "3"'],
  ['annotation.beta', 'annotation.beta = false'],
  ['service("carts")', '!service("carts")'],
  ['service("carts") { throttle }', 'service("carts") { fault }'],
  ['edge("filtered", "carts")', 'edge("carts", "filtered")'],
  ['edge("filtered", "carts") { throttle }', 'edge("filtered", "carts") { ok }'],
  [
    'edge(id(name: "filtered", type: "client"), id(name: "filtered"))',
    'edge("filtered", "filtered") { fault }',
  ],
  ['service(id(type: "AWS::DynamoDB::Table"))', 'service(id(type: "AWS::S3::Bucket"))'],
  ['instance.id = "i-0abc"', 'instance.id = "i-1"'],
  ['availabilityzone = "eu-west-1a"', 'availabilityzone = "eu-west-1b"'],
  ['inferred', '!inferred'],
  ['error OR fault AND throttle', '(error OR fault) AND throttle'],
  ['!partial', 'partial'],
  ['!edge("filtered", "legacy")', 'edge("filtered", "legacy")'],
]

/** The trace that {@link MEANT} is about, sent once through each client. */
function filteredTrace(call: Call): Promise<SentTrace> {
  const known = filtered.get(call)
  if (known !== undefined) return known
  const sent = sendFilteredTrace(call)
  filtered.set(call, sent)
  return sent
}

const filtered = new WeakMap<Call, Promise<SentTrace>>()

async function sendFilteredTrace(call: Call): Promise<SentTrace> {
  const trace = new SentTrace(call)
  const table = trace.subsegment('DynamoDB', [0.5, 0.6], {
    namespace: 'aws',
    aws: { operation: 'GetItem', table_name: 'carts' },
    error: true,
    throttle: true,
  })
  await trace.accept(
    trace.segment('filtered', [0, 2], {
      origin: 'AWS::EC2::Instance',
      user: 'u-81',
      aws: { ec2: { instance_id: 'i-0abc', availability_zone: 'eu-west-1a' } },
      annotations: { tier: 'gold', items: 3, beta: true },
      http: {
        request: {
          method: 'GET',
          url: 'https://shop.test/cart',
          user_agent: 'demo/1',
          client_ip: '203.0.113.9',
        },
        response: { status: 404 },
      },
      subsegments: [table],
    }),
  )
  await trace.summary()
  return trace
}

const MEANING: readonly Case[] = [
  ...MEANT.map(([meets, fails]) =>
    follows(
      `GetTraceSummaries: ${meets} finds the trace that ${fails} misses`,
      '10.2',
      async (call) => {
        const trace = await filteredTrace(call)
        expect(await trace.isFoundBy(meets)).toBe(true)
        expect(await trace.isFoundBy(fails)).toBe(false)
      },
    ),
  ),
  follows('GetTraceSummaries: a group means its expression', '10.2', async (call) => {
    const { Group } = await bodyOf(
      call('CreateGroup', { GroupName: 'slow', FilterExpression: 'duration > 5 OR fault' }),
    )
    const trace = new SentTrace(call)
    await trace.accept(trace.segment('grouped', [0, 6], { user: 'u-1' }))
    await trace.summary()
    const arn = (Group as { GroupARN: string }).GroupARN
    expect(await trace.isFoundBy('group.name = "slow"')).toBe(true)
    expect(await trace.isFoundBy(`group.arn = "${arn}"`)).toBe(true)
    expect(await trace.isFoundBy('group.name = "slow" AND user = "u-2"')).toBe(false)
    expect(await trace.isFoundBy('group.name != "slow"')).toBe(false)
  }),
  follows('GetTraceSummaries: a summary has every field of 8.1', '8.1', async (call) => {
    const trace = new SentTrace(call)
    await trace.accept(
      trace.segment('orders', [0.4, 0.59], {
        origin: 'AWS::EC2::Instance',
        user: 'u-81',
        resource_arn: 'arn:aws:ecs:eu-west-1:1:task/a',
        aws: { ec2: { instance_id: 'i-0abc', availability_zone: 'eu-west-1a' } },
        annotations: { tier: 'gold', items: 3, beta: true },
        http: {
          request: {
            method: 'POST',
            url: 'https://shop.test/orders',
            user_agent: 'demo/1',
            client_ip: '203.0.113.9',
          },
          response: { status: 200 },
        },
      }),
    )
    const summary = await trace.summary()
    expect(summary).toMatchObject({
      Id: trace.traceId,
      StartTime: trace.base,
      Duration: 0.19,
      ResponseTime: 0.19,
      HasFault: false,
      HasError: false,
      HasThrottle: false,
      IsPartial: false,
      Revision: 1,
      Http: {
        HttpURL: 'https://shop.test/orders',
        HttpStatus: 200,
        HttpMethod: 'POST',
        UserAgent: 'demo/1',
        ClientIp: '203.0.113.9',
      },
      Users: [{ UserName: 'u-81' }],
      ResourceARNs: [{ ARN: 'arn:aws:ecs:eu-west-1:1:task/a' }],
      InstanceIds: [{ Id: 'i-0abc' }],
      AvailabilityZones: [{ Name: 'eu-west-1a' }],
      EntryPoint: { Name: 'orders', Names: ['orders'], Type: 'AWS::EC2::Instance' },
      FaultRootCauses: [],
      ErrorRootCauses: [],
      ResponseTimeRootCauses: [],
    })
    const annotations = summary['Annotations'] as Readonly<Record<string, readonly Body[]>>
    expect(annotations['tier']).toMatchObject([{ AnnotationValue: { StringValue: 'gold' } }])
    expect(annotations['items']).toMatchObject([{ AnnotationValue: { NumberValue: 3 } }])
    expect(annotations['beta']).toMatchObject([{ AnnotationValue: { BooleanValue: true } }])
    const services = (summary['ServiceIds'] as Body[]).map(({ Name, Type }) => [Name, Type])
    expect(services).toHaveLength(2)
    expect(services).toEqual(
      expect.arrayContaining([
        ['orders', 'client'],
        ['orders', 'AWS::EC2::Instance'],
      ]),
    )
    expect(summary).not.toHaveProperty('MatchedEventTime')
  }),
  follows(
    'GetTraceSummaries: a bare segment has empty lists and an empty Http',
    '8.1',
    async (call) => {
      const trace = new SentTrace(call)
      await trace.accept(trace.segment('bare', [0, 1]))
      expect(await trace.summary()).toMatchObject({
        Http: {},
        Annotations: {},
        Users: [],
        ResourceARNs: [],
        InstanceIds: [],
        AvailabilityZones: [],
        FaultRootCauses: [],
      })
    },
  ),
  ...(
    [
      ['status 429', { http: { response: { status: 429 } } }, [false, false, true]],
      ['status 404', { http: { response: { status: 404 } } }, [false, true, false]],
      ['status 503', { http: { response: { status: 503 } } }, [true, false, false]],
      ['the throttle and error flags', { error: true, throttle: true }, [false, false, true]],
      ['the fault flag', { fault: true }, [true, false, false]],
      ['the fault and error flags', { fault: true, error: true }, [true, true, false]],
    ] as const
  ).map(([what, more, [HasFault, HasError, HasThrottle]]) =>
    follows(`GetTraceSummaries: a root with ${what} has its outcome`, '8.1', async (call) => {
      const trace = new SentTrace(call)
      await trace.accept(trace.segment('front', [0, 1], more))
      expect(await trace.summary()).toMatchObject({ HasFault, HasError, HasThrottle })
    }),
  ),
  follows('GetTraceSummaries: a failure below does not show at the root', '8.1', async (call) => {
    const trace = new SentTrace(call)
    const subsegments = [trace.subsegment('work', [0, 1], { fault: true })]
    await trace.accept(trace.segment('front', [0, 1], { subsegments }))
    expect(await trace.summary()).toMatchObject({ HasFault: false })
  }),
  follows(
    'GetTraceSummaries: an open root has no durations and is not partial',
    '16.4 (23)',
    async (call) => {
      const trace = new SentTrace(call)
      await trace.accept(trace.segment('front', [0]))
      const summary = await trace.summary()
      expect(summary).toMatchObject({ IsPartial: false })
      expect(summary).not.toHaveProperty('Duration')
      expect(summary).not.toHaveProperty('ResponseTime')
    },
  ),
  follows(
    'GetTraceSummaries: an unknown parent makes a trace partial',
    '16.4 (24)',
    async (call) => {
      const trace = new SentTrace(call)
      await trace.accept(trace.segment('back', [0, 1], { parent_id: newEntityId() }))
      expect(await trace.summary()).toMatchObject({ IsPartial: true })
    },
  ),
  ...(
    [
      [0.25, 0],
      [0.5, 0],
      [0.75, 1],
    ] as const
  ).map(([share, count]) =>
    follows(
      `GetTraceSummaries: a child over ${share} of its root is ${count === 0 ? 'no' : 'a'} cause`,
      '8.4',
      async (call) => {
        const trace = new SentTrace(call)
        const subsegments = [trace.subsegment('child', [0, 4 * share])]
        await trace.accept(trace.segment('front', [0, 4], { subsegments }))
        const causes = (await trace.summary())['ResponseTimeRootCauses']
        expect(causes).toHaveLength(count)
        if (count === 0) return
        expect(causes).toMatchObject([
          {
            ClientImpacting: true,
            Services: [
              {
                Name: 'front',
                EntityPath: [
                  { Name: 'front', Coverage: 1 },
                  { Name: 'child', Coverage: share },
                ],
              },
            ],
          },
        ])
      },
    ),
  ),
  follows(
    'GetTraceSummaries: the cause of a fault is a path of exceptions from the root',
    '8.5',
    async (call) => {
      const trace = new SentTrace(call)
      const subsegments = [trace.subsegment('load', [0, 0.5], failed('Timeout', 'no answer'))]
      await trace.accept(trace.segment('front', [0, 1], { fault: true, subsegments }))
      const summary = await trace.summary()
      expect(summary['FaultRootCauses']).toMatchObject([
        {
          ClientImpacting: true,
          Services: [
            {
              Name: 'front',
              EntityPath: [
                { Name: 'front', Exceptions: [] },
                { Name: 'load', Exceptions: [{ Name: 'Timeout', Message: 'no answer' }] },
              ],
            },
          ],
        },
      ])
      expect(summary['ErrorRootCauses']).toEqual([])
    },
  ),
  follows('GetTraceSummaries: a bare flag has no cause', '8.5', async (call) => {
    const trace = new SentTrace(call)
    await trace.accept(trace.segment('front', [0, 1], { fault: true }))
    expect(await trace.summary()).toMatchObject({ HasFault: true, FaultRootCauses: [] })
  }),
  follows(
    'GetTraceSummaries: a callee failed under a root that did not',
    '16.4 (28)',
    async (call) => {
      const trace = new SentTrace(call)
      const sub = trace.subsegment('back', [0, 0.5], { namespace: 'remote', fault: true })
      await trace.accept(
        trace.segment('front', [0, 1], { subsegments: [sub] }),
        trace.segment('back', [0.1, 0.4], {
          parent_id: sub['id'],
          ...failed('OwnFailure', 'no luck'),
        }),
      )
      expect(await trace.summary()).toMatchObject({
        HasFault: false,
        FaultRootCauses: [{ ClientImpacting: false, Services: [{ Name: 'back' }] }],
      })
    },
  ),
  follows(
    'GetTraceSummaries: a callee longer than its root is not followed',
    '16.4 (29)',
    async (call) => {
      const trace = new SentTrace(call)
      const sub = trace.subsegment('back', [0.2, 1.7], { namespace: 'remote' })
      await trace.accept(
        trace.segment('front', [0, 2], { subsegments: [sub] }),
        trace.segment('back', [0.3, 6.8], { parent_id: sub['id'] }),
      )
      const summary = await trace.summary()
      expect(summary).toMatchObject({ Duration: 6.8, ResponseTime: 2 })
      const [cause] = summary['ResponseTimeRootCauses'] as { Services: Body[] }[]
      expect(cause?.Services).toHaveLength(1)
      expect(cause?.Services[0]?.['EntityPath']).toMatchObject([
        { Name: 'front', Coverage: 1 },
        { Name: 'back', Coverage: 0.75, Remote: true },
      ])
    },
  ),
  ...(
    [
      ['TraceId', 20, 40, true],
      ['TraceId', 31, 40, false],
      ['TraceId', 20, 29, false],
      ['Service', 31, 40, true],
      ['Service', 90, 100, true],
      ['Service', 95, 100, false],
    ] as const
  ).map(([TimeRangeType, from, to, isFound]) =>
    follows(
      `GetTraceSummaries: ${TimeRangeType} from ${from} to ${to} s ${isFound ? 'finds' : 'misses'} a trace of 30 to 34 s`,
      '8.8',
      async (call) => {
        const trace = new SentTrace(call)
        await trace.accept(trace.segment('timed', [30, 34]))
        await trace.summary()
        const range = { StartTime: trace.base + from, EndTime: trace.base + to }
        const { TraceSummaries } = await bodyOf(
          call('GetTraceSummaries', { ...range, TimeRangeType }),
        )
        const ids = (TraceSummaries as Body[]).map(({ Id }) => Id)
        expect(ids.includes(trace.traceId)).toBe(isFound)
      },
    ),
  ),
  follows(
    'GetTraceSummaries: Event goes by the time of receipt and tells it',
    '8.8',
    async (call) => {
      const trace = new SentTrace(call)
      const sent = Math.floor(Date.now() / 1000)
      await trace.accept(trace.segment('received', [0, 1]))
      const found = { StartTime: sent - 2, EndTime: sent + 10, TimeRangeType: 'Event' }
      const { MatchedEventTime } = await trace.summary(found)
      expect(Number(MatchedEventTime)).toBeGreaterThanOrEqual(sent - 1)
      expect(Number(MatchedEventTime)).toBeLessThanOrEqual(sent + 10)
    },
  ),
]

const PAGES: readonly Case[] = [
  follows(
    'GetTraceSummaries: pages never repeat a token or a trace, and belong to their search',
    '8.10',
    async (call, client) => {
      const trace = new SentTrace(call)
      const documents = Array.from({ length: 250 }, () => ({
        ...trace.segment('paged', [1, 2]),
        trace_id: newTraceId(),
      }))
      await trace.accept(...documents)
      const FilterExpression = 'service("paged")'
      // The AWS CLI joins the pages by itself.
      const all = async () => {
        const [ids, tokens]: [unknown[], unknown[]] = [[], []]
        for (let token: unknown; ; ) {
          const next = token === undefined ? {} : { NextToken: token }
          const body = await bodyOf(
            call('GetTraceSummaries', { ...trace.range, FilterExpression, ...next }),
          )
          ids.push(...(body['TraceSummaries'] as Body[]).map(({ Id }) => Id))
          token = body['NextToken']
          if (token === undefined) return { ids, tokens }
          tokens.push(token)
        }
      }
      const { ids, tokens } = await until(all, (pages) => pages.ids.length >= 250)
      expect(new Set(ids).size).toBe(ids.length)
      expect(new Set(ids)).toEqual(new Set(documents.map(({ trace_id }) => trace_id)))
      expect(new Set(tokens).size).toBe(tokens.length)
      if (client === 'AWS CLI') return
      expect(tokens.length).toBeGreaterThan(0)
      for (const other of [
        { TimeRangeType: 'Event' },
        { FilterExpression: 'ok' },
        { EndTime: trace.base + 50 },
      ]) {
        const [NextToken] = tokens
        const asked = { ...trace.range, FilterExpression, ...other, NextToken }
        invalid(`Invalid token ${NextToken}`)(await call('GetTraceSummaries', asked), client)
      }
    },
  ),
]

export const SUMMARY_CASES: readonly Case[] = [...REQUEST, ...FILTERS, ...MEANING, ...PAGES]
