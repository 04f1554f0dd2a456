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
  BYTES,
  type ColumnList,
  DAY,
  ENTITY_ID,
  ENUM8,
  INSTANT,
  MINUTE,
  TEXT,
  TRACE_ID,
} from './column.ts'
import { NativeBlock } from './native-block.ts'
import {
  addSpanRow,
  type Receipt,
  type RowOwner,
  SPAN_COLUMNS,
  type SpanRow,
  spanRowOf,
} from './span-row.ts'

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

/** Rows of one batch, each table's a block of the Native format, or several behind one another. */
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
  readonly #spans = new NativeBlock(SPAN_COLUMNS)
  readonly #documents = new NativeBlock(DOCUMENT_COLUMNS)
  readonly #minutes = new NativeBlock(TRACE_MINUTE_COLUMNS)
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
    this.#addDocument(receipt, minute, traceId, top.id)
    this.#documents.columns.document.text(text)
    this.#documents.columns.format.uint8(SEGMENT_FORMAT)
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
      addSpanRow(this.#spans, row, { receipt, traceId, minute: filed, documentId: row.id })
    }
    assert(first !== undefined, 'a chunk has at least one span')
    this.#addDocument(receipt, earliest, traceId, first.id)
    this.#documents.columns.document.sizedBytes(chunk)
    this.#documents.columns.format.uint8(OTLP_FORMAT)
  }

  /** The rows since the last call; the arrays are the caller's. */
  take(): EncodedRows {
    const rows = {
      spanCount: this.#spans.rows,
      spans: this.#spans.take(),
      documentCount: this.#documents.rows,
      documents: this.#documents.take(),
      minutes: this.#minutes.take(),
    }
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

  /** All of a row but the document and its format. */
  #addDocument(receipt: Receipt, minute: number, traceId: TraceId, id: EntityId): void {
    const { columns } = this.#documents
    columns.received.int64(receipt.received)
    columns.minute.uint32(minute)
    columns.trace_id.traceId(traceId)
    columns.id.entityId(id)
    columns.account.text(receipt.account)
    columns.region.text(receipt.region)
    this.#documents.endRow()
  }

  /** An entity and all below it, depth first. */
  #addSpans(entity: Segment | Subsegment, parentId: EntityId | undefined, owner: RowOwner): void {
    addSpanRow(this.#spans, spanRowOf(entity, parentId), owner)
    for (const child of entity.subsegments) this.#addSpans(child, entity.id, owner)
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
    const { columns } = this.#minutes
    columns.trace_id.traceId(traceId)
    columns.minute.uint32(minute)
    columns.day.uint16(day)
    this.#minutes.endRow()
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
  return `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) FORMAT Native`
}
