import fc from 'fast-check'
import { expect, test } from 'vitest'
import { narrowHistogram } from './narrow-histogram.ts'

const histogram = fc
  .array(fc.tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 1, max: 1000 })), { maxLength: 400 })
  .map((bins) => new Map(bins))

const many = Array.from({ length: 101 }, (_, at) => at)

test('a hundred different values stay as they are', () => {
  const exact = new Map(many.slice(1).map((at) => [at * 997, at]))
  expect(narrowHistogram(exact)).toEqual(exact)
})

test('under 128 ms each millisecond stays apart', () => {
  const short = new Map(many.map((at) => [at + 27, 1]))
  expect(narrowHistogram(short)).toEqual(short)
})

test('counts stay, and no value moves by a percent', () => {
  fc.assert(
    fc.property(histogram, (wide) => {
      const narrow = narrowHistogram(wide)
      const total = (counts: Iterable<number>) => [...counts].reduce((sum, count) => sum + count, 0)
      expect(total(narrow.values())).toBe(total(wide.values()))
      for (const value of wide.keys()) {
        const near = [...narrow.keys()].some((bin) => Math.abs(bin - value) <= value / 100)
        expect(near).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})

test('what is narrow stays as it is, also in a sum', () => {
  fc.assert(
    fc.property(histogram, (wide) => {
      const narrow = narrowHistogram(wide)
      expect(narrowHistogram(narrow)).toEqual(narrow)
    }),
    { numRuns: 200 },
  )
})

test('a histogram of values without end is a few hundred bins', () => {
  const wide = new Map(Array.from({ length: 60_000 }, (_, at) => [at, 1]))
  expect(narrowHistogram(wide).size).toBeLessThan(128 + 64 * 9)
})
