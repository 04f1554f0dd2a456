import type {
  EntityId,
  ReceivedDocument,
  Segment,
  Subsegment,
  TraceId,
  UnixNanos,
} from '@fluoroscope/model'
import { assert } from '@fluoroscope/model'
import {
  ARRAY,
  BOOL,
  BYTES,
  type ColumnList,
  DAY,
  ENTITY_ID,
  ENUM8,
  INSTANT,
  INT64,
  MAP_BOOL,
  MAP_FLOAT64,
  MAP_TEXT,
  MINUTE,
  TEXT,
  TRACE_ID,
  UINT16,
  UINT64,
} from './column.ts'
import { RowBinaryWriter } from './row-binary.ts'
import { type Receipt, type RowOwner, type SpanRow, spanRowOf, writeSpanRow } from './span-row.ts'

/** Of the table `spans`, in the order rows are written. */
export const SPAN_COLUMNS = {
  received: INSTANT,
  minute: MINUTE,
  trace_id: TRACE_ID,
  id: ENTITY_ID,
  parent_id: ENTITY_ID,
  document_id: ENTITY_ID,
  kind: ENUM8({ segment: 1, subsegment: 2 }),
  in_progress: BOOL,
  start: INSTANT,
  duration: INT64,
  account: TEXT,
  region: TEXT,
  name: TEXT,
  origin: TEXT,
  namespace: TEXT,
  fault: BOOL,
  error: BOOL,
  throttle: BOOL,
  http_method: TEXT,
  http_url: TEXT,
  http_status: UINT16,
  http_user_agent: TEXT,
  http_client_ip: TEXT,
  user: TEXT,
  resource_arn: TEXT,
  instance_id: TEXT,
  availability_zone: TEXT,
  operation: TEXT,
  callee_name: TEXT,
  callee_type: TEXT,
  aws_account: TEXT,
  annotation_strings: MAP_TEXT,
  annotation_numbers: MAP_FLOAT64,
  annotation_bools: MAP_BOOL,
  link_traces: ARRAY(TRACE_ID),
  link_ids: ARRAY(UINT64),
} as const

/** What the bytes of a document are: the JSON of a segment, or a TracesData message of OpenTelemetry. */
export const DOCUMENT_FORMAT = ENUM8({ segment: 0, otlp: 1 })

/** Of the table `documents`; `inserted` is left to the engine. */
export const DOCUMENT_COLUMNS = {
  received: INSTANT,
  minute: MINUTE,
  trace_id: TRACE_ID,
  id: ENTITY_ID,
  account: TEXT,
  region: TEXT,
  document: BYTES,
  format: DOCUMENT_FORMAT,
} as const

/** Of the table `trace_minutes`. */
export const TRACE_MINUTE_COLUMNS = { trace_id: TRACE_ID, minute: MINUTE, day: DAY } as const

export const INSERT_SPANS = insertStatement('spans', SPAN_COLUMNS)
export const INSERT_DOCUMENTS = insertStatement('documents', DOCUMENT_COLUMNS)
export const INSERT_TRACE_MINUTES = insertStatement('trace_minutes', TRACE_MINUTE_COLUMNS)

/** All that decides what the bytes of a row mean: rows written by another shape cannot be inserted. */
export const ROW_SHAPE = [SPAN_COLUMNS, DOCUMENT_COLUMNS, TRACE_MINUTE_COLUMNS]
  .map((columns) => Object.entries(columns).map(([name, { type }]) => `${name} ${type}`))
  .join(';')

/** Rows of one batch as RowBinary, in the order of the column lists. */
export type EncodedRows = {
  readonly spans: Uint8Array
  readonly spanCount: number
  readonly documents: Uint8Array
  readonly documentCount: number
  readonly minutes: Uint8Array
}

const SEGMENT_FORMAT = 0
const OTLP_FORMAT = 1
const NANOS_PER_SECOND = 1_000_000_000n
const SECONDS_PER_MINUTE = 60
const SECONDS_PER_DAY = 86_400
const MAX_MINUTE = 2 ** 32 - 1

/** Turns accepted documents into rows as they arrive. Used again after each `take`. */
export class RowEncoder {
  readonly #spans = new RowBinaryWriter()
  readonly #documents = new RowBinaryWriter()
  readonly #minutes = new RowBinaryWriter(4096)
  #spanCount = 0
  #documentCount = 0
  /** What the last row of minutes says: documents of one trace mostly come together. */
  #lastMinute = { traceId: '', minute: -1, day: -1 }
  #lastReceipt = { received: 0n, seconds: 0 }

