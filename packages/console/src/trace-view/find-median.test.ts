import { expect, test } from 'vitest'
import { readTraceListPage } from '../answer/trace-list.ts'
import { medianOf } from './find-median.ts'

function listed(...responseTimes: (number | null)[]) {
  const page = readTraceListPage({
    TraceSummaries: responseTimes.map((ResponseTime, index) => ({
      Id: `1-58406520-${String(index).padStart(24, '0')}`,
      StartTime: 100,
      ResponseTime,
    })),
  })
  return page.traces
}

test('the median is one of the traces, the lower one of two in the middle', () => {
  const ids = (traces: ReturnType<typeof listed>) => medianOf(traces, true)?.id.at(-1)
  expect(ids(listed(0.3, 0.1, 0.2))).toBe('2')
  expect(ids(listed(0.4, 0.1, 0.3, 0.2))).toBe('3')
  expect(medianOf(listed(0.3, null), false)).toMatchObject({ of: 1, isAll: false })
  expect(medianOf(listed(null), true)).toBeUndefined()
})
