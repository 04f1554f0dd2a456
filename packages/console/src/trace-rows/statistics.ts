import type { CriticalPath } from './critical-path.ts'
import { countTexts, textAt } from './string-table.ts'
import type { TimePart } from './time-part.ts'
import { endAt, type TraceRows } from './trace-rows.ts'

/** What one operation of a service did in a trace; times in nanoseconds. */
export type OperationStatistics = {
  readonly service: string
  readonly name: string
  readonly count: number
  readonly failures: number
  /** Of those that have ended. */
  readonly total: number
  readonly least: number
  readonly most: number
  /** In which no child ran. */
  readonly own: number
  /** On the critical path. */
  readonly critical: number
  /** The row that took longest. */
  readonly longest: number
}

type Draft = { -readonly [Key in keyof OperationStatistics]: OperationStatistics[Key] }

/**
 * What ran, by service and name, most own time first. With `part` what ran within that time, each row
 * counted as long as it ran there; own time and the critical path then are shares in proportion.
 */
export function summarise(
  rows: TraceRows,
  critical: CriticalPath,
  part?: TimePart,
): readonly OperationStatistics[] {
  const operations = new Map<number, Draft>()
  const texts = countTexts(rows.strings)
  for (let row = 0; row < rows.count; row++) {
    const share = part === undefined ? 1 : shareWithin(rows, row, part)
    if (share === undefined) continue
    const key = (rows.service[row] ?? 0) * texts + (rows.name[row] ?? 0)
    let draft = operations.get(key)
    if (draft === undefined) {
      draft = emptyStatistics(rows, row)
      operations.set(key, draft)
    }
    addRow(draft, rows, critical, row, share)
  }
  return [...operations.values()].sort(
    (left, right) => right.own - left.own || right.total - left.total,
  )
}

/** The share of a row's time that lies in `part`; undefined where it does not run there. */
function shareWithin(rows: TraceRows, row: number, part: TimePart): number | undefined {
  const [start, end] = [rows.start[row] ?? 0, endAt(rows, row)]
  if (end < part.from || start > part.to) return undefined
  if (end <= start) return 1
  return (Math.min(end, part.to) - Math.max(start, part.from)) / (end - start)
}

function emptyStatistics(rows: TraceRows, row: number): Draft {
  return {
    service: textAt(rows.strings, rows.service[row] ?? 0),
    name: textAt(rows.strings, rows.name[row] ?? 0),
    count: 0,
    failures: 0,
    total: 0,
    least: Number.POSITIVE_INFINITY,
    most: 0,
    own: 0,
    critical: 0,
    longest: row,
  }
}

function addRow(
  draft: Draft,
  rows: TraceRows,
  critical: CriticalPath,
  row: number,
  share: number,
): void {
  draft.count++
  if (((rows.flags[row] ?? 0) & 3) !== 0) draft.failures++
  draft.critical += (critical.share[row] ?? 0) * share
  const duration = (rows.duration[row] ?? Number.NaN) * share
  if (Number.isNaN(duration)) return
  draft.total += duration
  draft.own += (rows.own[row] ?? 0) * share
  draft.least = Math.min(draft.least, duration)
  if (duration > draft.most) {
    draft.most = duration
    draft.longest = row
  }
}
