import type { DurationHistogram } from '@fluoroscope/model'

/** So many different values are stored as they are; an answer shows no more (xray-behaviour 9.6). */
const EXACT_VALUES = 100

/** 64 bins between two powers of two: a value moves by less than one percent. */
const BINS_PER_OCTAVE = 64

/**
 * The histogram as roll-ups keep it: exact until 100 distinct values, then in bins whose width goes with
 * the value (under 128 ms each millisecond is its own), so that sums over many minutes stay small.
 * Bins are the same in every histogram, and their values narrow to themselves.
 */
export function narrowHistogram(histogram: DurationHistogram): DurationHistogram {
  if (histogram.size <= EXACT_VALUES) return histogram
  const narrow = new Map<number, number>()
  for (const [milliseconds, count] of histogram) {
    const bin = binOf(milliseconds)
    narrow.set(bin, (narrow.get(bin) ?? 0) + count)
  }
  return narrow
}

/** The middle of the bin. */
function binOf(milliseconds: number): number {
  const octave = Math.floor(Math.log2(Math.max(milliseconds, 1)))
  const width = Math.max(1, 2 ** octave / BINS_PER_OCTAVE)
  return Math.floor(milliseconds / width) * width + Math.floor(width / 2)
}
