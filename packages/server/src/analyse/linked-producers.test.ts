import { expect, test } from 'vitest'
import {
  entityIdText,
  segmentJson,
  subsegmentJson,
  traceIdOf,
  traceOf,
} from '../../../../test/support/traces.ts'
import { linkedTraceIds, producersIn } from './linked-producers.ts'
import { callsOfTrace, graphOfTrace } from './service-graph.ts'

const PRODUCER = '1-68f00000-000000000000000000000001'
const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/1/parcels'

const sender = traceOf(
  segmentJson(1, 'orders', [0, 1], {
    trace_id: PRODUCER,
    subsegments: [
      subsegmentJson(2, 'SQS', [0.25, 0.5], {
        namespace: 'aws',
        aws: { operation: 'SendMessage', queue_url: QUEUE },
      }),
    ],
  }),
)

function consumer(linked: number, type = 'parent') {
  const attributes = { 'aws.xray.reserved.reference_type': type }
  const links = [{ trace_id: PRODUCER, id: entityIdText(linked), attributes }]
  return traceOf(segmentJson(9, 'shipping', [2.25, 3], { links }))
}

function linkEdges(trace: ReturnType<typeof consumer>) {
  const traces = new Map([[sender.id, callsOfTrace(sender)]])
  return graphOfTrace(trace, producersIn(traces))
    .edges.filter(({ type }) => type === 'link')
    .map(({ from, to, receivedEventAges }) => [
      from.name,
      from.type,
      to.name,
      [...receivedEventAges],
    ])
}

test('a link to a call is an edge from its queue, with the time the message waited', () => {
  expect([...linkedTraceIds(callsOfTrace(consumer(2)))]).toEqual([traceIdOf(PRODUCER)])
  expect(linkEdges(consumer(2))).toEqual([[QUEUE, 'AWS::SQS::Queue', 'shipping', [[2000, 1]]]])
})

test('a link to a segment is an edge from its service', () => {
  expect(linkEdges(consumer(1))).toEqual([['orders', undefined, 'shipping', [[2250, 1]]]])
})

test('a link to a child, or to what is not known, is no edge', () => {
  expect(linkedTraceIds(callsOfTrace(consumer(2, 'child'))).size).toBe(0)
  expect(linkEdges(consumer(2, 'child'))).toEqual([])
  expect(linkEdges(consumer(7))).toEqual([])
})

test('the links to 20 traces of a segment count and 100 of a trace; others are told', () => {
  const linksTo = (traces: number, each: number) =>
    Array.from({ length: traces * each }, (_, at) => ({
      trace_id: `1-68f00000-${`${at % traces}`.padStart(24, '0')}`,
      id: entityIdText(at + 1),
      attributes: { 'aws.xray.reserved.reference_type': 'parent' },
    }))
  const wide = callsOfTrace(traceOf(segmentJson(9, 'shipping', [2, 3], { links: linksTo(25, 2) })))
  expect(linkedTraceIds(wide).size).toBe(20)
  expect(wide.omittedLinks).toBe(10)

  const later = segmentJson(8, 'later', [4, 5], { links: linksTo(20, 2) })
  const first = segmentJson(9, 'first', [2, 3], { links: linksTo(20, 4) })
  const many = callsOfTrace(traceOf(later, first))
  expect(many.segments.map(({ service, links }) => [service.name, links.length])).toEqual([
    ['first', 80],
    ['later', 20],
  ])
  expect(many.omittedLinks).toBe(20)
})
