import type { StatementTrend } from '../answer/statement-trend.ts'

/** Units of both charts: a column is one wide. */
export const TREND_HEIGHT = 36
const TOP = 3
const LEAST = 1.5

type Column = {
  readonly x: number
  /** Heights from the axis, one above the other; 0 for none. */
  readonly fault: number
  readonly error: number
  readonly ok: number
  /** Places of the median and of the 95th percentile. */
  readonly median: number
  readonly p95: number
}

export type TrendLayout = {
  /** Columns in the whole width. */
  readonly count: number
  readonly columns: readonly Column[]
  /** The most calls in a column; the longest time, in seconds. */
  readonly mostCalls: number
  readonly longest: number
  /** Where a call started and how long it took; undefined outside of the time, and while it runs. */
  readonly mark: { readonly x: number; readonly y: number | undefined } | undefined
}

/** The numbers of a trend as columns, and a call that started at `at`, epoch seconds, and took `took` seconds. */
export function layoutStatementTrend(
  trend: StatementTrend,
  at: number,
  took: number | undefined,
): TrendLayout {
  const count = Math.round((trend.to - trend.from) / trend.partSeconds)
  const mostCalls = Math.max(1, ...trend.parts.map(({ calls }) => calls))
  const longest = Math.max(1e-9, took ?? 0, ...trend.parts.map(({ p95 }) => p95))
  const placeOf = (seconds: number) => TREND_HEIGHT - (seconds / longest) * (TREND_HEIGHT - TOP)
  const heightOf = (calls: number) =>
    calls === 0 ? 0 : Math.max(LEAST, (calls / mostCalls) * (TREND_HEIGHT - TOP))
  const isWithin = at >= trend.from && at < trend.to
  return {
    count,
    columns: trend.parts.map(({ index, calls, faults, errors, median, p95 }) => ({
      x: index,
      fault: heightOf(faults),
      error: heightOf(errors),
      ok: heightOf(calls - faults - errors),
      median: placeOf(median),
      p95: placeOf(p95),
    })),
    mostCalls,
    longest,
    mark: isWithin
      ? {
          x: (at - trend.from) / trend.partSeconds,
          y: took === undefined ? undefined : placeOf(took),
        }
      : undefined,
  }
}
