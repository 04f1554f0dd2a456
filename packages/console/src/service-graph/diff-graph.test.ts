import { expect, test } from 'vitest'
import type { MapEdge, MapNode, ReceivedGraph } from '../answer/service-graph.ts'
import { diffGraphs } from './diff-graph.ts'

type Numbers = { readonly ok?: number; readonly fault?: number; readonly seconds?: number }

function node(id: string, { ok = 200, fault = 0, seconds = 0.1 }: Numbers = {}): MapNode {
  return {
    id,
    key: { name: id, type: undefined, account: undefined },
    root: false,
    reports: true,
    statistics: { ok, error: 0, throttle: 0, fault, totalNanos: 0 },
    responseTimes: [
      { seconds, count: (ok + fault) / 2 },
      { seconds: seconds * 1.5, count: (ok + fault) / 2 },
    ],
    bundle: undefined,
  }
}

function edge(from: string, to: string): MapEdge {
  const { statistics, responseTimes } = node('any')
  return {
    id: `${from}>${to}`,
    from,
    to,
    type: 'call',
    statistics,
    responseTimes,
    receivedEventAges: [],
    aliases: [],
    parts: [],
  }
}

function graph(nodes: readonly MapNode[], edges: readonly MapEdge[] = []): ReceivedGraph {
  return { nodes, edges, covered: undefined, oldGroupVersions: false }
}

test.each<[string, Numbers, Numbers, string]>([
  ['more faults', { fault: 20 }, { fault: 0 }, 'faltering'],
  ['fewer faults', { fault: 0 }, { fault: 20 }, 'recovered'],
  ['longer responses', { seconds: 0.3 }, { seconds: 0.1 }, 'slower'],
  ['shorter responses', { seconds: 0.1 }, { seconds: 0.3 }, 'faster'],
  ['both worse: failures are graver', { fault: 20, seconds: 1 }, {}, 'faltering'],
  ['the same', {}, {}, 'unchanged'],
  ['twice the requests', { ok: 400 }, { ok: 200 }, 'unchanged'],
  ['one failure among few: chance', { ok: 4, fault: 1 }, { ok: 5 }, 'unchanged'],
  ['a little longer', { seconds: 0.105 }, { seconds: 0.1 }, 'unchanged'],
  ['much longer, but two requests', { ok: 2, seconds: 3 }, { ok: 2 }, 'unchanged'],
])('%s', (_what, now, before, kind) => {
  const { changes } = diffGraphs(graph([node('a', now)]), graph([node('a', before)]))
  expect(changes.get('a')?.kind).toBe(kind)
})

test('what came and what went is in one graph, what went without requests now', () => {
  const now = graph([node('a'), node('b')], [edge('a', 'b')])
  const before = graph([node('a'), node('c')], [edge('a', 'c')])
  const { graph: both, changes } = diffGraphs(now, before)
  expect(both.nodes.map(({ id, statistics }) => [id, statistics.ok])).toEqual([
    ['a', 200],
    ['b', 200],
    ['c', 0],
  ])
  expect(both.edges.map(({ id }) => id)).toEqual(['a>b', 'a>c'])
  expect([...changes].map(([id, { kind }]) => [id, kind])).toEqual([
    ['a', 'unchanged'],
    ['b', 'new'],
    ['c', 'gone'],
    ['a>b', 'new'],
    ['a>c', 'gone'],
  ])
  expect(changes.get('c')?.requests).toEqual({ now: undefined, before: 200 })
})
