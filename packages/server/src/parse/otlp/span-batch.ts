import type { AnyValue } from './any-value.ts'
import { readInt64, readKeyValue } from './any-value.ts'
import { RecordTable } from './record-table.ts'
import { TextCache } from './text-cache.ts'

/*
 * What a trace request is read into, and why it looks as it does.
 *
 * A request of 500 spans holds 6,000 attributes, of which a row needs some as columns and the others only
 * as key and value. An object for each would cost more than all the rest, so nothing here is one: spans,
 * attributes, events and links are records of 32-bit words in four tables, and a word is a number or a
 * place in the request's bytes, which stay as they came. A span's own attributes are the records
 * `[attributesFrom, attributesTo)`, and so on.
 *
 *     for (let span = 0; span < batch.spans.count; span++) {
 *       writer.bytes(batch.bytesAt(batch.spans, span, SPAN.traceId))
 *       for (let a = batch.spans.get(span, SPAN.attributesFrom); a < batch.spans.get(span, SPAN.attributesTo); a++) {
 *         switch (batch.attributes.get(a, ATTRIBUTE.key)) {
 *           case HTTP_METHOD: method = batch.textAt(batch.attributes, a, ATTRIBUTE.value)
 *
 * - Known keys are numbers: the index in the list the decoder was made with. Other keys are read as text
 *   only by whom wants them. A key that occurs twice has two records.
 * - Text may be copied as bytes into a row, unless `isBroken` says that it is not UTF-8; `textAt` gives a
 *   string, the same one again for short texts that repeat.
 * - Resources and scopes are few and are objects. A span knows its scope, a scope its resource.
 * - The bytes of every span, resource and scope are kept as they came: fields nobody knows yet, in the
 *   order of the sender. A message that was sent in several pieces, which protobuf merges, is the pieces
 *   one after the other, which is the same message.
 *
 * A batch belongs to its decoder and is valid until that decodes again; the request's bytes must not be
 * changed meanwhile.
 */

/** Fields of `SpanBatch.spans`. A field of two words is a pair: where it begins in the bytes and where it ends, or an instant. */
export const SPAN = {
  /** The whole message, without its tag and length. */
  bytes: 0,
  /** 16 bytes, never all zero. */
  traceId: 2,
  /** 8 bytes, never all zero. */
  spanId: 4,
  /** 8 bytes, or none for a span without parent, all zero included. */
  parentSpanId: 6,
  name: 8,
  traceState: 10,
  statusMessage: 12,
  /** Unix nanoseconds, unsigned: low word, high word. */
  start: 14,
  end: 16,
  /** Any 32 bits, signed as `| 0`: what is not 0 to 5 is no kind of today. */
  kind: 18,
  /** Likewise; 0 unset, 1 ok, 2 error. */
  statusCode: 19,
  flags: 20,
  droppedAttributes: 21,
  droppedEvents: 22,
  droppedLinks: 23,
  attributesFrom: 24,
  attributesTo: 25,
  eventsFrom: 26,
  eventsTo: 27,
  linksFrom: 28,
  linksTo: 29,
  /** Index in `SpanBatch.scopes`. */
  scope: 30,
} as const
const SPAN_WORDS = 31

/** Fields of `SpanBatch.attributes`: those of spans, events, links, scopes and resources. */
export const ATTRIBUTE = {
  /** Index of a known key, else `UNKNOWN_KEY`. */
  key: 0,
  keyText: 1,
  /** One of `VALUE`. */
  type: 3,
  /**
   * Text and bytes: the pair. Numbers: where they begin, for `int64At`, `doubleAt` and `boolAt`.
   * Lists and maps: the KeyValue message they are in, for `valueOf`.
   */
  value: 4,
} as const
const ATTRIBUTE_WORDS = 6

/** Types of attribute values: the numbers of AnyValue's fields. `none` is a value without any. */
export const VALUE = {
  none: 0,
  text: 1,
  bool: 2,
  int: 3,
  double: 4,
  list: 5,
  map: 6,
  bytes: 7,
} as const

