import { expect, test } from 'vitest'
import { call, id, segment } from './sample-segment.ts'
import { stateAfterKey, type TimelineState } from './timeline-keys.ts'
import { buildTraceTree, visibleRows } from './trace-tree.ts'

/** a ─ b1 ─ c (failed), a ─ b2 */
const TREE = buildTraceTree([
  segment('a', 0, 100, { subsegments: [call('b1', 10, 50), call('b2', 60, 70)] }),
  { ...segment('c', 20, 40, { parentId: 'b1' }), fault: true },
])

const NOTHING: TimelineState = { selected: undefined, detailsOpen: false, collapsed: new Set() }

test.each<[string, string | undefined, string, string | undefined]>([
  ['down from nowhere', undefined, 'j', 'a'],
  ['down', 'a', 'ArrowDown', 'b1'],
  ['down at the end', 'b2', 'j', 'b2'],
  ['up', 'c', 'k', 'b1'],
  ['up at the start', 'a', 'ArrowUp', 'a'],
  ['to the first', 'c', 'Home', 'a'],
  ['to the last', 'a', 'End', 'b2'],
  ['right goes to the child', 'b1', 'ArrowRight', 'c'],
  ['right on a leaf stays', 'b2', 'ArrowRight', 'b2'],
  ['left on a leaf goes to the parent', 'c', 'ArrowLeft', 'b1'],
  ['the next failure', 'a', 'e', 'c'],
  ['the failure before', 'b2', 'E', 'c'],
  ['no failure behind', 'c', 'e', 'c'],
])('%s', (_what, from, key, to) => {
  expect(press(key, { ...NOTHING, selected: from && id(from) })?.selected).toBe(to && id(to))
})

test('left closes an open row, right opens it again', () => {
  const closed = press('ArrowLeft', { ...NOTHING, selected: id('b1') })
  expect([...(closed?.collapsed ?? [])]).toEqual([id('b1')])
  expect(press('ArrowRight', closed ?? NOTHING)?.collapsed.size).toBe(0)
})

test('down passes over hidden rows, and the next failure opens what hides it', () => {
  const closed = { ...NOTHING, selected: id('b1'), collapsed: new Set<string>([id('b1')]) }
  expect(press('j', closed)?.selected).toBe(id('b2'))
  expect(press('e', closed)).toMatchObject({ selected: id('c'), collapsed: new Set() })
})

test('collapsing all keeps the selection where it can be seen', () => {
  const all = press('[', { ...NOTHING, selected: id('c') })
  expect(all).toMatchObject({ selected: id('a'), collapsed: new Set([id('a'), id('b1')]) })
  expect(press(']', all ?? NOTHING)?.collapsed.size).toBe(0)
})

test('Enter opens details, Escape closes them and then deselects', () => {
  expect(press('Enter', NOTHING)).toBeUndefined()
  const open = press('Enter', { ...NOTHING, selected: id('a') })
  expect(open?.detailsOpen).toBe(true)
  const closed = press('Escape', open ?? NOTHING)
  expect(closed).toMatchObject({ detailsOpen: false, selected: id('a') })
  expect(press('Escape', closed ?? NOTHING)?.selected).toBeUndefined()
})

test('other keys are left to the browser', () => expect(press('x', NOTHING)).toBeUndefined())

function press(key: string, state: TimelineState) {
  return stateAfterKey(key, state, TREE, visibleRows(TREE, state.collapsed))
}
