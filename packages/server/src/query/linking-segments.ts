import type { EntityId, TraceId, UnixNanos } from '@fluoroscope/model'
import { ARRAY, ENTITY_ID, INSTANT, TEXT, TRACE_ID } from '../store/column.ts'
import type { Database } from '../store/database.ts'
import { integer, sql, traceId } from '../store/sql.ts'

/** A segment that was started by messages of another trace. */
export type LinkingSegment = {
  readonly traceId: TraceId
  readonly id: EntityId
  readonly name: string
  readonly start: UnixNanos
  /** Which entities of the other trace sent them. */
  readonly sentBy: readonly EntityId[]
}

/**
 * The segments of other traces whose links lead to the trace, by their start; at most `limit`. Reads
 * the links of all rows that are kept: most have none, and so take next to no room.
 * @throws StoreError
 */
export async function findLinkingSegments(
  database: Database,
  id: TraceId,
  limit: number,
): Promise<readonly LinkingSegment[]> {
  const rows = await database.rows(
    sql`SELECT
        trace_id,
        id,
        toString(name) AS name,
        start,
        arrayDistinct(arrayFilter((sender, trace) -> trace = ${traceId(id)}, link_ids, link_traces)) AS sent_by
      FROM spans
      PREWHERE has(link_traces, ${traceId(id)})
      WHERE trace_id != ${traceId(id)}
      ORDER BY start, trace_id, id, received DESC
      LIMIT 1 BY trace_id, id
      LIMIT ${integer(limit)}`,
    {
      trace_id: TRACE_ID,
      id: ENTITY_ID,
      name: TEXT,
      start: INSTANT,
      sent_by: ARRAY(ENTITY_ID),
    },
  )
  return rows.flatMap((row) => {
    if (row.id === undefined) return []
    const sentBy = row.sent_by.filter((sender) => sender !== undefined)
    return [{ traceId: row.trace_id, id: row.id, name: row.name, start: row.start, sentBy }]
  })
}
