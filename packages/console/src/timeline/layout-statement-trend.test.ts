import { expect, test } from 'vitest'
import type { StatementTrend } from '../answer/statement-trend.ts'
import { layoutStatementTrend, TREND_HEIGHT } from './layout-statement-trend.ts'

const TREND: StatementTrend = {
  from: 1000,
  to: 1480,
  partSeconds: 10,
  total: { calls: 12, faults: 2, errors: 1, median: 0.1, p95: 0.4 },
  parts: [
    { index: 0, calls: 10, faults: 2, errors: 0, median: 0.1, p95: 0.4 },
    { index: 47, calls: 2, faults: 0, errors: 1, median: 0.05, p95: 0.2 },
  ],
  readFrom: 1000,
  unread: 0,
  untold: 0,
}

test('columns stand in the parts of the time, in proportion to the most and the longest', () => {
  const { count, columns, mostCalls, longest, mark } = layoutStatementTrend(TREND, 1005, 0.2)
  expect([count, mostCalls, longest]).toEqual([48, 10, 0.4])
  const [first, last] = columns
  expect([first?.x, last?.x]).toEqual([0, 47])
  expect((first?.ok ?? 0) / (first?.fault ?? 1)).toBeCloseTo(4)
  expect(first?.p95).toBe(3)
  // Half as long is half as high, and so is the call's own mark.
  expect(last?.p95).toBe(3 + (TREND_HEIGHT - 3) / 2)
  expect(mark).toEqual({ x: 0.5, y: last?.p95 })
})

test('a call that took longer than all has room; one that runs has no time, one outside no mark', () => {
  expect(layoutStatementTrend(TREND, 1005, 2).longest).toBe(2)
  expect(layoutStatementTrend(TREND, 1005, undefined).mark).toEqual({ x: 0.5, y: undefined })
  expect(layoutStatementTrend(TREND, 999, 0.2).mark).toBeUndefined()
})
