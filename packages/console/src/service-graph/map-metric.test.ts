import { expect, test } from 'vitest'
import { largestText, metricShades } from './map-metric.ts'

const part = (ok: number, fault: number, seconds: number) => ({
  statistics: { ok, fault, error: 0, throttle: 0, totalNanos: 0 },
  responseTimes: ok + fault === 0 ? [] : [{ seconds, count: ok + fault }],
})

const PARTS = [part(90, 10, 0.2), part(40, 0, 0.8), part(0, 0, 0)]

test.each([
  ['p95', [0.25, 1, undefined], '800 ms'],
  ['traffic', [1, 0.4, undefined], '10/min'],
  ['failures', [1, 0, undefined], '10 %'],
] as const)('%s is shaded by the largest, and what has none is not', (metric, shares, largest) => {
  const shade = metricShades(metric, PARTS, 10)
  expect(PARTS.map((each) => shade(each)?.share)).toEqual(shares)
  expect(largestText(metric, PARTS, 10)).toBe(largest)
})

test('health has colours of its own', () => {
  expect(metricShades('health', PARTS, 10)(part(1, 0, 1))).toBeUndefined()
})
