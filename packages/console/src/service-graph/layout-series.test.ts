import { expect, test } from 'vitest'
import { layoutSeries, periodFor } from './layout-series.ts'

const entry = (end: number, ok: number, fault = 0) => ({
  end,
  statistics: { ok, fault, error: 0, throttle: 0, totalNanos: 0 },
})

test('a bucket lies in the column in which it began', () => {
  const columns = layoutSeries([entry(120, 2), entry(180, 3, 1)], { from: 60, to: 240 }, 60)
  expect(columns.map(({ from, total, fault }) => [from, total, fault])).toEqual([
    [60, 2, 0],
    [120, 4, 1],
    [180, 0, 0],
  ])
})

test('buckets share a column where there are more than columns', () => {
  const entries = Array.from({ length: 120 }, (_, minute) => entry((minute + 1) * 60, 1))
  const columns = layoutSeries(entries, { from: 0, to: 7200 }, 60)
  expect(columns).toHaveLength(60)
  expect(new Set(columns.map(({ total }) => total))).toEqual(new Set([2]))
})

test('long ranges are asked for in periods of five minutes', () => {
  expect(periodFor({ from: 0, to: 3600 }, 60)).toBe(60)
  expect(periodFor({ from: 0, to: 86_400 }, 60)).toBe(300)
})
