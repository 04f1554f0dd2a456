import type { RequestStatistics, ServiceGraph, ServiceNode } from '@fluoroscope/model'
import { unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { printBounds, printServices } from './service-graph.ts'

const NONE: RequestStatistics = { ok: 0, error: 0, throttle: 0, fault: 0, totalNanos: 0 }

function node(name: string, fields: Partial<ServiceNode> = {}): ServiceNode {
  return {
    key: { name, type: undefined, account: undefined },
    names: [name],
    root: false,
    state: 'active',
    statistics: NONE,
    responseTimes: new Map(),
    durations: new Map(),
    firstTrace: unixNanos(1_795_388_400_900_000_000n),
    lastTrace: unixNanos(1_795_388_410_000_000_000n),
    ...fields,
  }
}

const front = node('front', {
  root: true,
  statistics: { ok: 1, error: 2, throttle: 3, fault: 4, totalNanos: 1_234_567_890 },
  responseTimes: new Map([[190, 10]]),
})
const back = node('back', {
  key: { name: 'back', type: 'AWS::ECS::Container', account: '123456789012' },
})
const client = node('front', {
  key: { name: 'front', type: 'client', account: undefined },
  state: 'unknown',
  statistics: undefined,
})

const GRAPH: ServiceGraph = {
  nodes: [back, front, client],
  edges: [
    {
      from: front.key,
      to: back.key,
      type: 'call',
      statistics: NONE,
      responseTimes: new Map([[5, 1]]),
      receivedEventAges: new Map(),
      aliases: [{ name: 'back', type: 'remote' }],
    },
    {
      from: back.key,
      to: back.key,
      type: 'link',
      statistics: NONE,
      responseTimes: new Map(),
      receivedEventAges: new Map([[2500, 1]]),
      aliases: [],
    },
    {
      from: client.key,
      to: front.key,
      type: 'call',
      statistics: NONE,
      responseTimes: new Map(),
      receivedEventAges: new Map(),
      aliases: [],
    },
  ],
}

test('statistics are exclusive and add up; a client has none (9.6, 9.2)', () => {
  const [, root, outside] = printServices(GRAPH, true)
  expect(root?.SummaryStatistics).toEqual({
    OkCount: 1,
    ErrorStatistics: { ThrottleCount: 3, OtherCount: 2, TotalCount: 5 },
    FaultStatistics: { OtherCount: 4, TotalCount: 4 },
    TotalCount: 10,
    TotalResponseTime: 1.235,
  })
  expect(root?.ResponseTimeHistogram).toEqual([{ Value: 0.19, Count: 10 }])
  expect(outside).toMatchObject({ SummaryStatistics: null, DurationHistogram: [], Type: 'client' })
})

test('edges refer to nodes by their place, with the times of their source (9.4)', () => {
  const services = printServices(GRAPH, true)
  expect(services.map(({ ReferenceId }) => ReferenceId)).toEqual([0, 1, 2])
  expect(services[1]?.Edges).toMatchObject([
    {
      ReferenceId: 0,
      StartTime: 1_795_388_400,
      EndTime: 1_795_388_411,
      Aliases: [{ Name: 'back', Names: ['back'], Type: 'remote' }],
    },
  ])
  expect(services[1]?.Edges[0]).not.toHaveProperty('EdgeType')
  expect(services[2]?.Edges.map(({ ReferenceId }) => ReferenceId)).toEqual([1])
})

test('a link has ages and nothing else (9.5)', () => {
  expect(printServices(GRAPH, true)[0]?.Edges).toEqual([
    {
      ReferenceId: 0,
      StartTime: 1_795_388_400,
      EndTime: 1_795_388_411,
      SummaryStatistics: {},
      ResponseTimeHistogram: [],
      ReceivedEventAgeHistogram: [{ Value: 2.5, Count: 1 }],
      Aliases: [],
      EdgeType: 'link',
    },
  ])
})

test('bounds are those of the data; one trace has no times (9.3, 6.2)', () => {
  expect(printBounds(printServices(GRAPH, true))).toEqual({
    StartTime: 1_795_388_400,
    EndTime: 1_795_388_410,
  })
  const untimed = printServices(GRAPH, false)
  expect(printBounds(untimed)).toEqual({ StartTime: null, EndTime: null })
  expect(untimed[1]).toMatchObject({ StartTime: null, EndTime: null })
})
