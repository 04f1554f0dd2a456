import { parseTraceId, unixNanosFromSeconds } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import type { ListedTrace } from '../answer/trace-list.ts'
import { layoutActivity } from './layout-activity.ts'

const RANGE = { from: 1000, to: 1100 }

test('traces fall into the slice in which they started, by outcome', () => {
  const activity = layoutActivity(
    [trace(1000), trace(1009, 'hasFault'), trace(1010, 'hasError'), trace(1100, 'hasThrottle')],
    RANGE,
    10,
  )
  expect(activity.columns.map((column) => column.total)).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 1])
  expect(activity.columns[0]).toMatchObject({ from: 1000, ok: 1, fault: 1 })
  expect(activity.totals).toEqual({ ok: 1, error: 1, throttle: 1, fault: 1 })
  expect(activity.peak).toBe(2)
})

test('traces outside of the range are not counted', () => {
  expect(layoutActivity([trace(999), trace(1101)], RANGE, 10)).toMatchObject({ peak: 0 })
})

function trace(start: number, outcome?: 'hasFault' | 'hasError' | 'hasThrottle'): ListedTrace {
  return {
    id: parseTraceId('1-58406520-a006649127e371903a2de979')!,
    start: unixNanosFromSeconds(start),
    duration: undefined,
    responseTime: undefined,
    hasFault: outcome === 'hasFault',
    hasError: outcome === 'hasError',
    hasThrottle: outcome === 'hasThrottle',
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
