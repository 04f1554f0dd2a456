/** How much longer than most the longest may be before it no longer sets the scale. */
const OUTLIER_FACTOR = 3
const MOST = 0.95

/**
 * The value that a full bar stands for among `values`: the largest, or, where that is an outlier
 * that would leave all others without a visible bar, a little more than what 95 % of them reach.
 * Values above it are to be drawn full and marked as cut. At least 1.
 */
export function barScale(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const largest = Math.max(1, sorted.at(-1) ?? 1)
  const most = Math.max(1, sorted[Math.ceil(sorted.length * MOST) - 1] ?? 1)
  return largest <= most * OUTLIER_FACTOR ? largest : most * 1.25
}
