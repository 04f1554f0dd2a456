import type { TraceId } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { foldRows } from '../trace-rows/fold-rows.ts'
import { call, id, rowsOf, segment } from '../trace-rows/sample-segment.ts'
import { type TraceState, traceState } from '../trace-state.ts'
import { stateAfterKey } from './timeline-keys.ts'
import { linesOf } from './trace-lines.ts'

/** a ─ b1 ─ c (failed), a ─ b2 */
const ROWS = rowsOf([
  segment('a', 0, 100, { subsegments: [call('b1', 10, 50), call('b2', 60, 70)] }),
  { ...segment('c', 20, 40, { parentId: 'b1' }), fault: true },
])

const NOTHING = traceState('1-58406520-a006649127e371903a2de979' as TraceId)

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
  ['the next sibling', 'b1', '.', 'b2'],
  ['the sibling before', 'b2', ',', 'b1'],
  ['no sibling behind', 'b2', '.', 'b2'],
  ['the next failure', 'a', 'e', 'c'],
  ['the failure before', 'b2', 'E', 'c'],
  ['no failure behind', 'c', 'e', 'c'],
  ['the next match', 'a', 'n', 'b2'],
  ['the match before, from nowhere', undefined, 'N', 'b2'],
])('%s', (_what, from, key, to) => {
  expect(press(key, { selected: from && id(from) })?.selected).toBe(to && id(to))
})

test('left closes an open row, right opens it again', () => {
  const closed = press('ArrowLeft', { selected: id('b1') })
  expect([...(closed?.toggled ?? [])]).toEqual([id('b1')])
  expect(press('ArrowRight', closed ?? {})?.toggled.size).toBe(0)
})

test('down passes over hidden rows, and the next failure opens what hides it', () => {
  const closed = { selected: id('b1'), toggled: new Set([id('b1')]) }
  expect(press('j', closed)?.selected).toBe(id('b2'))
  expect(press('e', closed)).toMatchObject({ selected: id('c'), toggled: new Set() })
})

test('all levels are closed and opened at once or one by one, as Jaeger has it', () => {
  expect(press(']', {})).toMatchObject({ level: 0 })
  expect(press('[', { level: 0, toggled: new Set([id('a')]) })).toMatchObject({
    level: undefined,
    toggled: new Set(),
  })
  expect(press('p', {})?.level).toBe(1)
  expect(press('p', { level: 1 })?.level).toBe(0)
  expect(press('o', { level: 0 })?.level).toBe(1)
  expect(press('o', { level: 1 })?.level).toBeUndefined()
  // Hidden, the row is still selected; keys go on from what hides it.
  expect(press('j', { level: 0, selected: id('c') })?.selected).toBe(id('a'))
})

test('the next failure in levels that are closed is shown', () => {
  const found = press('e', { level: 0 })
  expect(found).toMatchObject({ selected: id('c'), toggled: new Set([id('a'), id('b1')]) })
})

test('Enter opens details, Escape closes them, then the area, the zoom and the selection', () => {
  expect(press('Enter', {})).toBeUndefined()
  const part = { from: 10e6, to: 20e6 }
  let state = press('Enter', { selected: id('a'), part, area: part })
  expect(state?.detailsOpen).toBe(true)
  const left = () => [state?.detailsOpen, state?.area, state?.part, state?.selected]
  state = press('Escape', state ?? {})
  expect(left()).toEqual([false, part, part, id('a')])
  state = press('Escape', state ?? {})
  expect(left()).toEqual([false, undefined, part, id('a')])
  state = press('Escape', state ?? {})
  expect(left()).toEqual([false, undefined, undefined, id('a')])
  state = press('Escape', state ?? {})
  expect(left()).toEqual([false, undefined, undefined, undefined])
})

test('time is zoomed and moved within the trace', () => {
  const zoomed = press('+', {})
  expect(zoomed?.part).toEqual({ from: 15e6, to: 85e6 })
  expect(press('-', { part: zoomed?.part })?.part).toBeUndefined()
  expect(press('d', { part: { from: 0, to: 50e6 } })?.part).toEqual({ from: 5e6, to: 55e6 })
  expect(press('A', { part: { from: 10e6, to: 60e6 } })?.part).toEqual({ from: 0, to: 50e6 })
  expect(press('0', { part: { from: 10e6, to: 60e6 } })?.part).toBeUndefined()
  expect(press('f', { selected: id('c') })?.part).toEqual({ from: 19e6, to: 41e6 })
})

test('digits choose a view, c what is shown of the critical path', () => {
  expect(press('2', {})?.view).toBe('flame')
  expect(press('8', {})?.view).toBe('raw')
  expect(
    ['shown', 'only', 'hidden'].map(
      (critical) => press('c', { critical: critical as 'only' })?.critical,
    ),
  ).toEqual(['only', 'hidden', 'shown'])
})

test('other keys are left to the browser', () => {
  expect(press('z', {})).toBeUndefined()
  expect(press('9', {})).toBeUndefined()
})

test('a fold is one line: right opens it, left closes it again', () => {
  const rows = rowsOf([
    segment('a', 0, 100, {
      subsegments: [1, 2, 3, 4, 5].map((n) => call(`b${n}`, n * 10, n * 10 + 5, { name: 'read' })),
    }),
  ])
  const at = (state: TraceState, key: string) =>
    stateAfterKey(key, state, {
      ...linesOf(rows, foldRows(rows), state, undefined),
      hits: undefined,
    }) ?? state
  const onFold = at({ ...NOTHING, selected: id('a') }, 'j')
  expect(onFold.selected).toBe(`x${id('b1')}`)
  expect(at(onFold, 'j')).toEqual(onFold)
  const open = at(onFold, 'ArrowRight')
  expect([...open.unfolded]).toEqual([id('b1')])
  expect(at(open, 'j').selected).toBe(id('b1'))
  expect(at(at(open, 'j'), 'ArrowLeft').selected).toBe(`x${id('b1')}`)
  expect(at(open, 'ArrowLeft').unfolded.size).toBe(0)
})

/** After `key`, where a search has found b2 alone. */
function press(key: string, change: Partial<TraceState>) {
  const state = { ...NOTHING, ...change }
  const lines = linesOf(ROWS, foldRows(ROWS), state, undefined)
  return stateAfterKey(key, state, { ...lines, hits: Uint8Array.from([0, 0, 0, 1]) })
}
