import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countWithin, layoutHistogram, quantile, secondsAt, shareOf } from './layout-histogram.ts'

const ENTRIES = [
  { seconds: 0.01, count: 90 },
  { seconds: 0.2, count: 9 },
  { seconds: 3, count: 1 },
]

test('every request lies in exactly one bin, whatever its time', () => {
  const entry = fc.record({
    seconds: fc.integer({ min: 0, max: 10_000_000 }).map((milliseconds) => milliseconds / 1000),
    count: fc.integer({ min: 1, max: 50 }),
  })
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 40 }), (entries) => {
      const layout = layoutHistogram([entries], 64)
      const counted = layout?.bins.reduce((sum, { counts }) => sum + (counts[0] ?? 0), 0)
      expect(counted).toBe(entries.reduce((sum, { count }) => sum + count, 0))
    }),
  )
})

test('two distributions share the bins, each by its own total', () => {
  const layout = layoutHistogram([ENTRIES, [{ seconds: 0.01, count: 5 }]], 64)
  expect(layout?.totals).toEqual([100, 5])
  expect(layout?.peak).toBe(1)
})

test('without requests there is nothing to lay out', () => {
  expect(layoutHistogram([[]], 64)).toBeUndefined()
})

test('quantiles are the least time that the share did not exceed', () => {
  expect([0.5, 0.9, 0.95, 0.99, 1].map((share) => quantile(ENTRIES, share))).toEqual([
    0.01, 0.01, 0.2, 0.2, 3,
  ])
  expect(quantile([], 0.5)).toBeUndefined()
})

test('a brushed range counts both its ends', () => {
  expect(countWithin(ENTRIES, { from: 0.01, to: 0.2 })).toBe(99)
  expect(countWithin(ENTRIES, { from: 0.011, to: 2.9 })).toBe(9)
})

test('places on the axis and times are each other’s inverse', () => {
  const axis = { from: 0.001, to: 10 }
  expect(shareOf(axis, 0.1)).toBeCloseTo(0.5)
  expect(secondsAt(axis, 0.5)).toBe(0.1)
  expect([shareOf(axis, 0), shareOf(axis, 99)]).toEqual([0, 1])
})
