import type { AnyValue, KeyValue } from './any-value.ts'
import type { RecordTable } from './record-table.ts'
import { ATTRIBUTE, EVENT, LINK, SPAN, type SpanBatch } from './span-batch.ts'

/** A span of OpenTelemetry as an object. Ids are lower-case hex, instants Unix nanoseconds. */
export type OtlpSpan = {
  readonly traceId: string
  readonly spanId: string
  /** '' for none. */
  readonly parentSpanId: string
  readonly traceState: string
  readonly name: string
  readonly kind: number
  readonly start: bigint
  readonly end: bigint
  readonly statusCode: number
  readonly statusMessage: string
  readonly flags: number
  readonly attributes: readonly KeyValue[]
  readonly events: readonly OtlpEvent[]
  readonly links: readonly OtlpLink[]
  readonly droppedAttributes: number
  readonly droppedEvents: number
  readonly droppedLinks: number
}

type OtlpEvent = {
  readonly time: bigint
  readonly name: string
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributes: number
}

type OtlpLink = {
  readonly traceId: string
  readonly spanId: string
  readonly traceState: string
  readonly flags: number
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributes: number
}

/** A span of a batch as objects that outlive it: for the one span that somebody looks at. */
export function readSpan(batch: SpanBatch, span: number): OtlpSpan {
  const { spans } = batch
  return {
    traceId: hexAt(batch, spans, span, SPAN.traceId),
    spanId: hexAt(batch, spans, span, SPAN.spanId),
    parentSpanId: hexAt(batch, spans, span, SPAN.parentSpanId),
    traceState: batch.textAt(spans, span, SPAN.traceState),
    name: batch.textAt(spans, span, SPAN.name),
    kind: spans.get(span, SPAN.kind) | 0,
    start: batch.nanosAt(spans, span, SPAN.start),
    end: batch.nanosAt(spans, span, SPAN.end),
    statusCode: spans.get(span, SPAN.statusCode) | 0,
    statusMessage: batch.textAt(spans, span, SPAN.statusMessage),
    flags: spans.get(span, SPAN.flags),
    attributes: readAttributes(batch, spans, span, SPAN.attributesFrom),
    events: indexes(spans, span, SPAN.eventsFrom).map((event) => readEvent(batch, event)),
    links: indexes(spans, span, SPAN.linksFrom).map((link) => readLink(batch, link)),
    droppedAttributes: spans.get(span, SPAN.droppedAttributes),
    droppedEvents: spans.get(span, SPAN.droppedEvents),
    droppedLinks: spans.get(span, SPAN.droppedLinks),
  }
}

/** The attributes `[from, to)` of a batch: those of a resource or scope, say. */
export function readAttributeRange(batch: SpanBatch, from: number, to: number): KeyValue[] {
  const attributes: KeyValue[] = []
  for (let index = from; index < to; index++) {
    const key = batch.textAt(batch.attributes, index, ATTRIBUTE.keyText)
    attributes.push({ key, value: ownedValue(batch.valueOf(index)) })
  }
  return attributes
}

function readEvent(batch: SpanBatch, event: number): OtlpEvent {
  const { events } = batch
  return {
    time: batch.nanosAt(events, event, EVENT.time),
    name: batch.textAt(events, event, EVENT.name),
    attributes: readAttributes(batch, events, event, EVENT.attributesFrom),
    droppedAttributes: events.get(event, EVENT.droppedAttributes),
  }
}

function readLink(batch: SpanBatch, link: number): OtlpLink {
  const { links } = batch
  return {
    traceId: hexAt(batch, links, link, LINK.traceId),
    spanId: hexAt(batch, links, link, LINK.spanId),
    traceState: batch.textAt(links, link, LINK.traceState),
    flags: links.get(link, LINK.flags),
    attributes: readAttributes(batch, links, link, LINK.attributesFrom),
    droppedAttributes: links.get(link, LINK.droppedAttributes),
  }
}

function readAttributes(
  batch: SpanBatch,
  owners: RecordTable,
  owner: number,
  fromField: number,
): KeyValue[] {
  return readAttributeRange(batch, owners.get(owner, fromField), owners.get(owner, fromField + 1))
}

/** What `[from, to)` of a record's two fields counts. */
function indexes(owners: RecordTable, owner: number, fromField: number): number[] {
  const from = owners.get(owner, fromField)
  return Array.from({ length: owners.get(owner, fromField + 1) - from }, (_, index) => from + index)
}

function hexAt(batch: SpanBatch, table: RecordTable, index: number, field: number): string {
  return batch.bytes.toString('hex', table.get(index, field), table.get(index, field + 1))
}

/** Bytes are views of the request; these are copies. */
function ownedValue(value: AnyValue): AnyValue {
  switch (value.type) {
    case 'bytes':
      return { type: 'bytes', value: Uint8Array.from(value.value) }
    case 'list':
      return { type: 'list', value: value.value.map(ownedValue) }
    case 'map':
      return {
        type: 'map',
        value: value.value.map((entry) => ({ key: entry.key, value: ownedValue(entry.value) })),
      }
    default:
      return value
  }
}
