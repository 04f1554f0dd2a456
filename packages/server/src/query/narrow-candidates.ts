import { unixNanos } from '@fluoroscope/model'
import type { Sql } from '../store/sql.ts'
import { instant, joinSql, sql } from '../store/sql.ts'
import type { RowCondition } from './compile-filter.ts'
import { minuteIn } from './minute-list.ts'
import { minutesOf } from './minute-range.ts'
import { changedIn, NEAR_SECONDS, type RangeReach, withinReach } from './minute-reach.ts'
import type { TimeWindow } from './trace-search.ts'

/**
 * A condition on `trace_id` that holds for every trace of the window in which each of `conditions`
 * holds for some row. Only rows near the window are looked at; a trace that has documents elsewhere as
 * well, which is rare, is let through unseen.
 * @param rows the candidates' rows, with their `trace_id`
 */
export function narrowed(conditions: readonly RowCondition[], window: TimeWindow, rows: Sql): Sql {
  const near = nearMinutes(window)
  return sql`(${eachHolds(conditions, near)} OR trace_id IN (${elsewhere(near, rows)}))`
}

/**
 * As `narrowed`, of traces by their start, where it is known how far from it they have documents: then
 * few traces have to be asked.
 */
export function narrowedInReach(
  conditions: readonly RowCondition[],
  window: TimeWindow,
  reach: RangeReach,
): Sql {
  const near = withinReach(window, reach)
  return sql`(${eachHolds(conditions, near)} OR trace_id IN (${unseen(window, near, reach)}))`
}

/** The traces that start in the window and meet the condition, and some more, `trace_id` by row. */
export function tracesInReach(
  { condition }: RowCondition,
  window: TimeWindow,
  reach: RangeReach,
): Sql {
  const near = withinReach(window, reach)
  return sql`SELECT trace_id FROM spans WHERE ${near} AND (${condition})
    UNION ALL ${unseen(window, near, reach)}`
}

function eachHolds(conditions: readonly RowCondition[], near: Sql): Sql {
  const each = conditions.map(
    ({ condition }) =>
      sql`trace_id IN (SELECT trace_id FROM spans WHERE ${near} AND (${condition}))`,
  )
  return sql`(${joinSql(each, ' AND ')})`
}

/** Those of the traces in `rows` that have documents in other minutes than `near`. */
function elsewhere(near: Sql, rows: Sql): Sql {
  return sql`SELECT trace_id FROM trace_minutes
    WHERE NOT ${near} AND trace_id IN (SELECT trace_id FROM (${rows}))`
}

/**
 * Traces that may start in the window and have documents out of reach: of those minutes that have
 * changed, and those whose start is a receipt, which lies in no minute they are filed under.
 */
function unseen(window: TimeWindow, near: Sql, reach: RangeReach): Sql {
  const changed = changedIn(window, reach)
  const received = sql`SELECT trace_id FROM spans WHERE ${startlessIn(window)}`
  const rows =
    changed.length === 0
      ? received
      : sql`${received} UNION ALL SELECT trace_id FROM spans WHERE ${minuteIn(changed)}`
  return elsewhere(near, rows)
}

/** Of rows received in the window: they may be of a trace that has no start but its first receipt. */
export function startlessIn(window: TimeWindow): Sql {
  return sql`${receivedIn(window)} AND id = document_id
    AND (kind = 'subsegment' OR start <= toDateTime64(0, 9, 'UTC'))`
}

export function receivedIn(window: TimeWindow): Sql {
  return sql`received >= ${instant(window.from)} AND received < ${instant(window.until)}`
}

/** Of `minute`: where the documents lie of most traces that start in the window. */
export function nearMinutes(window: TimeWindow): Sql {
  return sql`(${minutesOf(around(window))})`
}

const NEAR_NANOS = BigInt(NEAR_SECONDS) * 1_000_000_000n

const MIN_INSTANT = -(2n ** 63n)
const MAX_INSTANT = 2n ** 63n - 1n

function around({ from, until }: TimeWindow): TimeWindow {
  const [first, last] = [from - NEAR_NANOS, until + NEAR_NANOS]
  return {
    from: unixNanos(first < MIN_INSTANT ? MIN_INSTANT : first),
    until: unixNanos(last > MAX_INSTANT ? MAX_INSTANT : last),
  }
}
