import type { TraceRows } from './trace-rows.ts'

/**
 * Of each row the nanoseconds in which no child of it ran; children that overlap count once, and only
 * as long as the row itself runs. NaN for work in progress; 0 where the end lies before the start.
 */
export function ownTimes(rows: Pick<TraceRows, 'parent' | 'start' | 'duration'>): Float64Array {
  const { parent, start, duration } = rows
  const own = duration.map((nanos) => Math.max(0, nanos))
  const reached = start.slice()
  for (let row = 0; row < parent.length; row++) {
    const above = parent[row] ?? -1
    if (above < 0) continue
    // Siblings come by start, so one pass finds the time they cover together.
    const from = Math.max(start[row] ?? 0, reached[above] ?? 0)
    const to = endWithin(rows, row, above)
    if (to > from) {
      own[above] = (own[above] ?? 0) - (to - from)
      reached[above] = to
    }
  }
  return own
}

/** When a child ends, at the latest when its parent does; NaN while the parent is in progress. */
function endWithin(
  { start, duration }: Pick<TraceRows, 'start' | 'duration'>,
  row: number,
  above: number,
): number {
  const parentEnd = (start[above] ?? 0) + (duration[above] ?? Number.NaN)
  const took = duration[row] ?? Number.NaN
  return Number.isNaN(took) ? parentEnd : Math.min((start[row] ?? 0) + took, parentEnd)
}
