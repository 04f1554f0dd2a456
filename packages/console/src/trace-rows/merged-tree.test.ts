import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareTrees, largestChanges, ownChange } from './compare-trees.ts'
import { findCriticalPath } from './critical-path.ts'
import { flameOfNodes, flameOfRows } from './flame.ts'
import { mergeAround, mergeTree } from './merged-tree.ts'
import { call, rowsOf, segment } from './sample-segment.ts'
import { arbitrarySegments } from './test-arbitrary-segments.ts'
import { endAt, type TraceRows } from './trace-rows.ts'

const MS = 1e6

/** `a` loads twice, each time with two reads of 10 ms, and renders. */
const PAGE = rowsOf([
  segment('a', 0, 100, {
    subsegments: [
      call('b1', 0, 40, { name: 'load', subsegments: [read('c1', 0), read('c2', 20)] }),
      call('b2', 40, 80, { name: 'load', subsegments: [read('c3', 40), read('c4', 60)] }),
      call('d1', 80, 95, { name: 'render' }),
    ],
  }),
])

function read(name: string, at: number) {
  return call(name, at, at + 10, { name: 'read' })
}

test('identical paths are one node with all that its rows took', () => {
  const nodes = merge(PAGE)
  expect(nodes.map(({ name, depth, count }) => [name, depth, count])).toEqual([
    ['a', 0, 1],
    ['load', 1, 2],
    ['read', 2, 4],
    ['render', 1, 1],
  ])
  expect(nodes.map(({ own }) => own / MS)).toEqual([5, 40, 40, 15])
  expect(nodes.map(({ total }) => total / MS)).toEqual([100, 80, 40, 15])
})

test('boxes of merged paths fill those above them, the widest first', () => {
  const flame = flameOfNodes(merge(PAGE), 'own')
  expect(flame.length / MS).toBe(100)
  expect([...flame.from].map((at) => at / MS)).toEqual([0, 0, 0, 80])
  expect([...flame.to].map((at) => at / MS)).toEqual([100, 80, 40, 95])
  expect(flame.labels).toEqual(['a', 'load ×2', 'read ×4', 'render'])
})

test('what led to an operation and what it called', () => {
  const around = (name: string, direction: 'callers' | 'callees') =>
    mergeAround(PAGE, findCriticalPath(PAGE), { service: 'a', name }, direction).map(
      ({ name: found, count, total }) => [found, count, total / MS],
    )
  expect(around('read', 'callers')).toEqual([
    ['read', 4, 40],
    ['load', 4, 40],
    ['a', 4, 40],
  ])
  expect(around('load', 'callees')).toEqual([
    ['load', 2, 80],
    ['read', 4, 40],
  ])
})

test('rows at the same time lie in lanes of their own, below their parents', () => {
  const rows = rowsOf([
    segment('a', 0, 100, {
      subsegments: [call('b1', 10, 50), call('b2', 20, 60), call('b3', 70, 80)],
    }),
  ])
  expect([...flameOfRows(rows).lane]).toEqual([0, 1, 2, 1])
})

test('whatever the segments: no two boxes of a lane overlap, own times of nodes are those of rows', () => {
  fc.assert(
    fc.property(arbitrarySegments, (segments) => {
      const rows = rowsOf(segments)
      const flame = flameOfRows(rows)
      const boxes = Array.from(flame.lane, (lane, box) => ({ lane, box })).sort(
        (left, right) => left.lane - right.lane || flame.from[left.box]! - flame.from[right.box]!,
      )
      for (const [index, { lane, box }] of boxes.entries()) {
        const before = boxes[index - 1]
        if (before?.lane === lane && endAt(rows, before.box) > rows.start[before.box]!) {
          expect(flame.from[box]).toBeGreaterThanOrEqual(endAt(rows, before.box))
        }
        const parent = rows.parent[box]!
        if (parent >= 0) expect(lane).toBeGreaterThan(flame.lane[parent]!)
      }
      const own = [...rows.own].filter((nanos) => !Number.isNaN(nanos))
      const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0)
      expect(sum(merge(rows).map((node) => node.own))).toBe(sum(own))
      expect(sum(merge(rows).map((node) => node.count))).toBe(rows.count)
    }),
  )
})

test('two traces as one tree: what is new, what is gone, what changed', () => {
  const before = rowsOf([
    segment('a', 0, 60, {
      subsegments: [call('b1', 0, 20, { name: 'load' }), call('c1', 20, 30, { name: 'old' })],
    }),
  ])
  const after = rowsOf([
    segment('a', 0, 90, {
      subsegments: [call('b1', 0, 50, { name: 'load' }), call('d1', 50, 55, { name: 'new' })],
    }),
  ])
  const nodes = compareTrees(merge(before), merge(after))
  expect(
    nodes.map((node) => [
      node.name,
      node.depth,
      node.before?.count,
      node.after?.count,
      ownChange(node) / MS,
    ]),
  ).toEqual([
    ['a', 0, 1, 1, 5],
    ['load', 1, 1, 1, 30],
    ['new', 1, undefined, 1, 5],
    ['old', 1, 1, undefined, -10],
  ])
  expect(largestChanges(nodes, 2).map(({ name }) => name)).toEqual(['load', 'old'])
})

test('what has not ended is no change', () => {
  const before = merge(rowsOf([segment('a', 0, 60)]))
  const after = merge(rowsOf([segment('a', 0, undefined)]))
  expect(largestChanges(compareTrees(before, after), 5)).toEqual([])
})

test('whatever the segments: a trace compared with itself has no change, with nothing all of it', () => {
  fc.assert(
    fc.property(arbitrarySegments, (segments) => {
      const nodes = merge(rowsOf(segments))
      const same = compareTrees(nodes, nodes)
      expect(same.map(({ after }) => after)).toEqual(same.map(({ before }) => before))
      expect(same).toHaveLength(nodes.length)
      expect(compareTrees([], nodes).every(({ before }) => before === undefined)).toBe(true)
    }),
  )
})

function merge(rows: TraceRows) {
  return mergeTree(rows, findCriticalPath(rows))
}
