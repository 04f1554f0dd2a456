import { bad, ok, type Result } from '@fluoroscope/model'
import { AttributeDecoder } from './attribute-decoder.ts'
import { fieldPath, spanPath } from './field-path.ts'
import { KnownKeys } from './known-keys.ts'
import { TABLE_FULL } from './record-table.ts'
import {
  DEFAULT_TRACE_REQUEST_LIMITS,
  type OtlpResource,
  type OtlpScope,
  SpanBatch,
  type SpanRejection,
  type SpanRejectionReason,
  type TraceRequestLimits,
} from './span-batch.ts'
import { SpanDecoder } from './span-decoder.ts'
import { WireReader } from './wire-reader.ts'

/** Why no span of a request was taken. */
export type TraceRequestProblem = {
  readonly kind: 'malformed' | 'too-large'
  /** With the path of the field and its place in bytes. */
  readonly message: string
}

/** Defects of spans found before they were protobuf, by their ordinals. */
type KnownDefects = ReadonlyMap<number, Pick<SpanRejection, 'reason' | 'message'>>

const NO_DEFECTS: KnownDefects = new Map()

/** Rejections told with their message; all are counted. */
const MAX_REJECTIONS_TOLD = 100

/** Depths of the messages within the request. */
const RESOURCE_DEPTH = 2
const SCOPE_DEPTH = 3

/**
 * Reads ExportTraceServiceRequest messages of OTLP (opentelemetry-proto, trace v1) into columns; see
 * `SpanBatch`. What is wrong inside a span costs that span only; what is wrong around spans, or in a
 * resource or scope, costs the request, for then nobody knows what its spans mean. Fields nobody knows,
 * and fields of another wire type than they should be, are passed over. It keeps its tables from one
 * request to the next.
 */
export class TraceDecoder {
  readonly #limits: TraceRequestLimits
  readonly #reader = new WireReader()
  readonly #batch: SpanBatch
  readonly #attributes: AttributeDecoder
  readonly #spans: SpanDecoder
  #known = NO_DEFECTS

  /** @param knownKeys the attribute keys that are told by their index in this list */
  constructor(
    knownKeys: readonly string[],
    limits: TraceRequestLimits = DEFAULT_TRACE_REQUEST_LIMITS,
  ) {
    this.#limits = limits
    this.#batch = new SpanBatch(limits)
    this.#attributes = new AttributeDecoder(this.#reader, this.#batch, new KnownKeys(knownKeys))
    this.#spans = new SpanDecoder(this.#reader, this.#batch, this.#attributes)
  }

  /**
   * The batch is the decoder's and holds until the next call; `bytes` are read from until then.
   * @param known spans to reject whatever they hold
   */
  decode(bytes: Uint8Array, known = NO_DEFECTS): Result<SpanBatch, TraceRequestProblem> {
    this.#known = known
    this.#reader.open(bytes, 0)
    this.#batch.open(bytes)
    try {
      this.#readRequest(bytes.length)
    } catch (error) {
      if (error !== TABLE_FULL) throw error
      const { maxSpans, maxRecords } = this.#limits
      const message = `The request has more than ${maxSpans} spans, or ${maxRecords} attributes, events or links`
      return bad({ kind: 'too-large', message })
    }
    if (this.#reader.flaw === undefined) return ok(this.#batch)
    return bad({ kind: 'malformed', message: this.#flawMessage() })
  }

  #readRequest(end: number): void {
    const reader = this.#reader
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x0a) this.#readResourceSpans(reader.length(end))
      else reader.skip(tag, end, 0)
    }
  }

