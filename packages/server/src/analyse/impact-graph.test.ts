import type { ServiceGraph, ServiceKey } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { segmentJson, subsegmentJson, traceOf } from '../../../../test/support/traces.ts'
import { impactGraph } from './impact-graph.ts'
import { graphOfTrace } from './service-graph.ts'

/** client → front → orders → payments → bank; front → catalogue; orders → table; payments → payments. */
const GRAPH = graphOfTrace(
  traceOf(
    segmentJson(1, 'front', [0, 9], {
      subsegments: [
        subsegmentJson(2, 'orders', [1, 8], { namespace: 'remote' }),
        subsegmentJson(3, 'catalogue', [1, 2], { namespace: 'remote' }),
      ],
    }),
    segmentJson(4, 'orders', [1, 8], {
      parent_id: '0000000000000002',
      subsegments: [
        subsegmentJson(5, 'payments', [2, 7], { namespace: 'remote' }),
        subsegmentJson(6, 'table', [1, 2], { namespace: 'remote' }),
      ],
    }),
    segmentJson(7, 'payments', [2, 7], {
      parent_id: '0000000000000005',
      subsegments: [
        subsegmentJson(8, 'payments', [3, 4], { namespace: 'remote' }),
        subsegmentJson(9, 'bank', [5, 6], { namespace: 'remote' }),
      ],
    }),
    segmentJson(10, 'payments', [3, 4], { parent_id: '0000000000000008' }),
  ),
)

function keyOf(name: string, type?: string): ServiceKey {
  return { name, type, account: undefined }
}

function namesOf({ nodes, edges }: ServiceGraph) {
  return {
    nodes: nodes.map(({ key }) => `${key.name} ${key.type ?? ''}`.trim()),
    edges: edges.map(({ from, to }) => `${from.name} > ${to.name}`),
  }
}

test('whoever calls the cause, near or far, can be harmed; whom it calls cannot', () => {
  expect(namesOf(impactGraph(GRAPH, keyOf('payments')))).toEqual({
    nodes: ['front', 'front client', 'orders', 'payments'],
    edges: ['front > orders', 'front > front', 'orders > payments', 'payments > payments'],
  })
})

test('an inferred service is a cause like any other', () => {
  expect(namesOf(impactGraph(GRAPH, keyOf('catalogue', 'remote')))).toEqual({
    nodes: ['catalogue remote', 'front', 'front client'],
    edges: ['front > catalogue', 'front > front'],
  })
})

test.each([
  ['a name of another type', keyOf('payments', 'remote')],
  ['an unknown name', keyOf('nobody')],
])('%s harms nobody', (_, key) => {
  expect(impactGraph(GRAPH, key)).toEqual({ nodes: [], edges: [] })
})
