import type { ServiceOutput } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { PLAIN } from './paint.ts'
import { layoutServiceTable, percentile } from './service-table.ts'

function service(id: number, name: string, fields: Partial<ServiceOutput>): ServiceOutput {
  return {
    ReferenceId: id,
    Name: name,
    Names: [name],
    Root: false,
    AccountId: null,
    Type: null,
    State: 'active',
    StartTime: 0,
    EndTime: 1,
    Edges: [],
    SummaryStatistics: null,
    DurationHistogram: [],
    ResponseTimeHistogram: [],
    ...fields,
  }
}

function edgeTo(id: number): ServiceOutput['Edges'][number] {
  return {
    ReferenceId: id,
    StartTime: 0,
    EndTime: 1,
    SummaryStatistics: {},
    ResponseTimeHistogram: [],
    ReceivedEventAgeHistogram: [],
    Aliases: [],
  }
}

function statistics(ok: number, error: number, throttle: number, fault: number) {
  return {
    OkCount: ok,
    ErrorStatistics: { ThrottleCount: throttle, OtherCount: error, TotalCount: error + throttle },
    FaultStatistics: { OtherCount: fault, TotalCount: fault },
    TotalCount: ok + error + throttle + fault,
    TotalResponseTime: 1,
  }
}

const GRAPH = [
  service(0, 'shop', { Type: 'client', State: 'unknown', Edges: [edgeTo(2)] }),
  service(1, 'https://sqs.eu-west-1.amazonaws.com/1/jobs', {
    Type: 'AWS::SQS::Queue',
    State: 'unknown',
    SummaryStatistics: statistics(5, 0, 0, 0),
  }),
  service(2, 'shop', {
    Root: true,
    Edges: [edgeTo(1)],
    SummaryStatistics: statistics(90, 5, 2, 3),
    ResponseTimeHistogram: [
      { Value: 2, Count: 1 },
      { Value: 0.1, Count: 94 },
      { Value: 0.5, Count: 5 },
    ],
  }),
]

test('a line for each service, entries first, without the client', () => {
  expect(layoutServiceTable(GRAPH, 50, 200, PLAIN)).toEqual([
    'SERVICE  TYPE        REQUESTS  RATE  OK %  ERROR %  THROTTLE %  FAULT %     P50     P95     P99  CALLS',
    'shop     -                100   2/s    90        5           2        3  100 ms  500 ms  500 ms  jobs',
    'jobs     SQS::Queue         5   6/m   100        -           -        -       -       -       -',
  ])
})

test('a narrow terminal keeps rate, failures and speed', () => {
  const [titles = ''] = layoutServiceTable(GRAPH, 50, 60, PLAIN)
  for (const title of ['SERVICE', 'RATE', 'ERROR %', 'FAULT %', 'P50', 'P99']) {
    expect(titles).toContain(title)
  }
  expect(titles.length).toBeLessThanOrEqual(60)
})

test('percentiles come from an unsorted histogram', () => {
  const histogram = [
    { Value: 3, Count: 1 },
    { Value: 1, Count: 8 },
    { Value: 2, Count: 1 },
  ]
  expect(percentile(histogram, 0.5)).toBe(1)
  expect(percentile(histogram, 0.9)).toBe(2)
  expect(percentile(histogram, 0.99)).toBe(3)
  expect(percentile([], 0.5)).toBeUndefined()
})