  /**
   * Adds the rows of one document.
   * @param text the document as it was sent
   */
  add(received: ReceivedDocument, text: string): void {
    const { document, account, region } = received
    const receipt: Receipt = { received: received.received, account, region }
    const isSegment = document.kind === 'segment'
    const top = isSegment ? document.segment : document.subsegment
    const traceId = isSegment ? document.segment.traceId : document.traceId
    const parentId = isSegment ? document.segment.parentId : document.parentId
    const minute = this.#fileUnder(top.start, traceId, receipt)
    this.#addSpans(top, parentId, { receipt, traceId, minute, documentId: top.id })
    this.#addDocumentHead(receipt, minute, traceId, top.id)
    this.#documents.text(text)
    this.#documents.uint8(SEGMENT_FORMAT)
  }

  /**
   * Adds the rows of what one request brought of one trace.
   * @param rows of what the spans in `chunk` become, in their order; at least one
   * @param chunk a TracesData message
   */
  addChunk(receipt: Receipt, traceId: TraceId, rows: Iterable<SpanRow>, chunk: Uint8Array): void {
    let first: SpanRow | undefined
    let earliest = Number.POSITIVE_INFINITY
    for (const row of rows) {
      const filed = this.#fileUnder(row.start, traceId, receipt)
      earliest = Math.min(earliest, filed)
      first ??= row
      this.#addSpan(row, { receipt, traceId, minute: filed, documentId: row.id })
    }
    assert(first !== undefined, 'a chunk has at least one span')
    this.#addDocumentHead(receipt, earliest, traceId, first.id)
    this.#documents.sizedBytes(chunk)
    this.#documents.uint8(OTLP_FORMAT)
  }

  /** The rows since the last call; the arrays are the caller's. */
  take(): EncodedRows {
    const rows = {
      spans: this.#spans.take(),
      spanCount: this.#spanCount,
      documents: this.#documents.take(),
      documentCount: this.#documentCount,
      minutes: this.#minutes.take(),
    }
    this.#spanCount = 0
    this.#documentCount = 0
    this.#lastMinute = { traceId: '', minute: -1, day: -1 }
    return rows
  }

  /** The minute of a document that starts at `start`, noted as one of its trace. */
  #fileUnder(start: UnixNanos, traceId: TraceId, { received }: Receipt): number {
    const receivedSeconds = this.#secondsOf(received)
    const minute = minuteOf(start, receivedSeconds)
    this.#addMinute(traceId, minute, Math.floor(receivedSeconds / SECONDS_PER_DAY))
    return minute
  }

  #addDocumentHead(receipt: Receipt, minute: number, traceId: TraceId, id: EntityId): void {
    this.#documents.int64(receipt.received)
    this.#documents.uint32(minute)
    this.#documents.traceId(traceId)
    this.#documents.entityId(id)
    this.#documents.text(receipt.account)
    this.#documents.text(receipt.region)
    this.#documentCount += 1
  }

  /** An entity and all below it, depth first. */
  #addSpans(entity: Segment | Subsegment, parentId: EntityId | undefined, owner: RowOwner): void {
    this.#addSpan(spanRowOf(entity, parentId), owner)
    for (const child of entity.subsegments) this.#addSpans(child, entity.id, owner)
  }

  #addSpan(row: SpanRow, owner: RowOwner): void {
    writeSpanRow(this.#spans, row, owner)
    this.#spanCount += 1
  }

  /** Of the documents of one request only the first divides. */
  #secondsOf(received: UnixNanos): number {
    if (this.#lastReceipt.received !== received) {
      this.#lastReceipt = { received, seconds: Number(received / NANOS_PER_SECOND) }
    }
    return this.#lastReceipt.seconds
  }

  #addMinute(traceId: TraceId, minute: number, day: number): void {
    const last = this.#lastMinute
    if (last.traceId === traceId && last.minute === minute && last.day === day) return
    this.#lastMinute = { traceId, minute, day }
    this.#minutes.traceId(traceId)
    this.#minutes.uint32(minute)
    this.#minutes.uint16(day)
  }
}

/**
 * Start of the minute a document is filed under, in unix seconds: that of its start, or of its
 * receipt where the start is no time after 1970 that 32 bits of seconds hold.
 */
function minuteOf(start: UnixNanos, receivedSeconds: number): number {
  const seconds = Number(start / NANOS_PER_SECOND)
  const filed = start > 0n && seconds <= MAX_MINUTE ? seconds : receivedSeconds
  return filed - (filed % SECONDS_PER_MINUTE)
}

function insertStatement<Columns extends ColumnList>(table: string, columns: Columns): string {
  return `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) FORMAT RowBinary`
}
