import type { TraceId } from '@fluoroscope/model'
import { TRACE_ID } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { integer, sql } from '../store/sql.ts'
import type { RowCondition } from './compile-filter.ts'

/**
 * Every trace, of whatever time, that the most selective of `conditions` lets through, where these are
 * few and an index leads to them; undefined where looking at the rows of a range is the better way.
 * The newest rows come first, so that a common value is known for one after a few granules.
 * @throws StoreError
 */
export async function findRareTraces(
  database: Database,
  conditions: readonly RowCondition[],
): Promise<readonly TraceId[] | undefined> {
  const [first] = conditions
  if (first?.indexed !== true) return undefined
  const rows = await database.rows(
    sql`SELECT trace_id FROM spans WHERE ${first.condition}
      ORDER BY minute DESC LIMIT ${integer(MAX_ROWS + 1)}`,
    { trace_id: TRACE_ID },
  )
  if (rows.length > MAX_ROWS) return undefined
  return [...new Set(rows.map((row) => row.trace_id))]
}

/** Looking up the minutes of so many traces takes as long as looking at all rows of an hour. */
const MAX_ROWS = 1000
