import { unixNanos } from '@fluoroscope/model'
import type { Sql } from '../store/sql.ts'
import { joinSql, sql } from '../store/sql.ts'
import type { RowCondition } from './compile-filter.ts'
import { minutesOf } from './minute-range.ts'
import type { TimeWindow } from './trace-search.ts'

/**
 * A condition on `trace_id` that holds for every trace of the window in which each of `conditions`
 * holds for some row. Only rows near the window are looked at; a trace that has documents elsewhere as
 * well, which is rare, is let through unseen.
 * @param rows the candidates' rows, with their `trace_id`
 */
export function narrowed(conditions: readonly RowCondition[], window: TimeWindow, rows: Sql): Sql {
  const near = nearMinutes(window)
  const each = conditions.map(
    ({ condition }) =>
      sql`trace_id IN (SELECT trace_id FROM spans WHERE ${near} AND (${condition}))`,
  )
  return sql`(
    (${joinSql(each, ' AND ')})
    OR trace_id IN (
      SELECT trace_id FROM trace_minutes
      WHERE NOT ${near} AND trace_id IN (SELECT trace_id FROM (${rows}))
    )
  )`
}

/** Of `minute`: where the documents lie of most traces that start in the window. */
export function nearMinutes(window: TimeWindow): Sql {
  return sql`(${minutesOf(around(window))})`
}

/** All documents of most traces start within so long of each other. */
const NEAR_NANOS = 600_000_000_000n

const MIN_INSTANT = -(2n ** 63n)
const MAX_INSTANT = 2n ** 63n - 1n

function around({ from, until }: TimeWindow): TimeWindow {
  const [first, last] = [from - NEAR_NANOS, until + NEAR_NANOS]
  return {
    from: unixNanos(first < MIN_INSTANT ? MIN_INSTANT : first),
    until: unixNanos(last > MAX_INSTANT ? MAX_INSTANT : last),
  }
}
