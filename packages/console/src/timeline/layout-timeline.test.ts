import { expect, test } from 'vitest'
import { findCriticalPath } from '../trace-rows/critical-path.ts'
import { call, rowsOf, segment } from '../trace-rows/sample-segment.ts'
import type { TraceRows } from '../trace-rows/trace-rows.ts'
import {
  layoutBar,
  layoutCritical,
  layoutTicks,
  leftOf,
  nanosAt,
  type TimeView,
} from './layout-timeline.ts'
import { serviceColor } from './service-color.ts'

test('bars lie where their time is', () => {
  const rows = rowsOf([segment('a', 0, 100, { subsegments: [call('b', 25, 75)] })])
  // 1,000 pixels of axis, and 68 beside it for labels.
  expect(layout(rows, 1068)).toMatchObject([
    { left: 0, width: 1000, look: 'complete', label: '100 ms', labelSide: 'after' },
    { left: 250, width: 500, look: 'complete', label: '50 ms', labelSide: 'after' },
  ])
})

test('a narrow column is all axis: labels go before the bar, or into it', () => {
  const rows = rowsOf([segment('a', 0, 100, { subsegments: [call('b', 50, 100)] })])
  expect(layout(rows, 200)).toMatchObject([
    { left: 0, width: 200, labelSide: 'inside' },
    { left: 100, width: 100, labelSide: 'before' },
  ])
})

test('a bar is never thinner than two pixels nor outside of the axis', () => {
  const rows = rowsOf([
    segment('a', 0, 100_000, { subsegments: [call('b', 99_999, 100_000), call('c', -50, -40)] }),
  ])
  for (const bar of layout(rows, 400)) {
    expect(bar.width).toBeGreaterThanOrEqual(2)
    expect(bar.left).toBeGreaterThanOrEqual(0)
    expect(bar.left + bar.width).toBeLessThanOrEqual(400)
  }
})

test('work in progress reaches to the end of the axis; inferred segments look inferred', () => {
  const rows = rowsOf([
    segment('a', 0, undefined, { subsegments: [call('b', 0, 100)] }),
    segment('c', 0, 100, { parentId: 'b', inferred: true }),
  ])
  expect(layout(rows, 568)).toMatchObject([
    { left: 0, width: 500, look: 'in-progress', label: 'in progress' },
    { look: 'complete' },
    { look: 'inferred' },
  ])
})

test('a trace of no length still has a bar', () => {
  expect(layout(rowsOf([segment('a', 5, 5)]), 500)).toMatchObject([
    { left: 0, width: 2, label: '0 ms' },
  ])
})

test('of a part of the time only what lies in it is drawn, at its scale', () => {
  const rows = rowsOf([
    segment('a', 0, 100, { subsegments: [call('b', 0, 10), call('c', 45, 55), call('d', 90, 95)] }),
  ])
  const view = { part: { from: 40e6, to: 60e6 }, widthPx: 1068 }
  expect(layout(rows, 1068, view)).toMatchObject([
    { left: 0, width: 1000 },
    { look: 'before', width: 0 },
    { left: 250, width: 500 },
    { look: 'after', width: 0 },
  ])
  expect(nanosAt(view, leftOf(view, 47e6))).toBeCloseTo(47e6)
})

test('the critical path is drawn in the rows it goes through', () => {
  const rows = rowsOf([segment('a', 0, 100, { subsegments: [call('b', 20, 60)] })])
  const view = { part: { from: 0, to: 100e6 }, widthPx: 1068 }
  const path = findCriticalPath(rows)
  expect(layoutCritical(path, 0, view)).toEqual([
    { left: 0, width: 200 },
    { left: 600, width: 400 },
  ])
  expect(layoutCritical(path, 1, view)).toEqual([{ left: 200, width: 400 }])
  expect(layoutCritical(path, 1, { ...view, part: { from: 70e6, to: 90e6 } })).toEqual([])
})

test('ticks are round, start at zero and stay apart', () => {
  const ticks = layoutTicks({ part: { from: 0, to: 430e6 }, widthPx: 868 })
  expect(ticks.map((tick) => tick.label)).toEqual(['0 ms', '100 ms', '200 ms', '300 ms', '400 ms'])
  expect(ticks[1]?.left).toBeCloseTo((100 / 430) * 800)
})

test('ticks of a part of the time are the same round instants', () => {
  const ticks = layoutTicks({ part: { from: 130e6, to: 230e6 }, widthPx: 868 })
  expect(ticks.map((tick) => tick.label)).toEqual([
    '140 ms',
    '160 ms',
    '180 ms',
    '200 ms',
    '220 ms',
  ])
  expect(ticks[0]?.left).toBeCloseTo(80)
})

test('a service has one colour, and names spread over the palette', () => {
  expect(serviceColor('orders')).toBe(serviceColor('orders'))
  const colors = Array.from({ length: 400 }, (_, n) => serviceColor(`service-${n}`))
  expect(new Set(colors).size).toBe(24)
})

function layout(
  rows: TraceRows,
  widthPx: number,
  view: TimeView = { part: { from: 0, to: rows.span }, widthPx },
) {
  return Array.from({ length: rows.count }, (_, row) => layoutBar(rows, row, view))
}
