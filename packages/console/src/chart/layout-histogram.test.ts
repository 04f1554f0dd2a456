import { parseFilter, parseTraceId, unixNanosFromSeconds } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import type { ListedTrace } from '../answer/trace-list.ts'
import { andFilter, layoutHistogram, responseTimeFilter } from './layout-histogram.ts'

test('columns grow by an equal ratio and count every trace once', () => {
  const { columns, peak, open } = layoutHistogram(
    [trace(0.01), trace(0.05), trace(0.1), trace(0.5), trace(1), trace(undefined)],
    2,
  )
  expect(columns.map(({ count }) => count)).toEqual([2, 3])
  expect(columns[0]?.from).toBeCloseTo(0.01)
  expect(columns[0]?.to).toBeCloseTo(0.1)
  expect(columns[1]?.to).toBe(1)
  expect(peak).toBe(3)
  expect(open).toBe(1)
})

test('equal times and times of zero have a column', () => {
  expect(layoutHistogram([trace(0.2), trace(0.2)], 4).peak).toBe(2)
  expect(layoutHistogram([trace(0)], 4).peak).toBe(1)
})

test('without response times there is nothing to draw', () => {
  expect(layoutHistogram([trace(undefined)], 4)).toEqual({ columns: [], peak: 0, open: 1 })
})

test('the filter of a column finds what the column counts', () => {
  const filter = responseTimeFilter([{ from: 0.1234, to: 0.5678, count: 3 }])
  expect(filter).toBe('responsetime >= 0.123 AND responsetime <= 0.568')
  expect(parseFilter(filter).ok).toBe(true)
})

test.each([
  ['', 'fault', 'fault'],
  ['ok', 'fault', 'ok AND fault'],
  ['ok OR error', 'fault', '(ok OR error) AND fault'],
])('%s and %s', (filter, condition, both) => expect(andFilter(filter, condition)).toBe(both))

function trace(seconds: number | undefined): ListedTrace {
  return {
    id: parseTraceId('1-58406520-a006649127e371903a2de979')!,
    start: unixNanosFromSeconds(1000),
    duration: undefined,
    responseTime: (seconds === undefined
      ? undefined
      : seconds * 1e9) as ListedTrace['responseTime'],
    hasFault: false,
    hasError: false,
    hasThrottle: false,
    isPartial: false,
    services: [],
    entryPoint: undefined,
    revision: 1,
    http: { method: undefined, url: undefined, status: undefined },
    annotations: new Map(),
    users: [],
    facts: [],
  }
}
