import { expect, test } from 'vitest'
import { readServiceGraph } from '../answer/service-graph.ts'
import { call, rowsOf, segment } from '../trace-rows/sample-segment.ts'
import { peersOf, rankOf } from './peers.ts'

/** 100 requests to `a` of 1 to 100 ms, of which each calls `b` once, in 10 ms. */
const PEERS = peersOf(
  readServiceGraph({
    Services: [
      {
        ReferenceId: 0,
        Name: 'a',
        State: 'active',
        ResponseTimeHistogram: Array.from({ length: 100 }, (_, index) => ({
          Value: (index + 1) / 1000,
          Count: 1,
        })),
        Edges: [{ ReferenceId: 1, ResponseTimeHistogram: [{ Value: 0.01, Count: 100 }] }],
      },
      {
        ReferenceId: 1,
        Name: 'b',
        State: 'active',
        ResponseTimeHistogram: [{ Value: 0.01, Count: 19 }],
      },
    ],
  }),
)

test('a segment stands among the requests to its service, a call among the calls of its service', () => {
  const rows = rowsOf([segment('a', 0, 90, { subsegments: [call('b', 0, 12)] })])
  expect(rankOf(rows, 0, PEERS)).toEqual({ share: 0.89, count: 100, what: 'requests to a' })
  expect(rankOf(rows, 1, PEERS)).toEqual({ share: 1, count: 100, what: 'calls from a to b' })
})

test('those who took as long are not faster', () => {
  const rows = rowsOf([segment('a', 0, 90, { subsegments: [call('b', 0, 10)] })])
  expect(rankOf(rows, 1, PEERS)?.share).toBe(0)
})

test('too few others, and work in progress, have no rank', () => {
  const rows = rowsOf([segment('b', 0, 50), segment('a', 0, undefined)])
  expect([0, 1].map((row) => rankOf(rows, row, PEERS))).toEqual([undefined, undefined])
})
