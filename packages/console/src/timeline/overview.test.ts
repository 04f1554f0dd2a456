import { expect, test } from 'vitest'
import { overviewOf } from './overview.ts'
import { call, segment } from './sample-segment.ts'
import { buildTraceTree } from './trace-tree.ts'

test('own time is what no child covers; children that overlap count once', () => {
  expect(ownTime([call('b1', 10, 40), call('b2', 30, 60), call('b3', 80, 90)])).toBe('40 ms')
})

test('a child that outlives its parent covers no more than the parent', () => {
  expect(ownTime([call('b1', 50, 300)])).toBe('50 ms')
})

test('work in progress has no duration and no own time', () => {
  const tree = buildTraceTree([segment('a', 0, undefined)])
  const facts = new Map(overviewOf(tree, tree.rows[0]!))
  expect(facts.get('Duration')).toBe('in progress')
  expect(facts.get('Own time')).toBeUndefined()
})

function ownTime(subsegments: ReturnType<typeof call>[]) {
  const tree = buildTraceTree([segment('a', 0, 100, { subsegments })])
  return new Map(overviewOf(tree, tree.rows[0]!)).get('Own time')
}
