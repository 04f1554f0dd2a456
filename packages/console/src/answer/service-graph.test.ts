import { expect, test } from 'vitest'
import { AnswerError } from './json-reader.ts'
import { readServiceGraph } from './service-graph.ts'

const STATISTICS = {
  OkCount: 3,
  ErrorStatistics: { ThrottleCount: 1, OtherCount: 2, TotalCount: 3 },
  FaultStatistics: { OtherCount: 4, TotalCount: 4 },
  TotalCount: 10,
  TotalResponseTime: 1.5,
}
const COUNTS = { ok: 3, error: 2, throttle: 1, fault: 4, totalNanos: 1_500_000_000 }

/** Client, service and table of xray-behaviour 9.9, with the members that captures show as null. */
const ANSWER = {
  StartTime: 1_760_000_000,
  EndTime: 1_760_000_060,
  ContainsOldGroupVersions: true,
  Services: [
    {
      ReferenceId: 0,
      Name: 'front',
      Type: 'client',
      State: 'unknown',
      AccountId: null,
      SummaryStatistics: null,
      ResponseTimeHistogram: null,
      Edges: [{ ReferenceId: 1, SummaryStatistics: STATISTICS, ResponseTimeHistogram: [] }],
    },
    {
      ReferenceId: 1,
      Name: 'front',
      Type: 'AWS::ECS::Container',
      State: 'active',
      Root: true,
      AccountId: '1',
      SummaryStatistics: STATISTICS,
      ResponseTimeHistogram: [
        { Value: 0.2, Count: 7 },
        { Value: 0.1, Count: 3 },
      ],
      Edges: [
        {
          ReferenceId: 2,
          EdgeType: 'link',
          SummaryStatistics: {},
          ReceivedEventAgeHistogram: [{ Value: 5, Count: 1 }],
          Aliases: [{ Name: 't', Names: ['t'], Type: 'remote' }],
        },
      ],
    },
    { ReferenceId: 2, Name: 't1', Type: null, State: 'passive', Edges: [] },
  ],
}

test('services and calls are read as the reference writes them', () => {
  const { nodes, edges, covered, oldGroupVersions } = readServiceGraph(ANSWER)
  expect(nodes.map(({ id }) => id)).toEqual([
    'front~client~',
    'front~AWS%3A%3AECS%3A%3AContainer~1',
    't1~~',
  ])
  expect(nodes[1]).toMatchObject({ root: true, reports: true, statistics: COUNTS })
  expect(nodes[1]?.responseTimes.map(({ seconds }) => seconds)).toEqual([0.1, 0.2])
  expect(edges.map(({ type }) => type)).toEqual(['call', 'link'])
  expect(edges[1]).toMatchObject({
    from: 'front~AWS%3A%3AECS%3A%3AContainer~1',
    to: 't1~~',
    aliases: ['t'],
    receivedEventAges: [{ seconds: 5, count: 1 }],
    statistics: { ok: 0, error: 0, throttle: 0, fault: 0, totalNanos: 0 },
  })
  expect(covered).toEqual({ from: 1_760_000_000, to: 1_760_000_060 })
  expect(oldGroupVersions).toBe(true)
})

test('a client counts the calls it makes', () => {
  expect(readServiceGraph(ANSWER).nodes[0]?.statistics).toEqual(COUNTS)
})

test('an empty range has no services and covers nothing', () => {
  const answer = { Services: [], StartTime: null, EndTime: null }
  expect(readServiceGraph(answer)).toMatchObject({ nodes: [], edges: [], covered: undefined })
})

test.each([
  ['no list', { Services: {} }],
  ['a service without name', { Services: [{ ReferenceId: 0 }] }],
  ['a service without number', { Services: [{ Name: 'a' }] }],
  ['a call to nowhere', { Services: [{ ReferenceId: 0, Name: 'a', Edges: [{ ReferenceId: 9 }] }] }],
])('an answer with %s is refused', (_what, answer) => {
  expect(() => readServiceGraph(answer)).toThrow(AnswerError)
})
