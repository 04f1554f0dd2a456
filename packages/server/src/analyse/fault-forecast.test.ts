import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FaultBucket, forecastFaults } from './fault-forecast.ts'

const START = 1_790_000_040

/** Buckets of one minute each. */
function minutes(counts: readonly (readonly [faults: number, total: number])[]) {
  return counts.map(([faults, total], index) => ({ end: START + index * 60, faults, total }))
}

function repeated(times: number, faults: number, total: number) {
  return Array.from({ length: times }, () => [faults, total] as const)
}

/** The band of the last bucket. */
function lastBand(buckets: readonly FaultBucket[]) {
  const band = forecastFaults(buckets).at(-1)
  if (band === undefined) throw new Error('no band')
  return band
}

/** Numbers from 0 to below 1, the same for the same seed (xorshift). */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

const count = fc
  .tuple(fc.nat(5000), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([total, share]) => [Math.round(total * share), total] as const)

describe('a band', () => {
  test('is there for all buckets but the first, and within what the requests allow', () => {
    fc.assert(
      fc.property(fc.array(count, { maxLength: 40 }), (counts) => {
        const bands = forecastFaults(minutes(counts))
        expect(bands).toHaveLength(counts.length)
        for (const [index, [, total]] of counts.entries()) {
          const band = bands[index]
          if (index === 0) expect(band).toBeUndefined()
          else {
            expect(band?.low).toBeGreaterThanOrEqual(0)
            expect(band?.low).toBeLessThanOrEqual(band?.high ?? -1)
            expect(band?.high).toBeLessThanOrEqual(total)
            expect(Number.isInteger(band?.low) && Number.isInteger(band?.high)).toBe(true)
          }
        }
      }),
    )
  })

  test('holds the share of faults there always was', () => {
    fc.assert(
      fc.property(count, fc.integer({ min: 2, max: 60 }), ([faults, total], times) => {
        const band = lastBand(minutes(repeated(times, faults, total)))
        expect(band.low).toBeLessThanOrEqual(faults)
        expect(band.high).toBeGreaterThanOrEqual(faults)
      }),
    )
  })

  test('is wider with less data', () => {
    const times = fc.integer({ min: 2, max: 30 })
    fc.assert(
      fc.property(count, times, times, ([faults, total], one, other) => {
        const width = (history: number) => {
          const { low, high } = lastBand(minutes(repeated(history + 1, faults, total)))
          return high - low
        }
        const [few, many] = [Math.min(one, other), Math.max(one, other)]
        // Both ends are rounded outwards.
        expect(width(many)).toBeLessThanOrEqual(width(few) + 2)
      }),
    )
    const widthAfter = (history: number) => {
      const { low, high } = lastBand(minutes(repeated(history, 5, 50)))
      return high - low
    }
    expect(widthAfter(2)).toBeGreaterThan(widthAfter(5))
    expect(widthAfter(5)).toBeGreaterThan(widthAfter(60))
  })

  test('depends on what was before, never on what comes', () => {
    fc.assert(
      fc.property(fc.array(count, { minLength: 2, maxLength: 20 }), fc.nat(18), (counts, at) => {
        const all = minutes(counts)
        const cut = Math.min(at + 2, all.length)
        expect(forecastFaults(all.slice(0, cut))).toEqual(forecastFaults(all).slice(0, cut))
      }),
    )
  })

  test('depends on the requests of its bucket, not on their faults', () => {
    const history = repeated(20, 1, 100)
    const bands = [0, 50, 100].map((faults) => lastBand(minutes([...history, [faults, 100]])))
    expect(new Set(bands.map((band) => JSON.stringify(band))).size).toBe(1)
  })

  test('of a service without a fault: the prior alone, and the least margin', () => {
    // 60 buckets of 100 weigh 100 × (1 - 2^-1) / (1 - 2^(-1/60)) × 2^(-1/60): some 4,300 requests.
    expect(lastBand(minutes([...repeated(60, 0, 100), [0, 100]]))).toEqual({ low: 0, high: 4 })
    // After one bucket: rate 0.5/101, mean 0.5, deviation 0.99; 0.5 + 3.
    expect(lastBand(minutes(repeated(2, 0, 100)))).toEqual({ low: 0, high: 4 })
  })

  test('of one fault in ten: mean 10, deviation 3', () => {
    // 4,300 requests: rate 0.1, variance 100 × 0.09 × 1.023 = 9.2; 10 ± 9.1, rounded outwards.
    expect(lastBand(minutes(repeated(61, 10, 100)))).toEqual({ low: 0, high: 20 })
    expect(lastBand(minutes(repeated(61, 100, 1000)))).toMatchObject({ low: 71, high: 129 })
  })

  test.each([
    [0.001, 100],
    [0.01, 100],
    [0.1, 20],
    [0.1, 1000],
    [0.5, 100],
  ])('a steady rate of %d over %i requests is hardly ever outside', (rate, total) => {
    const random = pseudoRandom(1)
    const draw = () => Array.from({ length: total }, random).filter((each) => each < rate).length
    const buckets = minutes(Array.from({ length: 2000 }, () => [draw(), total] as const))
    const bands = forecastFaults(buckets)
    const outside = buckets.filter(({ faults }, index) => {
      const { low, high } = bands[index] ?? { low: 0, high: total }
      return faults < low || faults > high
    })
    // Three standard deviations to both sides leave out 0.3 % of a normal distribution: 6 of 2,000.
    expect(outside.length).toBeLessThanOrEqual(10)
  })

  test('grows where faults come in bursts', () => {
    const steady = minutes(repeated(61, 10, 100))
    const bursts = minutes(
      Array.from({ length: 61 }, (_, index) => [index % 2 === 0 ? 0 : 20, 100] as const),
    )
    expect(lastBand(bursts).high).toBeGreaterThan(lastBand(steady).high + 5)
  })

  test('forgets: after a quiet day hardly anything is known', () => {
    const known = minutes(repeated(30, 0, 1000))
    const next = { end: START + 86_400, faults: 0, total: 1000 }
    expect(lastBand([...known, { ...next, end: START + 1800 }]).high).toBeLessThan(10)
    expect(lastBand([...known, next]).high).toBeGreaterThan(500)
  })
})

describe('an outage', () => {
  test('lies above the band of a service that worked', () => {
    const history = fc.integer({ min: 20, max: 60 })
    const size = fc.integer({ min: 20, max: 5000 })
    fc.assert(
      fc.property(history, size, size, (times, before, now) => {
        const buckets = minutes([...repeated(times, 0, before), [now, now]])
        expect(lastBand(buckets).high).toBeLessThan(now)
      }),
    )
  })

  test('goes on lying above it', () => {
    const buckets = minutes([...repeated(120, 1, 100), ...repeated(30, 80, 100)])
    const bands = forecastFaults(buckets).slice(120)
    for (const band of bands) expect(band?.high).toBeLessThan(80)
  })

  test('that stays is expected in the end', () => {
    const buckets = minutes([...repeated(120, 1, 100), ...repeated(24 * 60, 20, 100)])
    expect(lastBand(buckets).high).toBeGreaterThanOrEqual(20)
    expect(lastBand(buckets).low).toBeGreaterThan(0)
  })

  test('of three requests is none', () => {
    expect(lastBand(minutes([...repeated(60, 0, 100), [3, 3]])).high).toBe(3)
  })
})
