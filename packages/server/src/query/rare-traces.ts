import type { TraceId } from '@fluoroscope/model'
import { TRACE_ID } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { integer, sql } from '../store/sql.ts'
import type { RowCondition } from './compile-filter.ts'
import type { RangeReach } from './minute-reach.ts'
import { tracesInReach } from './narrow-candidates.ts'
import type { TimeWindow } from './trace-search.ts'

/**
 * The traces that the most selective of `conditions` lets through, where these are few and an index
 * leads to them; undefined where looking at the rows of a range is the better way.
 * @param near traces that start in the window, where it is known how far these reach; undefined for
 *   traces of whatever time
 * @throws StoreError
 */
export async function findRareTraces(
  database: Database,
  conditions: readonly RowCondition[],
  near: { readonly window: TimeWindow; readonly reach: RangeReach } | undefined,
): Promise<readonly TraceId[] | undefined> {
  const [first] = conditions
  if (first?.indexed !== true) return undefined
  const matching =
    near === undefined
      ? sql`SELECT trace_id FROM spans WHERE ${first.condition}`
      : tracesInReach(first, near.window, near.reach)
  // In no order: the engine stops at the limit, where in order of time it would read three times as much.
  const rows = await database.rows(
    sql`SELECT trace_id FROM (${matching}) LIMIT ${integer(MAX_ROWS + 1)}`,
    { trace_id: TRACE_ID },
  )
  if (rows.length > MAX_ROWS) return undefined
  return [...new Set(rows.map((row) => row.trace_id))]
}

/** Found within some 50 ms where one trace in 500 has the value; what is rarer is worth the time. */
const MAX_ROWS = 300
