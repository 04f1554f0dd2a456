import type { ReceivedDocument, Trace, TraceId, UnixNanos } from '@fluoroscope/model'
import type { Database } from '../store/database.ts'
import { instant, integer, sql, traceIds } from '../store/sql.ts'
import { assembleTrace } from './assemble-trace.ts'
import { DOCUMENT_ROW, DocumentReader, type DocumentRow } from './read-document.ts'

/** How much of one trace is read. */
export type TraceLimits = {
  /** A span of OpenTelemetry counts as the documents it becomes. */
  readonly documents: number
  /** Of what was sent, together. */
  readonly bytes: number
}

/** Well beyond the 500 KB at which X-Ray stops, and still within what one process holds. */
export const DEFAULT_TRACE_LIMITS: TraceLimits = { documents: 200_000, bytes: 2 ** 28 }

/** A trace as it is stored, or as much of it as the limits allow. */
export type FoundTrace = Trace & {
  /** The trace holds more than was read: its last documents by receipt are missing. */
  readonly limitExceeded: boolean
  /** Documents it was assembled from, superseded ones included. */
  readonly documents: number
}

/** The traces of `ids` that are known, by id; see `visitTraces`. @throws StoreError */
export async function findTraces(
  database: Database,
  ids: readonly TraceId[],
  limits: TraceLimits = DEFAULT_TRACE_LIMITS,
  asOf?: UnixNanos,
): Promise<ReadonlyMap<TraceId, FoundTrace>> {
  const traces = new Map<TraceId, FoundTrace>()
  await visitTraces(database, ids, (trace) => traces.set(trace.id, trace), limits, asOf)
  return traces
}

/**
 * Hands over the traces of `ids` that are known, one after the other by id, so that only one is in
 * memory. `visit` must not take long: the query waits for it.
 * @param asOf leaves out documents received later; undefined for none
 * @throws StoreError
 */
export async function visitTraces(
  database: Database,
  ids: readonly TraceId[],
  visit: (trace: FoundTrace) => void,
  limits: TraceLimits = DEFAULT_TRACE_LIMITS,
  asOf?: UnixNanos,
): Promise<void> {
  if (ids.length === 0) return
  const reader = new DocumentReader()
  let reading: TraceReading | undefined
  for await (const rows of database.batches(documentsOf(ids, limits, asOf), DOCUMENT_ROW)) {
    for (const row of rows) {
      if (reading?.id !== row.trace_id) {
        if (reading !== undefined) visit(assembleFound(reading))
        reading = { id: row.trace_id, documents: [], bytes: 0, limitExceeded: false }
      }
      addDocument(reading, row, reader, limits)
    }
  }
  if (reading !== undefined) visit(assembleFound(reading))
}

type TraceReading = {
  readonly id: TraceId
  readonly documents: ReceivedDocument[]
  bytes: number
  limitExceeded: boolean
}

/**
 * The minutes lead to the few granules of each trace. By receipt, so that what is read of a trace
 * that is too large is its beginning; one document more than allowed tells that there are more.
 */
function documentsOf(ids: readonly TraceId[], limits: TraceLimits, asOf: UnixNanos | undefined) {
  const known = asOf === undefined ? sql`` : sql`AND received <= ${instant(asOf)}`

  return sql`
    SELECT trace_id, received, account, region, document, format
    FROM documents
    WHERE (minute, trace_id) IN (
      SELECT minute, trace_id FROM trace_minutes WHERE trace_id IN ${traceIds(ids)}
    ) ${known}
    ORDER BY trace_id, received, id
    LIMIT ${integer(limits.documents + 1)} BY trace_id`
}

function addDocument(
  reading: TraceReading,
  row: DocumentRow,
  reader: DocumentReader,
  limits: TraceLimits,
): void {
  if (reading.limitExceeded) return
  reading.bytes += row.document.length
  if (reading.bytes > limits.bytes) reading.limitExceeded = true
  if (reading.limitExceeded) return
  for (const document of reader.read(row)) {
    if (reading.documents.length >= limits.documents) {
      reading.limitExceeded = true
      return
    }
    reading.documents.push(document)
  }
}

function assembleFound({ id, documents, limitExceeded }: TraceReading): FoundTrace {
  return { ...assembleTrace(id, documents), limitExceeded, documents: documents.length }
}
