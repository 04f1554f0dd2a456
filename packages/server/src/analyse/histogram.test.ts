import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addToHistogram, sortHistogram, wireHistogram } from './histogram.ts'

/** xray-behaviour 9.6: exact until about 100 distinct values, then neighbours merge. */
describe('wireHistogram', () => {
  test('few values are shown as they are, ascending, in seconds', () => {
    const histogram = new Map([
      [1500, 1],
      [7, 3],
    ])
    expect(wireHistogram(histogram)).toEqual([
      { seconds: 0.007, count: 3 },
      { seconds: 1.5, count: 1 },
    ])
  })

  test('100 distinct values are exact, 101 are not', () => {
    const values = (count: number) => new Map(Array.from({ length: count }, (_, at) => [at, 1]))
    expect(wireHistogram(values(100))).toHaveLength(100)
    expect(wireHistogram(values(101)).length).toBeLessThan(100)
  })

  test('counts are kept, entries bounded, ascending and between the extremes, which stay', () => {
    const bins = fc.array(fc.tuple(fc.nat(100_000), fc.integer({ min: 1, max: 1000 })), {
      minLength: 101,
      maxLength: 400,
    })
    fc.assert(
      fc.property(bins, (pairs) => {
        const histogram = new Map(pairs)
        const entries = wireHistogram(histogram)
        const seconds = entries.map((entry) => entry.seconds)
        expect(entries.reduce((sum, { count }) => sum + count, 0)).toBe(
          [...histogram.values()].reduce((sum, count) => sum + count, 0),
        )
        expect(entries.length).toBeLessThanOrEqual(100)
        expect(seconds).toEqual([...new Set(seconds)].sort((left, right) => left - right))
        expect(seconds[0]).toBe(Math.min(...histogram.keys()) / 1000)
        expect(seconds.at(-1)).toBe(Math.max(...histogram.keys()) / 1000)
      }),
    )
  })
})

test('histograms add up by millisecond, ascending', () => {
  const sum = new Map([[5, 1]])
  addToHistogram(
    sum,
    new Map([
      [2, 4],
      [5, 2],
    ]),
  )
  expect([...sortHistogram(sum)]).toEqual([
    [2, 4],
    [5, 3],
  ])
})
