import {
  bad,
  isJsonObject,
  type JsonBounds,
  type JsonObject,
  type Result,
} from '@fluoroscope/model'
import { MessageWriter } from '../../lib/message-writer.ts'
import { hasLoneSurrogate, parseJsonBody } from '../json-body.ts'
import {
  base64At,
  boolAt,
  doubleAt,
  enumAt,
  hexAt,
  int64At,
  MemberError,
  objectAt,
  objectsAt,
  textAt,
  uint32At,
  uint64At,
} from './json-member.ts'
import type { SpanBatch, SpanRejection } from './span-batch.ts'
import type { TraceDecoder, TraceRequestProblem } from './trace-decoder.ts'

/** A value nested as deep as protobuf allows takes 160 levels of JSON; see `json-bounds.ts`. */
const BOUNDS: JsonBounds = { maxDepth: 160, maxValues: 2_000_000 }

const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (kind) => `SPAN_KIND_${kind}`,
)
const STATUS_CODES = ['UNSET', 'OK', 'ERROR'].map((code) => `STATUS_CODE_${code}`)

/**
 * Reads a trace request in OTLP/JSON: rewrites it as protobuf and has that decoded, so that there is one
 * form inside and the spans that are kept are protobuf too. Ids are hex, bytes base 64, 64-bit numbers
 * strings or numbers, and members nobody knows are left out (OTLP specification, JSON Protobuf Encoding).
 * A span with a member of a wrong type is rejected, and only that.
 */
export function decodeTraceJson(
  decoder: TraceDecoder,
  body: Uint8Array,
): Result<SpanBatch, TraceRequestProblem> {
  const root = parseJsonBody(body, BOUNDS, quoteLongNumbers)
  if (!root.ok) return root
  if (!isJsonObject(root.value.value)) return malformed('The request body is not a JSON object')
  const request = new RequestWriter(root.value.hasSurrogates)
  try {
    request.write(root.value.value)
  } catch (error) {
    if (!(error instanceof MemberError)) throw error
    return malformed(error.message)
  }
  const batch = decoder.decode(request.finish(), request.defects)
  if (batch.ok) batch.value.replacedTexts = request.replacedTexts
  return batch
}

/**
 * 64-bit numbers sent as JSON numbers, as strings: `JSON.parse` would round them. Within a string the
 * quotation marks are escaped, so that nothing there looks like a member.
 */
function quoteLongNumbers(text: string): string {
  return text.replace(
    /("(?:startTimeUnixNano|endTimeUnixNano|timeUnixNano|intValue)"\s*:\s*)(-?\d{16,20})(?=\s*[,}])/g,
    '$1"$2"',
  )
}

function malformed(message: string): Result<never, TraceRequestProblem> {
  return bad({ kind: 'malformed', message })
}

/** Writes the messages of a request; the numbers are those of the fields in opentelemetry-proto. */
class RequestWriter {
  /** Of the spans that could not be written, by ordinal; an empty one stands for each. */
  readonly defects = new Map<number, Pick<SpanRejection, 'reason' | 'message'>>()
  /** Texts with half of a surrogate pair. */
  replacedTexts = 0
  readonly #writer = new MessageWriter(64 * 1024)
  readonly #hasSurrogates: boolean
  #spans = 0

  constructor(hasSurrogates: boolean) {
    this.#hasSurrogates = hasSurrogates
  }

  finish(): Uint8Array {
    return this.#writer.finish()
  }

  write(root: JsonObject): void {
    for (const [group, path] of objectsAt(root, 'resourceSpans', 'request')) {
      this.#writer.message(1, () => this.#writeResourceSpans(group, path))
    }
  }