/** Fields of `SpanBatch.events`. */
export const EVENT = {
  bytes: 0,
  time: 2,
  name: 4,
  droppedAttributes: 6,
  attributesFrom: 7,
  attributesTo: 8,
} as const
const EVENT_WORDS = 9

/** Fields of `SpanBatch.links`; its ids are as those of spans. */
export const LINK = {
  bytes: 0,
  traceId: 2,
  spanId: 4,
  traceState: 6,
  flags: 8,
  droppedAttributes: 9,
  attributesFrom: 10,
  attributesTo: 11,
} as const
const LINK_WORDS = 12

/** What sent spans: the attributes that its spans share. */
export type OtlpResource = {
  bytes: Uint8Array
  attributesFrom: number
  attributesTo: number
  droppedAttributes: number
  schemaUrl: string
}

/** The library that made spans. */
export type OtlpScope = {
  /** Index in `SpanBatch.resources`. */
  readonly resource: number
  bytes: Uint8Array
  name: string
  version: string
  attributesFrom: number
  attributesTo: number
  droppedAttributes: number
  schemaUrl: string
}

/** Why a span is not in the batch. Other spans of the request are not touched by it. */
export type SpanRejectionReason =
  | 'malformed-span'
  | 'invalid-trace-id'
  | 'invalid-span-id'
  | 'invalid-parent-span-id'
  | 'invalid-time'

export type SpanRejection = {
  readonly reason: SpanRejectionReason
  /** Which span of the request, counted from 0 through all resources and scopes. */
  readonly ordinal: number
  /** With the path of the field, as `resource_spans[0].scope_spans[0].spans[3].trace_id`. */
  readonly message: string
}

/** Each bound is of one request; none is reached by a sender that means well. */
export type TraceRequestLimits = {
  readonly maxSpans: number
  /** Of attributes, and of events, and of links. */
  readonly maxRecords: number
}

/** 100 MB of tables at most; a request of 16 MB has some 36,000 spans with 12 attributes. */
export const DEFAULT_TRACE_REQUEST_LIMITS: TraceRequestLimits = {
  maxSpans: 200_000,
  maxRecords: 2_000_000,
}

const INITIAL_SPANS = 512

