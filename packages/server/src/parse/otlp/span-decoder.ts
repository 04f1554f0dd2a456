import type { AttributeDecoder } from './attribute-decoder.ts'
import type { RecordTable } from './record-table.ts'
import { EVENT, LINK, SPAN, type SpanBatch, type SpanRejectionReason } from './span-batch.ts'
import type { WireReader } from './wire-reader.ts'

/** Depth of Span, Event and Link in a message that begins with the span. */
const SPAN_DEPTH = 0
const CHILD_DEPTH = 1

/** Why a span that is well formed is not taken, and what is wrong with which field. */
export type SpanDefect = {
  readonly reason: SpanRejectionReason
  readonly field: string
  readonly message: string
}

/** Reads Span messages into a batch. */
export class SpanDecoder {
  readonly #reader: WireReader
  readonly #batch: SpanBatch
  readonly #attributes: AttributeDecoder

  constructor(reader: WireReader, batch: SpanBatch, attributes: AttributeDecoder) {
    this.#reader = reader
    this.#batch = batch
    this.#attributes = attributes
  }

  /**
   * Reads the Span from where the reader is up to `end` into a new record. Where the reader then has a
   * flaw, or there is a defect, the caller takes back what was added to the tables.
   */
  read(end: number, scope: number): SpanDefect | undefined {
    const { spans, attributes, events, links } = this.#batch
    const base = spans.addZeros()
    // Only spans are added to the table of spans, so the array stays while one is read.
    const { words } = spans
    words[base + SPAN.bytes] = this.#reader.at
    words[base + SPAN.bytes + 1] = end
    words[base + SPAN.scope] = scope
    words[base + SPAN.attributesFrom] = attributes.count
    words[base + SPAN.eventsFrom] = events.count
    words[base + SPAN.linksFrom] = links.count
    this.#readFields(words, base, end)
    words[base + SPAN.attributesTo] = attributes.count
    this.#readEvents(words[base + SPAN.eventsFrom] as number)
    this.#readLinks(words[base + SPAN.linksFrom] as number)
    words[base + SPAN.eventsTo] = events.count
    words[base + SPAN.linksTo] = links.count
    if (this.#reader.flaw !== undefined) return undefined
    const defect = findDefect(this.#reader.bytes, words, base)
    if (defect !== undefined) return defect
    this.#checkText(words, base + SPAN.name)
    this.#checkText(words, base + SPAN.traceState)
    this.#checkText(words, base + SPAN.statusMessage)
    if (endsBeforeStart(words, base)) this.#batch.endedBeforeStart += 1
    return undefined
  }

  /** Of a field sent twice the last counts. Events and links wait: attributes of one owner stay together. */
  #readFields(words: Uint32Array, base: number, end: number): void {
    const reader = this.#reader
    while (reader.at < end) {
      const tag = reader.tag(end)
      switch (tag) {
        case 0x0a:
          this.#pair(words, base + SPAN.traceId, end)
          break
        case 0x12:
          this.#pair(words, base + SPAN.spanId, end)
          break
        case 0x1a:
          this.#pair(words, base + SPAN.traceState, end)
          break
        case 0x22:
          this.#pair(words, base + SPAN.parentSpanId, end)
          break
        case 0x2a:
          this.#pair(words, base + SPAN.name, end)
          break
        case 0x30:
          words[base + SPAN.kind] = reader.uint32(end)
          break
        case 0x39:
          this.#instant(words, base + SPAN.start, end)
          break
        case 0x41:
          this.#instant(words, base + SPAN.end, end)
          break
        case 0x4a:
          this.#attributes.read(end, CHILD_DEPTH)
          break
        case 0x50:
          words[base + SPAN.droppedAttributes] = reader.uint32(end)
          break
        case 0x5a:
          this.#defer(this.#batch.events, EVENT.bytes, end)
          break
        case 0x60:
          words[base + SPAN.droppedEvents] = reader.uint32(end)
          break
        case 0x6a:
          this.#defer(this.#batch.links, LINK.bytes, end)
          break
        case 0x70:
          words[base + SPAN.droppedLinks] = reader.uint32(end)
          break
        case 0x7a:
          this.#readStatus(words, base, reader.length(end))
          break
        case 0x85:
          words[base + SPAN.flags] = reader.fixed32(end)
          break
        default:
          reader.skip(tag, end, SPAN_DEPTH)
      }
    }
  }

  #readStatus(words: Uint32Array, base: number, end: number): void {
    const reader = this.#reader
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x12) this.#pair(words, base + SPAN.statusMessage, end)
      else if (tag === 0x18) words[base + SPAN.statusCode] = reader.uint32(end)
      else reader.skip(tag, end, CHILD_DEPTH)
    }
  }

  #readEvents(from: number): void {
    const { events, attributes } = this.#batch
    for (let event = from; event < events.count; event++) {
      const base = event * events.stride
      const { words } = events
      words[base + EVENT.attributesFrom] = attributes.count
      this.#readEvent(words, base)
      words[base + EVENT.attributesTo] = attributes.count
      this.#checkText(words, base + EVENT.name)
    }
  }

  #readEvent(words: Uint32Array, base: number): void {
    const reader = this.#reader
    const end = words[base + EVENT.bytes + 1] as number
    reader.at = words[base + EVENT.bytes] as number
    while (reader.at < end) {
      const tag = reader.tag(end)
      switch (tag) {
        case 0x09:
          this.#instant(words, base + EVENT.time, end)
          break
        case 0x12:
          this.#pair(words, base + EVENT.name, end)
          break
        case 0x1a:
          this.#attributes.read(end, CHILD_DEPTH + 1)
          break
        case 0x20:
          words[base + EVENT.droppedAttributes] = reader.uint32(end)
          break
        default:
          reader.skip(tag, end, CHILD_DEPTH)
      }
    }
  }

  /** Links that name no span are passed over, and counted; the others move up. */
  #readLinks(from: number): void {
    const { links, attributes } = this.#batch
    const { words } = links
    let kept = from
    for (let link = from; link < links.count; link++) {
      const base = kept * links.stride
      if (kept !== link) words.copyWithin(base, link * links.stride, (link + 1) * links.stride)
      const attributesFrom = attributes.count
      words[base + LINK.attributesFrom] = attributesFrom
      this.#readLink(words, base)
      words[base + LINK.attributesTo] = attributes.count
      if (namesSpan(this.#reader.bytes, words, base)) {
        this.#checkText(words, base + LINK.traceState)
        kept += 1
      } else {
        attributes.truncate(attributesFrom)
        this.#batch.invalidLinks += 1
      }
    }
    links.truncate(kept)
  }

  #readLink(words: Uint32Array, base: number): void {
    const reader = this.#reader
    const end = words[base + LINK.bytes + 1] as number
    reader.at = words[base + LINK.bytes] as number
    while (reader.at < end) {
      const tag = reader.tag(end)
      switch (tag) {
        case 0x0a:
          this.#pair(words, base + LINK.traceId, end)
          break
        case 0x12:
          this.#pair(words, base + LINK.spanId, end)
          break
        case 0x1a:
          this.#pair(words, base + LINK.traceState, end)
          break
        case 0x22:
          this.#attributes.read(end, CHILD_DEPTH + 1)
          break
        case 0x28:
          words[base + LINK.droppedAttributes] = reader.uint32(end)
          break
        case 0x35:
          words[base + LINK.flags] = reader.fixed32(end)
          break
        default:
          reader.skip(tag, end, CHILD_DEPTH)
      }
    }
  }

  #pair(words: Uint32Array, field: number, parentEnd: number): void {
    const end = this.#reader.length(parentEnd)
    words[field] = this.#reader.at
    words[field + 1] = end
    this.#reader.at = end
  }

  #instant(words: Uint32Array, field: number, end: number): void {
    words[field] = this.#reader.fixed32(end)
    words[field + 1] = this.#reader.fixed32(end)
  }

  /** Notes where a message is, to be read when its owner has been. */
  #defer(table: RecordTable, field: number, parentEnd: number): void {
    const base = table.addZeros()
    this.#pair(table.words, base + field, parentEnd)
  }

  #checkText(words: Uint32Array, field: number): void {
    const at = words[field] as number
    const end = words[field + 1] as number
    if (at !== end) this.#attributes.checkText(at, end)
  }
}

