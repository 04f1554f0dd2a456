import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countServices, type MapEdge, totalOf } from '../answer/service-graph.ts'
import { collapseGraph, findBundles } from './collapse-graph.ts'
import { COLLAPSE_RULES } from './collapse-rule.ts'
import { strongComponents } from './strong-components.ts'
import { arbitraryGraph, callOf, serviceOf } from './test-graphs.ts'

const TABLE = 'AWS::DynamoDB::Table'

/** `web` calls `a`, which calls `b` and is called by it; both read tables. */
const GRAPH = {
  nodes: [
    serviceOf('web', 10),
    serviceOf('a', 30),
    serviceOf('b', 20),
    serviceOf('orders', 5, TABLE),
    serviceOf('stock', 7, TABLE),
  ],
  edges: [
    callOf('web', 'a', 10),
    callOf('a', 'b', 20),
    callOf('b', 'a', 20),
    callOf('a', 'orders', 5),
    callOf('b', 'stock', 6),
    callOf('a', 'stock', 1),
  ],
  covered: undefined,
  oldGroupVersions: false,
}

test('services that call each other are one node with the sum of their requests', () => {
  const bundles = findBundles([GRAPH], 'cycle')
  expect([...bundles]).toEqual([
    ['a', '+cycle~a'],
    ['b', '+cycle~a'],
  ])
  const { nodes, edges } = collapseGraph(GRAPH, 'cycle', bundles)
  const bundle = nodes.find(({ id }) => id === '+cycle~a')
  expect(bundle?.key.name).toBe('a + 1 in a cycle')
  expect(bundle?.statistics).toEqual({ ok: 50, error: 0, throttle: 0, fault: 0, totalNanos: 50e6 })
  expect(bundle?.responseTimes).toEqual([{ seconds: 0.001, count: 50 }])
  expect(bundle?.bundle?.innerRequests).toBe(40)
  expect(edges.map(({ id, statistics }) => [id, statistics.ok])).toEqual([
    ['web>+cycle~a', 10],
    ['+cycle~a>orders', 5],
    ['+cycle~a>stock', 7],
  ])
})

test('services of a type are one node, and its calls those of each of them', () => {
  const { nodes, edges } = collapseGraph(GRAPH, 'type', findBundles([GRAPH], 'type'))
  expect(nodes.map(({ key }) => key.name)).toEqual(['web', 'a', 'b', '2 × DynamoDB Table'])
  const table = '+type~AWS%3A%3ADynamoDB%3A%3ATable'
  expect(edges.slice(3).map(({ id, parts }) => [id, parts.map((part) => part.id)])).toEqual([
    [`a>${table}`, ['a>orders', 'a>stock']],
    [`b>${table}`, ['b>stock']],
  ])
})

test('both windows are bundled alike, though one of them holds but one of the services', () => {
  const before = { ...GRAPH, nodes: GRAPH.nodes.slice(0, 4), edges: [] }
  const bundles = findBundles([before, GRAPH], 'type')
  const [, , , bundle] = collapseGraph(before, 'type', bundles).nodes
  expect(bundle).toMatchObject({ id: '+type~AWS%3A%3ADynamoDB%3A%3ATable', statistics: { ok: 5 } })
  expect(findBundles([before], 'type').size).toBe(0)
})

test.each(COLLAPSE_RULES)('no request is lost or counted twice when collapsed by %s', (rule) => {
  fc.assert(
    fc.property(arbitraryGraph(), (graph) => {
      const drawn = collapseGraph(graph, rule, findBundles([graph], rule))
      expect(countServices(drawn.nodes)).toBe(graph.nodes.length)
      expect(sumOf(drawn.nodes)).toBe(sumOf(graph.nodes))
      const inner = drawn.nodes.reduce((sum, { bundle }) => sum + (bundle?.innerRequests ?? 0), 0)
      expect(sumOf(drawn.edges) + inner).toBe(sumOf(graph.edges))
      const ids = new Set(drawn.nodes.map(({ id }) => id))
      expect(ids.size).toBe(drawn.nodes.length)
      for (const { from, to } of drawn.edges) expect(ids.has(from) && ids.has(to)).toBe(true)
    }),
  )
})

test('two services are strongly connected where each leads to the other', () => {
  fc.assert(
    fc.property(arbitraryGraph(), ({ nodes, edges }) => {
      const ids = nodes.map(({ id }) => id)
      const components = strongComponents({ nodes: ids, edges })
      expect(components.flat().sort()).toEqual(ids)
      const together = (a: string, b: string) =>
        components.some((component) => component.includes(a) && component.includes(b))
      for (const a of ids) {
        for (const b of ids) {
          const isMutual = reached(edges, a).has(b) && reached(edges, b).has(a)
          expect(together(a, b), `${a} and ${b}`).toBe(isMutual)
        }
      }
    }),
  )
})

function sumOf(parts: readonly Pick<MapEdge, 'statistics'>[]): number {
  return parts.reduce((sum, { statistics }) => sum + totalOf(statistics), 0)
}

function reached(edges: readonly MapEdge[], start: string): ReadonlySet<string> {
  const seen = new Set([start])
  for (const id of seen) for (const { from, to } of edges) if (from === id) seen.add(to)
  return seen
}