  #writeResourceSpans(group: JsonObject, path: string): void {
    const resource = objectAt(group, 'resource', path)
    if (resource !== undefined) {
      this.#writer.message(1, () => {
        this.#writeAttributes(1, resource, `${path}.resource`)
        this.#writeUint32(2, resource, 'droppedAttributesCount', `${path}.resource`)
      })
    }
    for (const [scopeSpans, scopePath] of objectsAt(group, 'scopeSpans', path)) {
      this.#writer.message(2, () => this.#writeScopeSpans(scopeSpans, scopePath))
    }
    this.#writeText(3, group, 'schemaUrl', path)
  }

  #writeScopeSpans(scopeSpans: JsonObject, path: string): void {
    const scope = objectAt(scopeSpans, 'scope', path)
    if (scope !== undefined) {
      this.#writer.message(1, () => {
        this.#writeText(1, scope, 'name', `${path}.scope`)
        this.#writeText(2, scope, 'version', `${path}.scope`)
        this.#writeAttributes(3, scope, `${path}.scope`)
        this.#writeUint32(4, scope, 'droppedAttributesCount', `${path}.scope`)
      })
    }
    for (const [span, spanPath] of objectsAt(scopeSpans, 'spans', path)) {
      this.#tryToWriteSpan(span, spanPath)
    }
    this.#writeText(3, scopeSpans, 'schemaUrl', path)
  }

  #tryToWriteSpan(span: JsonObject, path: string): void {
    const before = this.#writer.length
    const replacedBefore = this.replacedTexts
    const ordinal = this.#spans++
    try {
      this.#writer.message(2, () => this.#writeSpan(span, path))
    } catch (error) {
      if (!(error instanceof MemberError)) throw error
      this.defects.set(ordinal, error)
      this.replacedTexts = replacedBefore
      this.#writer.truncate(before)
      this.#writer.message(2, () => undefined)
    }
  }

  #writeSpan(span: JsonObject, path: string): void {
    const writer = this.#writer
    this.#writeIds(span, path)
    this.#writeText(3, span, 'traceState', path)
    const parent = hexAt(span, 'parentSpanId', path, 'invalid-parent-span-id')
    if (parent !== undefined) writer.bytes(4, parent)
    this.#writeText(5, span, 'name', path)
    const kind = enumAt(span, 'kind', path, SPAN_KINDS)
    if (kind !== undefined) writer.varint(6, kind)
    this.#writeInstant(7, span, 'startTimeUnixNano', path)
    this.#writeInstant(8, span, 'endTimeUnixNano', path)
    this.#writeAttributes(9, span, path)
    this.#writeUint32(10, span, 'droppedAttributesCount', path)
    for (const [event, eventPath] of objectsAt(span, 'events', path)) {
      writer.message(11, () => this.#writeEvent(event, eventPath))
    }
    this.#writeUint32(12, span, 'droppedEventsCount', path)
    for (const [link, linkPath] of objectsAt(span, 'links', path)) {
      writer.message(13, () => this.#writeLink(link, linkPath))
    }
    this.#writeUint32(14, span, 'droppedLinksCount', path)
    const status = objectAt(span, 'status', path)
    if (status !== undefined) {
      writer.message(15, () => this.#writeStatus(status, `${path}.status`))
    }
    this.#writeFlags(16, span, path)
  }

  #writeEvent(event: JsonObject, path: string): void {
    this.#writeInstant(1, event, 'timeUnixNano', path)
    this.#writeText(2, event, 'name', path)
    this.#writeAttributes(3, event, path)
    this.#writeUint32(4, event, 'droppedAttributesCount', path)
  }

  #writeLink(link: JsonObject, path: string): void {
    this.#writeIds(link, path)
    this.#writeText(3, link, 'traceState', path)
    this.#writeAttributes(4, link, path)
    this.#writeUint32(5, link, 'droppedAttributesCount', path)
    this.#writeFlags(6, link, path)
  }

  #writeStatus(status: JsonObject, path: string): void {
    this.#writeText(2, status, 'message', path)
    const code = enumAt(status, 'code', path, STATUS_CODES)
    if (code !== undefined) this.#writer.varint(3, code)
  }

  #writeAttributes(field: number, owner: JsonObject, path: string, name = 'attributes'): void {
    for (const [entry, entryPath] of objectsAt(owner, name, path)) {
      this.#writer.message(field, () => {
        this.#writeText(1, entry, 'key', entryPath)
        const value = objectAt(entry, 'value', entryPath)
        if (value === undefined) return
        this.#writer.message(2, () => this.#writeValue(value, `${entryPath}.value`))
      })
    }
  }

  /** Of several members the last counts, as in protobuf. */
  #writeValue(value: JsonObject, path: string): void {
    for (const name of Object.keys(value)) {
      if (value[name] !== null) this.#writeValueMember(value, name, path)
    }
  }

  #writeValueMember(value: JsonObject, name: string, path: string): void {
    const writer = this.#writer
    switch (name) {
      case 'stringValue':
        this.#writeString(1, textAt(value, name, path) ?? '')
        break
      case 'boolValue':
        writer.varint(2, boolAt(value, name, path) === true ? 1n : 0n)
        break
      case 'intValue':
        writer.varint(3, int64At(value, name, path) ?? 0n)
        break
      case 'doubleValue':
        writer.double(4, doubleAt(value, name, path) ?? 0)
        break
      case 'arrayValue':
        writer.message(5, () =>
          this.#writeList(objectAt(value, name, path) ?? {}, `${path}.${name}`),
        )
        break
      case 'kvlistValue':
        writer.message(6, () =>
          this.#writeAttributes(1, objectAt(value, name, path) ?? {}, `${path}.${name}`, 'values'),
        )
        break
      case 'bytesValue':
        writer.bytes(7, base64At(value, name, path) ?? new Uint8Array(0))
        break
    }
  }

  #writeList(list: JsonObject, path: string): void {
    for (const [element, elementPath] of objectsAt(list, 'values', path)) {
      this.#writer.message(1, () => this.#writeValue(element, elementPath))
    }
  }

  #writeIds(owner: JsonObject, path: string): void {
    const traceId = hexAt(owner, 'traceId', path, 'invalid-trace-id')
    if (traceId !== undefined) this.#writer.bytes(1, traceId)
    const spanId = hexAt(owner, 'spanId', path, 'invalid-span-id')
    if (spanId !== undefined) this.#writer.bytes(2, spanId)
  }

  #writeText(field: number, owner: JsonObject, name: string, path: string): void {
    const value = textAt(owner, name, path)
    if (value !== undefined) this.#writeString(field, value)
  }

  #writeString(field: number, value: string): void {
    if (this.#hasSurrogates && hasLoneSurrogate(value)) this.replacedTexts += 1
    this.#writer.text(field, value)
  }

  #writeUint32(field: number, owner: JsonObject, name: string, path: string): void {
    const value = uint32At(owner, name, path)
    if (value !== undefined) this.#writer.varint(field, value)
  }

  #writeInstant(field: number, owner: JsonObject, name: string, path: string): void {
    const value = uint64At(owner, name, path)
    if (value !== undefined) this.#writer.fixed64(field, value)
  }

  #writeFlags(field: number, owner: JsonObject, path: string): void {
    const value = uint32At(owner, 'flags', path)
    if (value !== undefined) this.#writer.fixed32(field, value)
  }
}
