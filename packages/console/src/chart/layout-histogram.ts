import { parseFilter } from '@fluoroscope/model'
import type { ListedTrace } from '../answer/trace-list.ts'

/** Traces whose response times lie from `from` to `to`, in seconds; the last column has both ends. */
export type HistogramColumn = { readonly from: number; readonly to: number; readonly count: number }

export type ResponseHistogram = {
  readonly columns: readonly HistogramColumn[]
  readonly peak: number
  /** Traces without a response time: still open. */
  readonly open: number
}

/**
 * How the response times of `traces` are distributed, in `count` columns of equal ratio between the
 * shortest and the longest; without any there are no columns.
 */
export function layoutHistogram(traces: readonly ListedTrace[], count: number): ResponseHistogram {
  const seconds = traces.flatMap(({ responseTime }) =>
    responseTime === undefined ? [] : Math.max(responseTime / 1e9, SHORTEST),
  )
  const open = traces.length - seconds.length
  if (seconds.length === 0) return { columns: [], peak: 0, open }
  const least = Math.min(...seconds)
  const most = Math.max(...seconds, least * 1.01)
  const step = Math.log(most / least) / count
  const counts = new Array<number>(count).fill(0)
  for (const value of seconds) {
    const index = Math.min(count - 1, Math.floor(Math.log(value / least) / step))
    counts[index] = (counts[index] ?? 0) + 1
  }
  const edge = (index: number) => (index === count ? most : least * Math.exp(index * step))
  const columns = counts.map((each, index) => ({
    from: edge(index),
    to: edge(index + 1),
    count: each,
  }))
  return { columns, peak: Math.max(...counts), open }
}

/** Summaries tell whole milliseconds: nothing is known of what is shorter. */
const SHORTEST = 0.0005

/** A filter for the response times of some columns, in the three decimals that summaries have. */
export function responseTimeFilter(columns: readonly HistogramColumn[]): string {
  const [first, last] = [columns[0], columns.at(-1)]
  if (first === undefined || last === undefined) return ''
  const from = Math.floor(first.from * 1000) / 1000
  const to = Math.ceil(last.to * 1000) / 1000
  return `responsetime >= ${from} AND responsetime <= ${to}`
}

/** Both conditions at once; alternatives keep their meaning. */
export function andFilter(filter: string, condition: string): string {
  if (filter.trim() === '') return condition
  if (condition === '') return filter
  return `${asTerm(filter)} AND ${asTerm(condition)}`
}

function asTerm(filter: string): string {
  const parsed = parseFilter(filter)
  return parsed.ok && parsed.value.kind === 'or' ? `(${filter})` : filter
}
