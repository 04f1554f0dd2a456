import type { HistogramEntry } from '../answer/service-graph.ts'
import type { ResponseRange } from '../map-state.ts'

type HistogramBin = ResponseRange & {
  /** Requests of each distribution, in the order given. */
  readonly counts: readonly number[]
}

export type Histogram = ResponseRange & {
  readonly bins: readonly HistogramBin[]
  /** The largest share of its own distribution that a bin holds; more than 0. */
  readonly peak: number
  readonly totals: readonly number[]
}

/** Answers tell whole milliseconds; nothing is shorter here. */
const SHORTEST_SECONDS = 0.001
const LEAST_BINS = 24
const STEPS_PER_DOUBLING = [8, 4, 2, 1]

/**
 * Distributions over the same bins, whose edges lie on a logarithmic scale and depend on nothing
 * but the range of the values, so that a few more requests do not move them. Undefined without any.
 */
export function layoutHistogram(
  distributions: readonly (readonly HistogramEntry[])[],
  mostBins: number,
): Histogram | undefined {
  const values = distributions.flat().map(({ seconds }) => Math.max(SHORTEST_SECONDS, seconds))
  if (values.length === 0) return undefined
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const steps =
    STEPS_PER_DOUBLING.find((each) => Math.log2(most / least) * each + 2 <= mostBins) ?? 1
  const used = binOf(most, steps) - binOf(least, steps) + 1
  // A single value is a bar among empty ones, not a block.
  const room = Math.max(1, Math.ceil((LEAST_BINS - used) / 2))
  const first = binOf(least, steps) - room
  const count = used + 2 * room
  const totals = distributions.map(sumOf)
  const bins = Array.from({ length: count }, (_, index) => ({
    from: edgeOf(first + index, steps),
    to: edgeOf(first + index + 1, steps),
    counts: distributions.map(() => 0),
  }))
  for (const [position, entries] of distributions.entries()) {
    for (const { seconds, count: requests } of entries) {
      const bin = bins[binOf(Math.max(SHORTEST_SECONDS, seconds), steps) - first]
      if (bin !== undefined) bin.counts[position] = (bin.counts[position] ?? 0) + requests
    }
  }
  const shares = bins.flatMap(({ counts }) =>
    counts.map((requests, position) => requests / Math.max(1, totals[position] ?? 1)),
  )
  return {
    bins,
    totals,
    peak: Math.max(...shares),
    from: bins[0]?.from ?? 0,
    to: bins.at(-1)?.to ?? 1,
  }
}

/** Where a time lies along the axis, 0 to 1. */
export function shareOf({ from, to }: ResponseRange, seconds: number): number {
  const share = Math.log(Math.max(from, seconds) / from) / Math.log(to / from)
  return Math.min(1, Math.max(0, share))
}

/** The time at a share of the axis, in whole milliseconds. */
export function secondsAt({ from, to }: ResponseRange, share: number): number {
  return Math.round(from * (to / from) ** share * 1000) / 1000
}

/** Requests whose time lies within `range`. */
export function countWithin(
  entries: readonly HistogramEntry[],
  { from, to }: ResponseRange,
): number {
  return sumOf(entries.filter(({ seconds }) => seconds >= from && seconds <= to))
}

/** The time that a share of all requests did not exceed, in seconds; undefined without requests. */
export function quantile(entries: readonly HistogramEntry[], share: number): number | undefined {
  const wanted = share * sumOf(entries)
  let passed = 0
  return entries.find(({ count }) => {
    passed += count
    return passed >= wanted
  })?.seconds
}

function sumOf(entries: readonly HistogramEntry[]): number {
  return entries.reduce((sum, { count }) => sum + count, 0)
}

function binOf(seconds: number, steps: number): number {
  // A hair more, so that a value on an edge falls right of it whatever the logarithm rounds to.
  return Math.floor(Math.log2(seconds * 1000) * steps + 1e-9)
}

function edgeOf(bin: number, steps: number): number {
  return 2 ** (bin / steps) / 1000
}