  #readResourceSpans(end: number): void {
    const reader = this.#reader
    const index = this.#batch.resources.length
    const resource: OtlpResource = { ...NOTHING, schemaUrl: '' }
    this.#addTo(this.#batch.resources, resource)
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x0a) this.#readResource(resource, reader.length(end))
      else if (tag === 0x12) this.#readScopeSpans(index, reader.length(end))
      else if (tag === 0x1a) resource.schemaUrl = this.#text(end)
      else reader.skip(tag, end, 1)
    }
  }

  #readScopeSpans(resource: number, end: number): void {
    const reader = this.#reader
    const index = this.#batch.scopes.length
    const scope: OtlpScope = { resource, ...NOTHING, name: '', version: '', schemaUrl: '' }
    this.#addTo(this.#batch.scopes, scope)
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x12) this.#readSpan(reader.length(end), index)
      else if (tag === 0x0a) this.#readScope(scope, reader.length(end))
      else if (tag === 0x1a) scope.schemaUrl = this.#text(end)
      else reader.skip(tag, end, 2)
    }
  }

  #readResource(resource: OtlpResource, end: number): void {
    const reader = this.#reader
    this.#append(resource, end)
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x0a) this.#attributes.read(end, RESOURCE_DEPTH + 1)
      else if (tag === 0x10) resource.droppedAttributes = reader.uint32(end)
      else reader.skip(tag, end, RESOURCE_DEPTH)
    }
    resource.attributesTo = this.#batch.attributes.count
  }

  #readScope(scope: OtlpScope, end: number): void {
    const reader = this.#reader
    this.#append(scope, end)
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x0a) scope.name = this.#text(end)
      else if (tag === 0x12) scope.version = this.#text(end)
      else if (tag === 0x1a) this.#attributes.read(end, SCOPE_DEPTH + 1)
      else if (tag === 0x20) scope.droppedAttributes = reader.uint32(end)
      else reader.skip(tag, end, SCOPE_DEPTH)
    }
    scope.attributesTo = this.#batch.attributes.count
  }

  /** Begins a resource or scope, or another piece of it, which is merged: its attributes follow the others. */
  #append(owner: OtlpResource | OtlpScope, end: number): void {
    const { attributes } = this.#batch
    const { attributesFrom, attributesTo } = owner
    const { at, bytes } = this.#reader
    owner.attributesFrom = attributes.count
    attributes.addCopies(attributesFrom, attributesTo)
    const piece = bytes.subarray(at, end)
    owner.bytes = owner.bytes.length === 0 ? piece : Buffer.concat([owner.bytes, piece])
  }

  #readSpan(end: number, scope: number): void {
    const batch = this.#batch
    const reader = this.#reader
    // A flaw around the span: there is none.
    if (reader.flaw !== undefined) return
    batch.mark()
    const taken = this.#tryToReadSpan(end, scope)
    if (!taken) batch.rollBack()
    batch.spansReceived += 1
    reader.resume(end)
  }

  /** False for a span that is rejected; the tables then hold parts of it. */
  #tryToReadSpan(end: number, scope: number): boolean {
    const reader = this.#reader
    const { at } = reader
    const known = this.#known.get(this.#batch.spansReceived)
    if (known !== undefined) {
      this.#reject(known.reason, () => known.message)
      return false
    }
    const defect = this.#spans.read(end, scope)
    if (reader.flaw !== undefined) {
      this.#reject('malformed-span', () => this.#flawMessage(spanPath(reader.bytes, at)))
      return false
    }
    if (defect === undefined) return true
    const { reason, field, message } = defect
    this.#reject(reason, () => `${spanPath(reader.bytes, at)}.${field} ${message}`)
    return false
  }

  #reject(reason: SpanRejectionReason, message: () => string): void {
    const { rejected, rejections, spansReceived } = this.#batch
    rejected.set(reason, (rejected.get(reason) ?? 0) + 1)
    if (rejections.length >= MAX_REJECTIONS_TOLD) return
    rejections.push({ reason, ordinal: spansReceived, message: message() })
  }

  /** @param within the path of the span that the flaw is in: where nothing ends, no path leads there */
  #flawMessage(within = ''): string {
    const { bytes, flaw, flawAt } = this.#reader
    const path = fieldPath(bytes, flawAt)
    return `${path.startsWith(within) ? path : within} ${flaw}, at byte ${flawAt}`
  }

  #text(parentEnd: number): string {
    const end = this.#reader.length(parentEnd)
    const { at } = this.#reader
    this.#reader.at = end
    this.#attributes.checkText(at, end)
    return this.#batch.text(at, end)
  }

  #addTo<Owner>(owners: Owner[], owner: Owner): void {
    if (owners.length >= this.#limits.maxSpans) throw TABLE_FULL
    owners.push(owner)
  }
}

/** Of a resource or scope before anything of it was read. */
const NOTHING = {
  bytes: new Uint8Array(0),
  attributesFrom: 0,
  attributesTo: 0,
  droppedAttributes: 0,
} as const
