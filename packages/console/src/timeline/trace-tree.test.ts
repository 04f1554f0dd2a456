import { unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { layoutTicks, layoutTimeline } from './layout-timeline.ts'
import { call, id, segment } from './sample-segment.ts'
import { serviceColor } from './service-color.ts'
import { ancestorsOf, buildTraceTree, visibleRows } from './trace-tree.ts'

test('rows follow the calls, siblings by start, callees below the calling subsegment', () => {
  const tree = buildTraceTree([
    segment('c', 60, 90, { parentId: 'b2' }),
    segment('a', 0, 100, { subsegments: [call('b2', 50, 95), call('b1', 10, 20)] }),
  ])
  expect(tree.rows.map((row) => [row.key.at(-1), row.depth, row.parent, row.end])).toEqual([
    ['a', 0, -1, 4],
    ['1', 1, 0, 2],
    ['2', 1, 0, 4],
    ['c', 2, 2, 4],
  ])
  expect(ancestorsOf(tree, 3).map((row) => row.key.at(-1))).toEqual(['2', 'a'])
  expect(tree.rows[1]?.segment.name).toBe('a')
})

test('a segment whose parent has not arrived is a root that says so, after the true root', () => {
  const tree = buildTraceTree([segment('b', 0, 5, { parentId: 'f00' }), segment('a', 10, 20)])
  expect(tree.rows.map((row) => [row.key.at(-1), row.parentMissing])).toEqual([
    ['a', false],
    ['b', true],
  ])
})

test('segments that call each other in a circle are all shown, once', () => {
  const tree = buildTraceTree([
    segment('a', 0, 10, { parentId: 'b' }),
    segment('b', 0, 10, { parentId: 'a' }),
    segment('c', 0, 10, { parentId: 'c' }),
  ])
  expect(tree.rows).toHaveLength(3)
})

test('an id that comes twice gives two keys', () => {
  const tree = buildTraceTree([
    segment('a', 0, 10, { subsegments: [call('b', 0, 1), call('b', 2, 3)] }),
  ])
  expect(new Set(tree.rows.map((row) => row.key)).size).toBe(3)
})

test('a collapsed row hides its descendants and nothing else', () => {
  const tree = buildTraceTree([
    segment('a', 0, 100, { subsegments: [call('b1', 0, 50), call('b2', 60, 70)] }),
    segment('c', 0, 40, { parentId: 'b1' }),
  ])
  expect(visibleRows(tree, new Set())).toEqual([0, 1, 2, 3])
  expect(visibleRows(tree, new Set([id('b1')]))).toEqual([0, 1, 3])
  expect(visibleRows(tree, new Set([id('a')]))).toEqual([0])
})

test('bars lie where their time is', () => {
  const tree = buildTraceTree([segment('a', 0, 100, { subsegments: [call('b', 25, 75)] })])
  // 1,000 pixels of axis, and 68 beside it for labels.
  expect(layoutTimeline(tree, 1068)).toMatchObject([
    { left: 0, width: 1000, look: 'complete', label: '100 ms', labelSide: 'after' },
    { left: 250, width: 500, look: 'complete', label: '50 ms', labelSide: 'after' },
  ])
})

test('a narrow column is all axis: labels go before the bar, or into it', () => {
  const tree = buildTraceTree([segment('a', 0, 100, { subsegments: [call('b', 50, 100)] })])
  expect(layoutTimeline(tree, 200)).toMatchObject([
    { left: 0, width: 200, labelSide: 'inside' },
    { left: 100, width: 100, labelSide: 'before' },
  ])
})

test('a bar is never thinner than two pixels nor outside of the axis', () => {
  const tree = buildTraceTree([
    segment('a', 0, 100_000, { subsegments: [call('b', 99_999, 100_000), call('c', -50, -40)] }),
  ])
  for (const bar of layoutTimeline(tree, 400)) {
    expect(bar.width).toBeGreaterThanOrEqual(2)
    expect(bar.left).toBeGreaterThanOrEqual(0)
    expect(bar.left + bar.width).toBeLessThanOrEqual(400)
  }
})

test('work in progress reaches to the end of the axis; inferred segments look inferred', () => {
  const tree = buildTraceTree([
    segment('a', 0, undefined, { subsegments: [call('b', 0, 100)] }),
    segment('c', 0, 100, { parentId: 'b', inferred: true }),
  ])
  expect(layoutTimeline(tree, 568)).toMatchObject([
    { left: 0, width: 500, look: 'in-progress', label: 'in progress' },
    { look: 'complete' },
    { look: 'inferred' },
  ])
})

test('a trace of no length still has a bar', () => {
  const tree = buildTraceTree([segment('a', 5, 5)])
  expect(layoutTimeline(tree, 500)).toMatchObject([{ left: 0, width: 2, label: '0 ms' }])
})

test('a start of 0 does not stretch the axis over decades', () => {
  const nothing = { ...segment('a', 0, 10), start: unixNanos(0n) }
  const tree = buildTraceTree([nothing, segment('b', 5, 9)])
  expect(Number(tree.end - tree.start)).toBe(5_000_000)
})

test('ticks are round, start at zero and stay apart', () => {
  const tree = buildTraceTree([segment('a', 0, 430)])
  const ticks = layoutTicks(tree, 868)
  expect(ticks.map((tick) => tick.label)).toEqual(['0 ms', '100 ms', '200 ms', '300 ms', '400 ms'])
  expect(ticks[1]?.left).toBeCloseTo((100 / 430) * 800)
})

test('ten thousand rows are laid out', () => {
  const children = Array.from({ length: 10_000 }, (_, n) => call(n.toString(16), n, n + 5))
  const tree = buildTraceTree([segment('ffffff', 0, 20_000, { subsegments: children })])
  expect(layoutTimeline(tree, 900)).toHaveLength(10_001)
})

test('a service has one colour, and names spread over the palette', () => {
  expect(serviceColor('orders')).toBe(serviceColor('orders'))
  const colors = Array.from({ length: 400 }, (_, n) => serviceColor(`service-${n}`))
  expect(new Set(colors).size).toBe(24)
})
