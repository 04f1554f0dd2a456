import { describe, expect, test } from 'vitest'
import {
  BASE_SECONDS,
  entityIdText,
  type Json,
  receivedDocument,
  segmentJson,
  subsegmentJson,
  TRACE_ID,
  traceIdOf,
  traceOf,
} from '../../../../test/support/traces.ts'
import { assembleTrace } from '../query/assemble-trace.ts'
import { MAX_ANNOTATIONS, summarizeTrace } from './trace-summary.ts'

function summaryOf(...documents: readonly Json[]) {
  return summarizeTrace(traceOf(...documents))
}

const SECOND = 1_000_000_000n

test('the hand-made example of the reference', () => {
  const summary = summaryOf(
    segmentJson(1, 'orders', [0, 0.19], {
      origin: 'AWS::EC2::Instance',
      user: 'u-81',
      annotations: { tier: 'gold', items: 3 },
      http: {
        request: {
          method: 'POST',
          url: 'https://shop.test/orders',
          user_agent: 'demo/1',
          client_ip: '203.0.113.9',
        },
        response: { status: 200 },
      },
      subsegments: [
        subsegmentJson(2, 'DynamoDB', [0.03, 0.07], {
          namespace: 'aws',
          aws: { operation: 'PutItem', table_name: 'orders' },
        }),
      ],
    }),
  )
  const orders = { name: 'orders', type: 'AWS::EC2::Instance', account: undefined }
  expect(summary).toEqual({
    id: TRACE_ID,
    start: BigInt(BASE_SECONDS) * SECOND,
    duration: 190_000_000,
    responseTime: 190_000_000,
    hasFault: false,
    hasError: false,
    hasThrottle: false,
    isPartial: false,
    http: {
      url: 'https://shop.test/orders',
      status: 200,
      method: 'POST',
      userAgent: 'demo/1',
      clientIp: '203.0.113.9',
    },
    annotations: new Map([
      ['tier', [{ value: 'gold', services: [orders] }]],
      ['items', [{ value: 3, services: [orders] }]],
    ]),
    users: [{ name: 'u-81', services: [orders] }],
    services: [
      { name: 'orders', type: 'client', account: undefined },
      orders,
      { name: 'orders', type: 'AWS::DynamoDB::Table', account: undefined },
    ],
    resourceArns: [],
    instanceIds: [],
    availabilityZones: [],
    entryPoint: orders,
    revision: 1,
    lastUpdate: BigInt(BASE_SECONDS + 10) * SECOND,
    faultRootCauses: [],
    errorRootCauses: [],
    responseTimeRootCauses: [],
    omittedRootCauses: 0,
  })
})

describe('the outcome of the root', () => {
  const none = { hasFault: false, hasError: false, hasThrottle: false }

  test.each([
    ['no flag, no status', {}, none],
    ['status 200', { status: 200 }, none],
    ['status 404', { status: 404 }, { ...none, hasError: true }],
    ['status 429', { status: 429 }, { ...none, hasThrottle: true }],
    ['status 503', { status: 503 }, { ...none, hasFault: true }],
    [
      'a throttle clears the error',
      { error: true, throttle: true },
      { ...none, hasThrottle: true },
    ],
    ['429 clears the error', { error: true, status: 429 }, { ...none, hasThrottle: true }],
    [
      'fault and error are independent',
      { fault: true, error: true },
      { hasFault: true, hasError: true, hasThrottle: false },
    ],
    ['a flag goes before the status', { error: true, status: 500 }, { ...none, hasError: true }],
    ['a fault with status 404', { fault: true, status: 404 }, { ...none, hasFault: true }],
  ])('%s', (_, { status, ...flags }: Json & { status?: number }, expected) => {
    const http = status === undefined ? {} : { http: { response: { status } } }
    expect(summaryOf(segmentJson(1, 'front', [0, 1], { ...flags, ...http }))).toMatchObject(
      expected,
    )
  })

  test('what fails below the root does not show', () => {
    const summary = summaryOf(
      segmentJson(1, 'front', [0, 1], {
        subsegments: [subsegmentJson(2, 'back', [0, 1], { namespace: 'remote', fault: true })],
      }),
      segmentJson(3, 'back', [0, 1], {
        parent_id: entityIdText(2),
        fault: true,
        cause: { exceptions: [{ id: entityIdText(9), type: 'Crash' }] },
      }),
    )
    expect(summary).toMatchObject(none)
    expect(summary.faultRootCauses).toMatchObject([{ clientImpacting: false }])
  })
})

describe('times', () => {
  test('the duration covers work that outlives the root', () => {
    const summary = summaryOf(
      segmentJson(1, 'front', [0, 2], {
        subsegments: [subsegmentJson(2, 'back', [0, 1.5], { namespace: 'remote' })],
      }),
      segmentJson(3, 'back', [0, 6.5], { parent_id: entityIdText(2) }),
    )
    expect(summary).toMatchObject({ duration: 6.5e9, responseTime: 2e9 })
  })

  test('an open root has none, and is not partial', () => {
    const summary = summaryOf(
      {
        ...segmentJson(1, 'front', [0, 0]),
        end_time: undefined,
        in_progress: true,
        subsegments: [subsegmentJson(2, 'done', [0.1, 0.5])],
      },
      segmentJson(3, 'back', [0.2, 0.3], { parent_id: entityIdText(2) }),
    )
    expect(summary).toMatchObject({
      duration: undefined,
      responseTime: undefined,
      isPartial: false,
      start: BigInt(BASE_SECONDS) * SECOND,
    })
  })

  test.each([0, -1])('a start of %d gives way to the first receipt', (start_time) => {
    const document = { ...segmentJson(1, 'front', [0, 1]), start_time }
    expect(summaryOf(document).start).toBe(BigInt(BASE_SECONDS + 10) * SECOND)
  })
})

