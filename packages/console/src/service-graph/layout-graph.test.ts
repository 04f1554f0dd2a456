import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FLOW_ROOM } from './flow.ts'
import { layoutGraph, type Point, spaceOut } from './layout-graph.ts'

const { column: COLUMN_PX, row: ROW_PX } = FLOW_ROOM.right
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']
const graphs = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES)), { maxLength: 30 })
  .map((pairs) => ({
    nodes: [...new Set(['a', ...pairs.flat()])],
    edges: pairs.map(([from, to]) => ({ from, to })),
  }))

test('a chain goes from left to right, level', () => {
  const edges = [
    { from: 'web', to: 'catalog' },
    { from: 'catalog', to: 'table' },
  ]
  const places = layoutGraph({ nodes: ['table', 'web', 'catalog'], edges })
  expect(['web', 'catalog', 'table'].map((id) => places.get(id))).toEqual([
    { x: 0, y: 0 },
    { x: COLUMN_PX, y: 0 },
    { x: 2 * COLUMN_PX, y: 0 },
  ])
})

test('who is called by none stands left of its first callee, however far that is', () => {
  const edges = ['ab', 'bc', 'cd', 'xd'].map(([from = '', to = '']) => ({ from, to }))
  const places = layoutGraph({ nodes: ['a', 'b', 'c', 'd', 'x'], edges })
  expect(places.get('x')?.x).toBe(2 * COLUMN_PX)
})

test('a cycle has its first caller on the left', () => {
  const edges = ['ab', 'bc', 'cb', 'bb'].map(([from = '', to = '']) => ({ from, to }))
  const places = layoutGraph({ nodes: ['a', 'b', 'c'], edges })
  expect(['a', 'b', 'c'].map((id) => places.get(id)?.x)).toEqual([0, COLUMN_PX, 2 * COLUMN_PX])
})

test('the order of nodes and edges does not matter', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const turned = { nodes: graph.nodes.toReversed(), edges: graph.edges.toReversed() }
      expect(sorted(layoutGraph(turned))).toEqual(sorted(layoutGraph(graph)))
    }),
  )
})

test('no two nodes come closer than a row', () => {
  fc.assert(fc.property(graphs, (graph) => expectApart(layoutGraph(graph))))
})

test('nodes that were there stay where they are when others arrive', () => {
  fc.assert(
    fc.property(graphs, fc.constantFrom(...NAMES), (graph, caller) => {
      const before = layoutGraph(graph)
      const nodes = [...new Set([...graph.nodes, caller, 'new'])]
      const after = layoutGraph(
        { nodes, edges: [...graph.edges, { from: caller, to: 'new' }] },
        before,
      )
      for (const id of graph.nodes) expect(after.get(id)).toEqual(before.get(id))
      expect(after.size).toBe(nodes.length)
      expectApart(after)
    }),
  )
})

test('rows that want the same place share the way they have to give', () => {
  expect(spaceOut([0, 0, 0], true)).toEqual([-1, 0, 1])
  expect(spaceOut([0, 5, 5], true)).toEqual([0, 4.5, 5.5])
})

function sorted(places: ReadonlyMap<string, Point>) {
  return [...places].sort(([a], [b]) => (a < b ? -1 : 1))
}

function expectApart(places: ReadonlyMap<string, Point>): void {
  const points = [...places.values()]
  for (const [index, a] of points.entries()) {
    for (const b of points.slice(index + 1)) {
      if (a.x === b.x) expect(Math.abs(a.y - b.y)).toBeGreaterThanOrEqual(ROW_PX)
    }
  }
}
