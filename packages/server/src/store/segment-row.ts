import type {
  Annotations,
  EntityId,
  JsonValue,
  ReceivedDocument,
  RequestContext,
  Segment,
  SegmentDocument,
  Subsegment,
  TraceId,
  UnixNanos,
} from '@fluoroscope/model'
import { assert, calledServiceOf, isFromParent, isJsonObject } from '@fluoroscope/model'
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
const MAX_INT64 = 2n ** 63n - 1n

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
    const { account, region } = received
    const receipt: Receipt = { received: received.received, account, region }
    const { traceId, id, minute } = this.#addEntities(received.document, receipt)
    this.#addDocumentHead(receipt, minute, traceId, id)
    this.#documents.text(text)
    this.#documents.uint8(SEGMENT_FORMAT)
  }

  /**
   * Adds the rows of what one request brought of one trace.
   * @param documents those the spans in `chunk` become, in their order; at least one
   * @param chunk a TracesData message
   */
  addChunk(receipt: Receipt, documents: Iterable<SegmentDocument>, chunk: Uint8Array): void {
    let first: FiledEntity | undefined
    for (const document of documents) {
      const filed = this.#addEntities(document, receipt)
      first ??= filed
    }
    assert(first !== undefined, 'a chunk has at least one span')
    this.#addDocumentHead(receipt, first.minute, first.traceId, first.id)
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

  /** The rows of a document's entities, and of its minute. */
  #addEntities(document: SegmentDocument, receipt: Receipt): FiledEntity {
    const isSegment = document.kind === 'segment'
    const top = isSegment ? document.segment : document.subsegment
    const traceId = isSegment ? document.segment.traceId : document.traceId
    const parentId = isSegment ? document.segment.parentId : document.parentId
    const receivedSeconds = this.#secondsOf(receipt.received)
    const minute = minuteOf(top.start, receivedSeconds)
    this.#addSpans(top, parentId, { ...receipt, traceId, minute, documentId: top.id })
    this.#addMinute(traceId, minute, Math.floor(receivedSeconds / SECONDS_PER_DAY))
    return { traceId, id: top.id, minute }
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
  #addSpans(entity: AnyEntity, parentId: EntityId | undefined, document: OneDocument): void {
    writeSpan(this.#spans, entity, parentId, document)
    this.#spanCount += 1
    for (const child of entity.subsegments) this.#addSpans(child, entity.id, document)
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

type AnyEntity = Segment | Subsegment

/** When and by whom something was sent. */
export type Receipt = RequestContext & { readonly received: UnixNanos }

type FiledEntity = { readonly traceId: TraceId; readonly id: EntityId; readonly minute: number }

type OneDocument = Receipt & {
  readonly traceId: TraceId
  readonly minute: number
  readonly documentId: EntityId
}

/** Writes in the order of `SPAN_COLUMNS`. */
function writeSpan(
  writer: RowBinaryWriter,
  entity: AnyEntity,
  parentId: EntityId | undefined,
  shared: OneDocument,
): void {
  const segment = entity.kind === 'segment' ? entity : undefined
  const { http, aws, progress } = entity
  writer.int64(shared.received)
  writer.uint32(shared.minute)
  writer.traceId(shared.traceId)
  writer.entityId(entity.id)
  writer.entityId(parentId)
  writer.entityId(shared.documentId)
  writer.uint8(segment === undefined ? 2 : 1)
  writer.bool(progress.state === 'in-progress')
  writer.int64(entity.start)
  writer.int64(progress.state === 'complete' ? clampInt64(progress.end - entity.start) : 0n)
  writer.text(shared.account)
  writer.text(shared.region)
  writer.text(entity.name)
  writer.text(segment?.origin ?? '')
  writer.text(entity.kind === 'subsegment' ? (entity.namespace ?? '') : '')
  writer.bool(entity.fault)
  writer.bool(entity.error)
  writer.bool(entity.throttle)
  writer.text(http?.method ?? '')
  writer.text(http?.url ?? '')
  writer.uint16(statusColumn(http?.status))
  writer.text(http?.userAgent ?? '')
  writer.text(http?.clientIp ?? '')
  writer.text(segment?.user ?? '')
  writer.text(segment?.resourceArn ?? '')
  writer.text(textAt(aws?.['ec2'], 'instance_id'))
  writer.text(
    textAt(aws?.['ec2'], 'availability_zone') || textAt(aws?.['ecs'], 'availability_zone'),
  )
  writer.text(textAt(aws, 'operation'))
  writeCallee(writer, entity)
  writer.text(textAt(aws, 'account_id'))
  writeAnnotations(writer, entity.annotations)
  writeLinks(writer, segment?.links ?? NO_LINKS)
}

function writeCallee(writer: RowBinaryWriter, entity: AnyEntity): void {
  const callee = entity.kind === 'subsegment' ? calledServiceOf(entity) : undefined
  writer.text(callee?.name ?? '')
  writer.text(callee?.type ?? '')
}

/** Three maps, by type of value; each begins with its count. */
function writeAnnotations(writer: RowBinaryWriter, annotations: Annotations): void {
  if (annotations.size === 0) {
    writer.count(0)
    writer.count(0)
    writer.count(0)
    return
  }
  writer.count(countOf(annotations, 'string'))
  for (const [key, value] of annotations) {
    if (typeof value !== 'string') continue
    writer.text(key)
    writer.text(value)
  }
  writer.count(countOf(annotations, 'number'))
  for (const [key, value] of annotations) {
    if (typeof value !== 'number') continue
    writer.text(key)
    writer.float64(value)
  }
  writer.count(countOf(annotations, 'boolean'))
  for (const [key, value] of annotations) {
    if (typeof value !== 'boolean') continue
    writer.text(key)
    writer.bool(value)
  }
}

/** Two lists: the traces and the entities that sent what started the segment. */
function writeLinks(writer: RowBinaryWriter, links: Segment['links']): void {
  if (links.length === 0) {
    writer.count(0)
    writer.count(0)
    return
  }
  const triggers = links.filter(isFromParent)
  writer.count(triggers.length)
  for (const { traceId } of triggers) writer.traceId(traceId)
  writer.count(triggers.length)
  for (const { id } of triggers) writer.entityId(id)
}

const NO_LINKS: Segment['links'] = []

function countOf(annotations: Annotations, type: 'string' | 'number' | 'boolean'): number {
  let count = 0
  for (const value of annotations.values()) if (typeof value === type) count++
  return count
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

/** 0 for none, and for a number that is no status. */
function statusColumn(status: number | undefined): number {
  const fits = status !== undefined && Number.isInteger(status) && status > 0 && status < 65_536
  return fits ? status : 0
}

function clampInt64(value: bigint): bigint {
  if (value > MAX_INT64) return MAX_INT64
  return value < -MAX_INT64 ? -MAX_INT64 : value
}

function textAt(container: JsonValue | undefined, member: string): string {
  if (container === undefined || !isJsonObject(container)) return ''
  const value = container[member]
  return typeof value === 'string' ? value : ''
}

function insertStatement<Columns extends ColumnList>(table: string, columns: Columns): string {
  return `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) FORMAT RowBinary`
}