describe('a trace without a root', () => {
  test('is partial, and the earliest segment stands for it', () => {
    const summary = summaryOf(
      segmentJson(1, 'later', [1, 2], { parent_id: entityIdText(7), fault: true }),
      segmentJson(2, 'earlier', [0.5, 2], {
        parent_id: entityIdText(8),
        error: true,
        http: { request: { url: 'http://earlier.test/' } },
      }),
    )
    expect(summary).toMatchObject({
      isPartial: true,
      hasError: true,
      hasFault: false,
      responseTime: 1.5e9,
      entryPoint: { name: 'earlier' },
      http: { url: 'http://earlier.test/' },
    })
    expect(summary.services.map(({ name, type }) => [name, type])).toEqual([
      ['earlier', undefined],
      ['later', undefined],
    ])
  })

  test('of orphans alone has no entry point', () => {
    const orphan = {
      ...subsegmentJson(1, 'work', [0, 1]),
      type: 'subsegment',
      trace_id: TRACE_ID,
      parent_id: entityIdText(9),
    }
    expect(summaryOf(orphan)).toMatchObject({
      entryPoint: undefined,
      isPartial: false,
      duration: undefined,
      services: [],
      revision: 1,
      start: BigInt(BASE_SECONDS + 10) * SECOND,
    })
  })
})

describe('what is gathered over all segments', () => {
  const front = segmentJson(1, 'front', [0, 1], {
    user: 'ada',
    resource_arn: 'arn:aws:ecs:eu-west-1:1:task/a',
    aws: { ec2: { instance_id: 'i-1', availability_zone: 'eu-west-1a' } },
    annotations: { tier: 'gold', deep: 1 },
    subsegments: [
      subsegmentJson(2, 'step', [0, 1], { annotations: { tier: 'silver', deep: '1', flag: true } }),
      subsegmentJson(3, 'back', [0, 1], { namespace: 'remote' }),
    ],
  })
  const back = segmentJson(4, 'back', [0, 1], {
    parent_id: entityIdText(3),
    user: 'ada',
    resource_arn: 'arn:aws:ecs:eu-west-1:1:task/a',
    aws: { ec2: { instance_id: 'i-2', availability_zone: 'eu-west-1a' } },
    annotations: { tier: 'gold' },
  })

  test('annotations by distinct value, with the services that set them', () => {
    const uses = [...summaryOf(front, back).annotations].map(([key, values]) => [
      key,
      values.map(({ value, services }) => [value, services.map((service) => service.name)]),
    ])
    expect(uses).toEqual([
      [
        'tier',
        [
          ['gold', ['front', 'back']],
          ['silver', ['front']],
        ],
      ],
      [
        'deep',
        [
          [1, ['front']],
          ['1', ['front']],
        ],
      ],
      ['flag', [[true, ['front']]]],
    ])
  })

  test('users, resources, instances and zones, each once', () => {
    expect(summaryOf(front, back)).toMatchObject({
      users: [{ name: 'ada', services: [{ name: 'front' }, { name: 'back' }] }],
      resourceArns: ['arn:aws:ecs:eu-west-1:1:task/a'],
      instanceIds: ['i-1', 'i-2'],
      availabilityZones: ['eu-west-1a'],
    })
  })

  test('no more annotations than are indexed', () => {
    const pairs = Array.from({ length: 30 }, (_, index) => [`key${index}`, index])
    const subsegments = Array.from({ length: 3 }, (_, index) =>
      subsegmentJson(10 + index, 'step', [0, 1], {
        annotations: Object.fromEntries(pairs.map(([key]) => [key, index])),
      }),
    )
    const { annotations } = summaryOf(segmentJson(1, 'front', [0, 1], { subsegments }))
    const count = [...annotations.values()].reduce((sum, values) => sum + values.length, 0)
    expect(count).toBe(MAX_ANNOTATIONS)
    expect([...annotations.keys()].slice(0, 2)).toEqual(['key0', 'key1'])
  })
})

test('requests that changed the trace are counted, duplicates are not', () => {
  const trace = assembleTrace(traceIdOf(TRACE_ID), [
    receivedDocument(segmentJson(1, 'front', [0, 1]), 10),
    receivedDocument(segmentJson(1, 'front', [0, 2]), 20),
    receivedDocument(segmentJson(2, 'back', [0, 1], { parent_id: entityIdText(1) }), 15),
  ])
  expect(summarizeTrace(trace)).toMatchObject({
    revision: 2,
    lastUpdate: BigInt(BASE_SECONDS + 15) * SECOND,
    responseTime: 1e9,
  })
})
