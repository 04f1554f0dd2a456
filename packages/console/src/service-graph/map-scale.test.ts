import { expect, test } from 'vitest'
import {
  breachOf,
  edgeThickness,
  failureShare,
  nodeDiameter,
  ringParts,
  worstOf,
} from './map-scale.ts'

const counts = (ok: number, error = 0, throttle = 0, fault = 0) => ({
  ok,
  error,
  throttle,
  fault,
  totalNanos: 0,
})
const SCALE = { busiestNode: 400, busiestEdge: 100_000 }

test('diameters reach from 32 to 60 pixels by the root of the requests', () => {
  expect([0, 100, 400].map((requests) => nodeDiameter(requests, SCALE))).toEqual([32, 46, 60])
})

test('lines reach from 1 to 8 pixels by the logarithm of the requests', () => {
  expect([0, 1, 100_000].map((requests) => edgeThickness(requests, SCALE))).toEqual([1, 1, 8])
  expect(edgeThickness(100, SCALE)).toBeCloseTo(1 + (7 * 2) / 5)
})

test('a ring tells all outcomes, each wide enough to be seen, and closes', () => {
  const ring = ringParts(counts(9999, 0, 0, 1))
  expect(ring.map(({ outcome }) => outcome)).toEqual(['fault', 'ok'])
  expect(ring[0]?.to).toBeGreaterThan(0.02)
  expect(ring.at(-1)?.to).toBeCloseTo(1)
  expect(ringParts(counts(0))).toEqual([])
})

test('shares of a ring are those of the requests', () => {
  const ring = ringParts(counts(50, 20, 10, 20))
  expect(ring.map(({ from, to }) => Math.round((to - from) * 100))).toEqual([20, 20, 10, 50])
})

test('a call is coloured from 5 % failures on, by the most frequent one', () => {
  expect(breachOf(counts(96, 4))).toBeUndefined()
  expect(breachOf(counts(95, 3, 2))).toBe('error')
  expect(breachOf(counts(0))).toBeUndefined()
  expect(worstOf(counts(90, 5, 5, 5))).toBe('fault')
  expect(failureShare(counts(90, 5, 3, 2))).toBeCloseTo(0.1)
})
