import { unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { forecastFaults } from './fault-forecast.ts'
import { findSeriesPage } from './series-page.ts'
import type { SeriesBucket, SeriesQuery } from './service-series.ts'

const DAY = 86_400
const START = 1_790_000_040

function instant(seconds: number) {
  return unixNanos(BigInt(seconds) * 1_000_000_000n)
}

function bucket(end: number, fault = 0): SeriesBucket {
  const statistics = { ok: 100 - fault, error: 0, throttle: 0, fault, totalNanos: 5_000_000_000 }
  return { end, statistics, responseTimes: new Map([[50, 100]]) }
}

/** A series that knows these buckets, and the ranges it was asked for. */
function seriesOf(buckets: readonly SeriesBucket[]) {
  const asked: (readonly [number, number])[] = []
  const find = async ({ from, to }: SeriesQuery) => {
    asked.push([Number(from / 1_000_000_000n), Number(to / 1_000_000_000n)])
    return buckets.filter(({ end }) => instant(end) >= from && instant(end) < to)
  }
  return { find, asked }
}

function query(from: number, to: number, period = 60): SeriesQuery {
  return { from: instant(from), to: instant(to), period, entity: { kind: 'entries' } }
}

test('a day of minutes is one page, newest first', async () => {
  const buckets = [60, 120, 600, DAY].map((after) => bucket(START + after))
  const { find, asked } = seriesOf(buckets)
  const page = await findSeriesPage(find, query(START + 60, START + 60 + DAY), false)
  expect(page).toEqual({
    entries: buckets.toReversed().map((each) => ({ ...each, band: undefined })),
    next: undefined,
  })
  expect(asked).toEqual([[START + 60, START + 60 + DAY]])
})

test.each([60, 300])('pages of %i s buckets follow without overlap or hole', async (period) => {
  const length = 1440 * period
  const [from, to] = [START, START + 3 * length + 90]
  const ends = [0, 60, length, length + 60, 2 * length, 3 * length, 3 * length + 60]
  const { find } = seriesOf(ends.map((after) => bucket(START + after)))
  const found: number[] = []
  let pages = 0
  for (let end: number | undefined = to; end !== undefined; pages++) {
    const page = await findSeriesPage(find, query(from, end, period), false)
    found.push(...page.entries.map((entry) => entry.end - START))
    end = page.next === undefined ? undefined : Number(page.next / 1_000_000_000n)
  }
  expect(pages).toBe(4)
  expect(found).toEqual(ends.toReversed())
})

test('a page without buckets still leads to the next', async () => {
  const { find } = seriesOf([bucket(START)])
  const page = await findSeriesPage(find, query(START, START + 2 * DAY), false)
  expect(page).toEqual({ entries: [], next: instant(START + DAY) })
})

test('a forecast looks at six hours before the page, which it does not show', async () => {
  const history = Array.from({ length: 30 }, (_, index) => bucket(START - 1800 + index * 60, 1))
  const shown = [bucket(START, 2), bucket(START + 60, 90)]
  const { find, asked } = seriesOf([...history, ...shown])
  const { entries } = await findSeriesPage(find, query(START, START + 600), true)
  expect(asked).toEqual([[START - 21_600, START + 600]])
  expect(entries.map(({ end }) => end - START)).toEqual([60, 0])
  const [outage, usual] = entries
  expect(outage?.band?.high).toBeLessThan(90)
  expect(usual?.band?.high).toBeGreaterThanOrEqual(2)
  const faults = [...history, ...shown].map(({ end, statistics }) => {
    return { end, faults: statistics.fault, total: 100 }
  })
  expect(entries.map(({ band }) => band)).toEqual(forecastFaults(faults).slice(-2).reverse())
})
