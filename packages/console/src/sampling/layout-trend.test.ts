import { expect, test } from 'vitest'
import { layoutTrend } from './layout-trend.ts'

const column = (rule: string, start: number, requests: number, sampled = 0, borrowed = 0) => ({
  rule,
  start,
  requests,
  sampled,
  borrowed,
})

test('a rule has its columns at their time, empty ones between, and their sums', () => {
  const trend = layoutTrend(
    [column('a', 1000, 7, 2, 1), column('a', 1020, 5, 1), column('b', 1030, 9)],
    'a',
  )
  expect(trend.columns).toHaveLength(30)
  expect(trend.columns.slice(-4).map(({ start, requests }) => [start, requests])).toEqual([
    [1000, 7],
    [1010, 0],
    [1020, 5],
    [1030, 0],
  ])
  expect(trend).toMatchObject({ peak: 7, requests: 12, sampled: 3, borrowed: 1 })
})

test('without reports everything is zero', () => {
  expect(layoutTrend([], 'a')).toMatchObject({ peak: 0, requests: 0 })
})
