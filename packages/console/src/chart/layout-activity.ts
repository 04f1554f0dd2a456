import { type Outcome, secondsFromUnixNanos } from '@fluoroscope/model'
import { type ListedTrace, outcomeOfTrace } from '../answer/trace-list.ts'
import type { TimeRange } from '../client.ts'

/** Traces that started within one slice of the range, by outcome. */
export type ActivityColumn = Readonly<Record<Outcome, number>> & {
  /** Epoch seconds at which the slice begins. */
  readonly from: number
  readonly total: number
}

export type Activity = {
  readonly columns: readonly ActivityColumn[]
  /** Traces of the fullest column. */
  readonly peak: number
  readonly totals: Readonly<Record<Outcome, number>>
}

/** Counts `traces` into `count` equal slices of `range`; traces outside of it are left out. */
export function layoutActivity(
  traces: readonly ListedTrace[],
  range: TimeRange,
  count: number,
): Activity {
  const width = (range.to - range.from) / count
  const columns = Array.from({ length: count }, (_, index) => ({
    from: range.from + index * width,
    total: 0,
    ok: 0,
    error: 0,
    throttle: 0,
    fault: 0,
  }))
  const totals = { ok: 0, error: 0, throttle: 0, fault: 0 }
  for (const trace of traces) {
    const at = secondsFromUnixNanos(trace.start) - range.from
    const column = columns[Math.min(count - 1, Math.floor(at / width))]
    if (at < 0 || at > range.to - range.from || column === undefined) continue
    const outcome = outcomeOfTrace(trace)
    column[outcome]++
    column.total++
    totals[outcome]++
  }
  return { columns, totals, peak: Math.max(0, ...columns.map((column) => column.total)) }
}
