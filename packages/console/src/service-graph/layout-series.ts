import type { Outcome } from '@fluoroscope/model'
import type { SeriesEntry } from '../answer/service-series.ts'
import type { TimeRange } from '../client.ts'

export type SeriesColumn = Readonly<Record<Outcome, number>> & {
  /** Start of the column, epoch seconds. */
  readonly from: number
  readonly total: number
}

const OUTCOMES: readonly Outcome[] = ['ok', 'error', 'throttle', 'fault']

/** The period to ask for, in seconds: a minute, or five where minutes would be finer than a column. */
export function periodFor({ from, to }: TimeRange, columns: number): 60 | 300 {
  return (to - from) / columns > 300 ? 300 : 60
}

/** Requests by column of the range, at most `most` and none narrower than a period. */
export function layoutSeries(
  entries: readonly SeriesEntry[],
  { from, to }: TimeRange,
  most: number,
): readonly SeriesColumn[] {
  const period = periodFor({ from, to }, most)
  const start = Math.floor(from / period) * period
  const width = Math.max(1, Math.ceil((to - start) / period / most)) * period
  const count = Math.ceil((to - start) / width)
  const columns = Array.from({ length: count }, (_, index) => ({
    from: start + index * width,
    ok: 0,
    error: 0,
    throttle: 0,
    fault: 0,
    total: 0,
  }))
  for (const { end, statistics } of entries) {
    // A bucket is told by its end: it lies in the column where it began.
    const column = columns[Math.floor((end - period - start) / width)]
    if (column === undefined) continue
    for (const outcome of OUTCOMES) {
      column[outcome] += statistics[outcome]
      column.total += statistics[outcome]
    }
  }
  return columns
}
