import type { UnixNanos } from '@fluoroscope/model'
import type { MinuteRange } from '../query/minute-list.ts'

/** A range of time as minutes. */
export type SplitRange = {
  /** The minutes that lie wholly in the range; empty where `from` equals `to`. */
  readonly whole: MinuteRange
  /** Starts of the minutes that lie in it in part, at most two. */
  readonly parts: readonly number[]
}

/** Splits `[from, to)`; what lies outside of the times that the tables can hold is cut off. */
export function splitRange(from: UnixNanos, to: UnixNanos): SplitRange {
  const start = clamp(from)
  const end = clamp(to)
  if (start >= end) return { whole: { from: 0, to: 0 }, parts: [] }
  const firstWhole = (start + NANOS_PER_MINUTE - 1n) / NANOS_PER_MINUTE
  const afterWhole = end / NANOS_PER_MINUTE
  const first = start / NANOS_PER_MINUTE
  const parts: bigint[] = []
  if (first < firstWhole) parts.push(first)
  if (afterWhole * NANOS_PER_MINUTE < end && afterWhole !== parts[0]) parts.push(afterWhole)
  const last = afterWhole < firstWhole ? firstWhole : afterWhole
  return { whole: { from: seconds(firstWhole), to: seconds(last) }, parts: parts.map(seconds) }
}

/** Buckets of a time series: those whose end lies in `[from, to)`. */
export type BucketRange = {
  readonly from: UnixNanos
  readonly to: UnixNanos
  /** Seconds of a bucket, a whole number of minutes; ends are multiples of it. */
  readonly period: number
}

/** The minutes of completion that the buckets hold; the first minute of 1970 is none. */
export function completionRange({ from, to, period }: BucketRange): MinuteRange {
  const nanos = BigInt(period) * 1_000_000_000n
  const before = (bound: UnixNanos) => (clamp(bound) + nanos - 1n) / nanos - 1n
  const start = Number(before(from)) * period
  return { from: Math.max(start, 60), to: Number(before(to)) * period }
}

/** What of `range` is left without the minutes in `holes`, ascending. */
export function rangesWithout(
  range: MinuteRange,
  holes: ReadonlySet<number>,
): readonly MinuteRange[] {
  const inside = [...holes].filter((hole) => hole >= range.from && hole < range.to)
  const ranges: MinuteRange[] = []
  let from = range.from
  for (const hole of inside.sort((left, right) => left - right)) {
    if (from < hole) ranges.push({ from, to: hole })
    from = hole + 60
  }
  if (from < range.to) ranges.push({ from, to: range.to })
  return ranges
}

const NANOS_PER_MINUTE = 60_000_000_000n

/** The first minute that 32 bits of seconds do not hold to its end. */
const END_NANOS = ((2n ** 32n - 1n) / 60n) * NANOS_PER_MINUTE

function clamp(instant: bigint): bigint {
  if (instant < 0n) return 0n
  return instant > END_NANOS ? END_NANOS : instant
}

function seconds(minute: bigint): number {
  return Number(minute) * 60
}
