import type { DurationHistogram } from '@fluoroscope/model'

/** One entry of a histogram as answers show it: seconds with three decimals. */
export type HistogramEntry = { readonly seconds: number; readonly count: number }

/** Up to this many distinct values are shown as they are. */
const EXACT_ENTRIES = 100

/**
 * A histogram for an answer (xray-behaviour 9.6): exact until 100 distinct values, then neighbours
 * become one entry at their mean, the smallest and the largest value kept apart. Ascending; the
 * counts add up to those of the histogram.
 */
export function wireHistogram(histogram: DurationHistogram): readonly HistogramEntry[] {
  const entries = ascending(histogram)
  if (entries.length <= EXACT_ENTRIES) return entries.map(toEntry)
  const inner = entries.slice(1, -1)
  return [...entries.slice(0, 1), ...mergeNeighbours(inner), ...entries.slice(-1)].map(toEntry)
}

/** Adds `counts` to `sum`, which loses its order: see {@link sortHistogram}. */
export function addToHistogram(sum: Map<number, number>, counts: DurationHistogram): void {
  for (const [milliseconds, count] of counts) {
    sum.set(milliseconds, (sum.get(milliseconds) ?? 0) + count)
  }
}

export function sortHistogram(histogram: DurationHistogram): DurationHistogram {
  return new Map(ascending(histogram))
}

type Bin = readonly [milliseconds: number, count: number]

/** Stored histograms come in order already, so that the sum of one is not sorted again. */
function ascending(histogram: DurationHistogram): readonly Bin[] {
  const bins = [...histogram]
  let last = Number.NEGATIVE_INFINITY
  for (const [milliseconds] of bins) {
    if (milliseconds < last) return bins.sort((left, right) => left[0] - right[0])
    last = milliseconds
  }
  return bins
}

/**
 * Closes a group before it grows over its share. Two groups in a row hold more than one share, so
 * there are fewer than twice as many groups as shares.
 */
function mergeNeighbours(bins: readonly Bin[]): readonly Bin[] {
  const shares = (EXACT_ENTRIES - 2) / 2
  const share = bins.reduce((total, [, count]) => total + count, 0) / shares
  const merged: Bin[] = []
  let group = { weight: 0, count: 0 }
  const close = () => {
    if (group.count > 0) merged.push([group.weight / group.count, group.count])
  }
  for (const [milliseconds, count] of bins) {
    if (group.count + count > share) {
      close()
      group = { weight: 0, count: 0 }
    }
    group = { weight: group.weight + milliseconds * count, count: group.count + count }
  }
  close()
  return merged
}

function toEntry([milliseconds, count]: Bin): HistogramEntry {
  return { seconds: Math.round(milliseconds) / 1000, count }
}
