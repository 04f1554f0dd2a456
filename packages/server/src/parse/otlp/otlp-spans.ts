import {
  type EntityId,
  type OtlpAttributes,
  type OtlpEvent,
  type OtlpLink,
  type OtlpResource,
  type OtlpScope,
  type OtlpSpan,
  type OtlpSpanKind,
  type OtlpStatus,
  type OtlpValue,
  type TraceId,
  unixNanos,
} from '@fluoroscope/model'
import type { AnyValue, KeyValue } from './any-value.ts'
import type { RecordTable } from './record-table.ts'
import { ATTRIBUTE, EVENT, LINK, SPAN, type SpanBatch } from './span-batch.ts'

/** Spans of a batch as objects that outlive it. Spans of one resource or scope share one object of it. */
export class OtlpSpans {
  readonly #batch: SpanBatch
  readonly #resources: (OtlpResource | undefined)[] = []
  readonly #scopes: (OtlpScope | undefined)[] = []

  /** @param batch as it is now: made anew for every request that is decoded */
  constructor(batch: SpanBatch) {
    this.#batch = batch
  }

  /** The span with this index among `batch.spans`. */
  span(index: number): OtlpSpan {
    const batch = this.#batch
    const { spans } = batch
    const parentAt = spans.get(index, SPAN.parentSpanId)
    const hasParent = parentAt !== spans.get(index, SPAN.parentSpanId + 1)
    const scope = spans.get(index, SPAN.scope)
    return {
      traceId: traceIdAt(batch, spans, index, SPAN.traceId),
      id: entityIdAt(batch, spans, index, SPAN.spanId),
      parentId: hasParent ? entityIdAt(batch, spans, index, SPAN.parentSpanId) : undefined,
      name: batch.textAt(spans, index, SPAN.name),
      kind: spanKindOf(spans.get(index, SPAN.kind)),
      start: unixNanos(batch.nanosAt(spans, index, SPAN.start)),
      end: unixNanos(batch.nanosAt(spans, index, SPAN.end)),
      traceState: batch.textAt(spans, index, SPAN.traceState),
      flags: spans.get(index, SPAN.flags),
      status: this.#status(index),
      attributes: this.#attributesOf(spans, index, SPAN.attributesFrom),
      events: indexes(spans, index, SPAN.eventsFrom).map((event) => this.#event(event)),
      links: indexes(spans, index, SPAN.linksFrom).map((link) => this.#link(link)),
      droppedAttributes: spans.get(index, SPAN.droppedAttributes),
      droppedEvents: spans.get(index, SPAN.droppedEvents),
      droppedLinks: spans.get(index, SPAN.droppedLinks),
      resource: this.resource(batch.scopes[scope]?.resource ?? 0),
      scope: this.#scope(scope),
    }
  }

  /** The resource with this index among `batch.resources`. */
  resource(index: number): OtlpResource {
    const known = this.#resources[index]
    if (known !== undefined) return known
    const { attributesFrom, attributesTo, droppedAttributes, schemaUrl } =
      this.#batch.resources[index] ?? NOTHING
    const attributes = this.#attributes(attributesFrom, attributesTo)
    const resource = { attributes, droppedAttributes, schemaUrl }
    this.#resources[index] = resource
    return resource
  }

  #scope(index: number): OtlpScope {
    const known = this.#scopes[index]
    if (known !== undefined) return known
    const { name, version, attributesFrom, attributesTo, droppedAttributes, schemaUrl } =
      this.#batch.scopes[index] ?? NOTHING
    const attributes = this.#attributes(attributesFrom, attributesTo)
    const scope = { name, version, attributes, droppedAttributes, schemaUrl }
    this.#scopes[index] = scope
    return scope
  }

  #status(span: number): OtlpStatus {
    const { spans } = this.#batch
    return {
      code: STATUS_CODES[spans.get(span, SPAN.statusCode)] ?? 'unset',
      message: this.#batch.textAt(spans, span, SPAN.statusMessage),
    }
  }

  #event(index: number): OtlpEvent {
    const { events } = this.#batch
    return {
      time: unixNanos(this.#batch.nanosAt(events, index, EVENT.time)),
      name: this.#batch.textAt(events, index, EVENT.name),
      attributes: this.#attributesOf(events, index, EVENT.attributesFrom),
      droppedAttributes: events.get(index, EVENT.droppedAttributes),
    }
  }

  #link(index: number): OtlpLink {
    const { links } = this.#batch
    return {
      traceId: traceIdAt(this.#batch, links, index, LINK.traceId),
      id: entityIdAt(this.#batch, links, index, LINK.spanId),
      traceState: this.#batch.textAt(links, index, LINK.traceState),
      flags: links.get(index, LINK.flags),
      attributes: this.#attributesOf(links, index, LINK.attributesFrom),
      droppedAttributes: links.get(index, LINK.droppedAttributes),
    }
  }

  #attributesOf(owners: RecordTable, owner: number, fromField: number): OtlpAttributes {
    return this.#attributes(owners.get(owner, fromField), owners.get(owner, fromField + 1))
  }

  #attributes(from: number, to: number): OtlpAttributes {
    const batch = this.#batch
    const attributes = new Map<string, OtlpValue>()
    for (let index = from; index < to; index++) {
      const key = batch.textAt(batch.attributes, index, ATTRIBUTE.keyText)
      attributes.set(key, otlpValueOf(batch.valueOf(index)))
    }
    return attributes
  }
}

const KINDS: readonly OtlpSpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
]

/** By the number of the protocol; numbers nobody knows yet are no kind. */
export function spanKindOf(number: number): OtlpSpanKind {
  return KINDS[number] ?? 'unspecified'
}

const STATUS_CODES: readonly OtlpStatus['code'][] = ['unset', 'ok', 'error']

const NOTHING = {
  name: '',
  version: '',
  attributesFrom: 0,
  attributesTo: 0,
  droppedAttributes: 0,
  schemaUrl: '',
}

/** What `[from, to)` of a record's two fields counts. */
function indexes(owners: RecordTable, owner: number, fromField: number): number[] {
  const from = owners.get(owner, fromField)
  return Array.from({ length: owners.get(owner, fromField + 1) - from }, (_, index) => from + index)
}

/** The trace id that 16 bytes of a record are. */
export function traceIdAt(
  batch: SpanBatch,
  table: RecordTable,
  index: number,
  field: number,
): TraceId {
  const at = table.get(index, field)
  const hex = batch.bytes.toString('hex', at, at + 16)
  return `1-${hex.slice(0, 8)}-${hex.slice(8)}` as TraceId
}

/** The id that 8 bytes of a record are. */
export function entityIdAt(
  batch: SpanBatch,
  table: RecordTable,
  index: number,
  field: number,
): EntityId {
  const at = table.get(index, field)
  return batch.bytes.toString('hex', at, at + 8) as EntityId
}

/** A value that needs the bytes it was read from no more. */
export function otlpValueOf(value: AnyValue): OtlpValue {
  switch (value.type) {
    case 'none':
      return null
    case 'bytes':
      return Uint8Array.from(value.value)
    case 'list':
      return value.value.map(otlpValueOf)
    case 'map':
      return new Map(value.value.map((entry: KeyValue) => [entry.key, otlpValueOf(entry.value)]))
    default:
      return value.value
  }
}
