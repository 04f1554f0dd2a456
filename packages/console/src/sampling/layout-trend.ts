import type { SamplingColumn } from '../answer/settings.ts'

/** Ten seconds of a rule; all zero where nobody reported. */
export type TrendColumn = {
  /** Epoch seconds. */
  readonly start: number
  readonly requests: number
  readonly sampled: number
  readonly borrowed: number
}

export type RuleTrend = {
  readonly columns: readonly TrendColumn[]
  /** Requests of the fullest column. */
  readonly peak: number
  readonly requests: number
  readonly sampled: number
  readonly borrowed: number
}

/** What `GetSamplingStatisticSummaries` sums over (xray-behaviour 11.4). */
const COLUMN_SECONDS = 10
const COLUMNS = 30

/** The trend of one rule: thirty columns of ten seconds up to the newest that any rule has. */
export function layoutTrend(all: readonly SamplingColumn[], rule: string): RuleTrend {
  const own = new Map(all.filter((column) => column.rule === rule).map((one) => [one.start, one]))
  const newest = Math.max(0, ...all.map(({ start }) => start))
  const columns = Array.from({ length: COLUMNS }, (_, index) => {
    const start = newest - (COLUMNS - 1 - index) * COLUMN_SECONDS
    const { requests = 0, sampled = 0, borrowed = 0 } = own.get(start) ?? {}
    return { start, requests, sampled, borrowed }
  })
  const sum = (count: (column: TrendColumn) => number) =>
    columns.reduce((total, column) => total + count(column), 0)
  return {
    columns,
    peak: Math.max(0, ...columns.map(({ requests }) => requests)),
    requests: sum(({ requests }) => requests),
    sampled: sum(({ sampled }) => sampled),
    borrowed: sum(({ borrowed }) => borrowed),
  }
}