export class SpanBatch {
  readonly spans: RecordTable
  readonly attributes: RecordTable
  readonly events: RecordTable
  readonly links: RecordTable
  readonly resources: OtlpResource[] = []
  readonly scopes: OtlpScope[] = []
  /** The first of those rejected, in their order; `rejected` counts all. */
  readonly rejections: SpanRejection[] = []
  readonly rejected = new Map<SpanRejectionReason, number>()
  /** Spans of the request, rejected ones included. */
  spansReceived = 0
  /** Spans that end before they start; they are kept. */
  endedBeforeStart = 0
  /** Links without a valid trace id and span id: not in `links`, though in the bytes of their span. */
  invalidLinks = 0
  /** Spans of Zipkin that named themselves as their parent: kept, without one. */
  ownParents = 0
  /** Where texts begin that are not UTF-8. */
  readonly brokenTexts: RecordTable
  /** Texts of OTLP/JSON with half of a surrogate pair, which has no UTF-8: U+FFFD stands there. */
  replacedTexts = 0
  #bytes: Buffer = Buffer.alloc(0)
  #broken: Set<number> | undefined
  readonly #texts = new TextCache()
  readonly #marked = {
    spans: 0,
    attributes: 0,
    events: 0,
    links: 0,
    brokenTexts: 0,
    invalidLinks: 0,
  }

  constructor(limits: TraceRequestLimits) {
    const { maxSpans, maxRecords } = limits
    this.spans = new RecordTable(SPAN_WORDS, INITIAL_SPANS, maxSpans)
    this.attributes = new RecordTable(ATTRIBUTE_WORDS, INITIAL_SPANS * 16, maxRecords)
    this.events = new RecordTable(EVENT_WORDS, INITIAL_SPANS, maxRecords)
    this.links = new RecordTable(LINK_WORDS, INITIAL_SPANS, maxRecords)
    this.brokenTexts = new RecordTable(1, 16, maxRecords)
  }

  /** The request; of JSON, the same in protobuf. */
  get bytes(): Buffer {
    return this.#bytes
  }

  /** Makes the batch that of an other request, with nothing in it. */
  open(bytes: Uint8Array): void {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (const table of [this.spans, this.attributes, this.events, this.links, this.brokenTexts]) {
      table.clear()
    }
    this.resources.length = 0
    this.scopes.length = 0
    this.rejections.length = 0
    this.rejected.clear()
    this.spansReceived = 0
    this.endedBeforeStart = 0
    this.invalidLinks = 0
    this.replacedTexts = 0
    this.ownParents = 0
    this.#broken = undefined
  }

  /** Remembers what is in the batch. */
  mark(): void {
    const marked = this.#marked
    marked.spans = this.spans.count
    marked.attributes = this.attributes.count
    marked.events = this.events.count
    marked.links = this.links.count
    marked.brokenTexts = this.brokenTexts.count
    marked.invalidLinks = this.invalidLinks
  }

  /** Takes back what was added since the last `mark`. */
  rollBack(): void {
    this.spans.truncate(this.#marked.spans)
    this.attributes.truncate(this.#marked.attributes)
    this.events.truncate(this.#marked.events)
    this.links.truncate(this.#marked.links)
    this.brokenTexts.truncate(this.#marked.brokenTexts)
    this.invalidLinks = this.#marked.invalidLinks
  }

  /** A view of the bytes a pair points to; empty where the field was not sent. */
  bytesAt(table: RecordTable, index: number, field: number): Uint8Array {
    return this.#bytes.subarray(table.get(index, field), table.get(index, field + 1))
  }

  /** The text a pair points to; '' where it was not sent. What is not UTF-8 becomes U+FFFD. */
  textAt(table: RecordTable, index: number, field: number): string {
    return this.text(table.get(index, field), table.get(index, field + 1))
  }

  text(at: number, end: number): string {
    return this.#texts.text(this.#bytes, at, end)
  }

  /** Whether the text that begins at `at` is not UTF-8, so that its bytes are not to be copied as text. */
  isBroken(at: number): boolean {
    if (this.brokenTexts.count === 0) return false
    this.#broken ??= new Set(this.brokenTexts.words.subarray(0, this.brokenTexts.count))
    return this.#broken.has(at)
  }

  /** Unix nanoseconds of a pair of words. */
  nanosAt(table: RecordTable, index: number, field: number): bigint {
    return (BigInt(table.get(index, field + 1)) << 32n) | BigInt(table.get(index, field))
  }

  /** The value of an attribute of type `VALUE.int`. */
  int64At(attribute: number): bigint {
    return readInt64(this.#bytes, this.attributes.get(attribute, ATTRIBUTE.value))
  }

  /** The value of an attribute of type `VALUE.double`. */
  doubleAt(attribute: number): number {
    return this.#bytes.readDoubleLE(this.attributes.get(attribute, ATTRIBUTE.value))
  }

  /** The value of an attribute of type `VALUE.bool`. */
  boolAt(attribute: number): boolean {
    return readInt64(this.#bytes, this.attributes.get(attribute, ATTRIBUTE.value)) !== 0n
  }

  /** The value of any attribute as objects: for lists and maps, and where speed is no matter. */
  valueOf(attribute: number): AnyValue {
    const at = this.attributes.get(attribute, ATTRIBUTE.value)
    const end = this.attributes.get(attribute, ATTRIBUTE.value + 1)
    switch (this.attributes.get(attribute, ATTRIBUTE.type)) {
      case VALUE.none:
        return { type: 'none' }
      case VALUE.text:
        return { type: 'text', value: this.text(at, end) }
      case VALUE.bool:
        return { type: 'bool', value: this.boolAt(attribute) }
      case VALUE.int:
        return { type: 'int', value: this.int64At(attribute) }
      case VALUE.double:
        return { type: 'double', value: this.doubleAt(attribute) }
      case VALUE.bytes:
        return { type: 'bytes', value: this.#bytes.subarray(at, end) }
      default:
        return readKeyValue(this.#bytes, at, end).value
    }
  }
}