/** An empty parent id, or one of zeros, is none; the record then has none. */
function findDefect(bytes: Uint8Array, words: Uint32Array, base: number): SpanDefect | undefined {
  const traceId = findIdFlaw(bytes, words, base + SPAN.traceId, 16)
  if (traceId !== undefined) {
    return { reason: 'invalid-trace-id', field: 'trace_id', message: traceId }
  }
  const spanId = findIdFlaw(bytes, words, base + SPAN.spanId, 8)
  if (spanId !== undefined) {
    return { reason: 'invalid-span-id', field: 'span_id', message: spanId }
  }
  return findParentDefect(bytes, words, base) ?? findTimeDefect(words, base)
}

function findParentDefect(
  bytes: Uint8Array,
  words: Uint32Array,
  base: number,
): SpanDefect | undefined {
  const parent = base + SPAN.parentSpanId
  if (words[parent] === words[parent + 1]) return undefined
  const parentId = findIdFlaw(bytes, words, parent, 8)
  if (parentId === ALL_ZERO) words[parent + 1] = words[parent] as number
  if (parentId === undefined || parentId === ALL_ZERO) return undefined
  return { reason: 'invalid-parent-span-id', field: 'parent_span_id', message: parentId }
}

/** Instants are kept in 63 bits: up to the year 2262. */
function findTimeDefect(words: Uint32Array, base: number): SpanDefect | undefined {
  for (const field of ['start', 'end'] as const) {
    if ((words[base + SPAN[field] + 1] as number) < 2 ** 31) continue
    return {
      reason: 'invalid-time',
      field: `${field}_time_unix_nano`,
      message: 'is after the year 2262',
    }
  }
  return undefined
}

const ALL_ZERO = 'is all zero'

function findIdFlaw(
  bytes: Uint8Array,
  words: Uint32Array,
  field: number,
  size: number,
): string | undefined {
  const at = words[field] as number
  const end = words[field + 1] as number
  if (end - at !== size) return `has ${end - at} bytes instead of ${size}`
  for (let index = at; index < end; index++) if (bytes[index] !== 0) return undefined
  return ALL_ZERO
}

function namesSpan(bytes: Uint8Array, words: Uint32Array, base: number): boolean {
  return (
    findIdFlaw(bytes, words, base + LINK.traceId, 16) === undefined &&
    findIdFlaw(bytes, words, base + LINK.spanId, 8) === undefined
  )
}

function endsBeforeStart(words: Uint32Array, base: number): boolean {
  const startHigh = words[base + SPAN.start + 1] as number
  const endHigh = words[base + SPAN.end + 1] as number
  if (startHigh !== endHigh) return endHigh < startHigh
  return (words[base + SPAN.end] as number) < (words[base + SPAN.start] as number)
}
