import type protobuf from 'protobufjs'
import type { AnyValue, KeyValue } from '../../packages/server/src/parse/otlp/any-value.ts'
import { SPAN, type SpanBatch } from '../../packages/server/src/parse/otlp/span-batch.ts'
import {
  type OtlpSpan,
  readAttributeRange,
  readSpan,
} from '../../packages/server/src/parse/otlp/span-object.ts'
import { otlpSchema } from './otlp-schema.ts'

/*
 * The plain twin of the OTLP reader: what protobufjs makes of a request, with the same rules about whole
 * requests, spans and links. Spans are left as bytes at first, so that a broken one costs only itself.
 */
const around = otlpSchema({ text: 'bytes', spans: 'bytes' }).lookupType('ExportTraceServiceRequest')
const inside = otlpSchema({ text: 'bytes', spans: 'Span' }).lookupType('Span')

/** A span with what it shares with others. */
type WholeSpan = {
  readonly span: OtlpSpan
  readonly bytes: string
  readonly resource: object
  readonly scope: object
}

/** What a reader makes of a request; undefined for one that is malformed as a whole. */
export type ReadRequest =
  | { readonly spans: readonly WholeSpan[]; readonly rejected: readonly string[] }
  | undefined

/** As protobufjs reads it. `rejected` are `ordinal reason`. */
export function readByTwin(request: Uint8Array): ReadRequest {
  const message = decodeOr(around, request)
  if (message === undefined) return undefined
  const spans: WholeSpan[] = []
  const rejected: string[] = []
  let ordinal = 0
  for (const { bytes, resource, scope } of spansOf(message)) {
    const read = decodeOr(inside, bytes)
    const reason = read === undefined ? 'malformed-span' : defectOf(read)
    if (reason !== undefined) rejected.push(`${ordinal} ${reason}`)
    else spans.push({ span: spanOf(read ?? {}), bytes: hex(bytes), resource, scope })
    ordinal += 1
  }
  return { spans, rejected }
}

/** The same of a batch. */
export function readByBatch(batch: SpanBatch): NonNullable<ReadRequest> {
  const spans = Array.from({ length: batch.spans.count }, (_, index) => {
    const scope = batch.scopes[batch.spans.get(index, SPAN.scope)]
    const resource = batch.resources[scope?.resource ?? 0]
    if (scope === undefined || resource === undefined) throw new Error(`span ${index} has no scope`)
    return {
      span: readSpan(batch, index),
      bytes: hex(batch.bytesAt(batch.spans, index, SPAN.bytes)),
      resource: {
        attributes: readAttributeRange(batch, resource.attributesFrom, resource.attributesTo),
        dropped: resource.droppedAttributes,
        schemaUrl: resource.schemaUrl,
      },
      scope: {
        attributes: readAttributeRange(batch, scope.attributesFrom, scope.attributesTo),
        dropped: scope.droppedAttributes,
        schemaUrl: scope.schemaUrl,
        name: scope.name,
        version: scope.version,
      },
    }
  })
  return { spans, rejected: batch.rejections.map(({ ordinal, reason }) => `${ordinal} ${reason}`) }
}

function* spansOf(request: Message) {
  for (const group of list(request['resourceSpans'])) {
    const resource = shared(group, group['resource'])
    for (const scopeSpans of list(group['scopeSpans'])) {
      const own = fields(scopeSpans['scope'])
      const names = { name: text(own['name']), version: text(own['version']) }
      const scope = { ...shared(scopeSpans, own), ...names }
      const spans = (scopeSpans['spans'] ?? []) as readonly Uint8Array[]
      for (const bytes of spans) yield { bytes, resource, scope }
    }
  }
}

type Message = Readonly<Record<string, unknown>>

function decodeOr(type: protobuf.Type, bytes: Uint8Array): Message | undefined {
  try {
    return type.decode(bytes) as unknown as Message
  } catch {
    // protobufjs has no class of its own for what it cannot read.
    return undefined
  }
}

function shared(outer: Message, inner: unknown) {
  const { attributes, droppedAttributesCount } = fields(inner)
  return {
    attributes: list(attributes).map(keyValue),
    dropped: Number(droppedAttributesCount ?? 0),
    schemaUrl: text(outer['schemaUrl']),
  }
}

function defectOf(span: Message): string | undefined {
  if (!isId(span['traceId'], 16)) return 'invalid-trace-id'
  if (!isId(span['spanId'], 8)) return 'invalid-span-id'
  const parent = (span['parentSpanId'] ?? []) as Uint8Array
  if (parent.length !== 0 && parent.length !== 8) return 'invalid-parent-span-id'
  const instants = [span['startTimeUnixNano'], span['endTimeUnixNano']]
  const isKept = instants.every((instant) => BigInt(String(instant ?? 0)) < 2n ** 63n)
  return isKept ? undefined : 'invalid-time'
}

function isId(id: unknown, size: number): boolean {
  return id instanceof Uint8Array && id.length === size && id.some((byte) => byte !== 0)
}

function spanOf(span: Message): OtlpSpan {
  const status = fields(span['status'])
  return {
    traceId: hex(span['traceId']),
    spanId: hex(span['spanId']),
    parentSpanId: isId(span['parentSpanId'], 8) ? hex(span['parentSpanId']) : '',
    traceState: text(span['traceState']),
    name: text(span['name']),
    kind: Number(span['kind'] ?? 0),
    start: BigInt(String(span['startTimeUnixNano'] ?? 0)),
    end: BigInt(String(span['endTimeUnixNano'] ?? 0)),
    statusCode: Number(status['code'] ?? 0),
    statusMessage: text(status['message']),
    flags: Number(span['flags'] ?? 0),
    attributes: list(span['attributes']).map(keyValue),
    events: list(span['events']).map((event) => ({
      time: BigInt(String(event['timeUnixNano'] ?? 0)),
      name: text(event['name']),
      attributes: list(event['attributes']).map(keyValue),
      droppedAttributes: Number(event['droppedAttributesCount'] ?? 0),
    })),
    links: list(span['links'])
      .filter((link) => isId(link['traceId'], 16) && isId(link['spanId'], 8))
      .map((link) => ({
        traceId: hex(link['traceId']),
        spanId: hex(link['spanId']),
        traceState: text(link['traceState']),
        flags: Number(link['flags'] ?? 0),
        attributes: list(link['attributes']).map(keyValue),
        droppedAttributes: Number(link['droppedAttributesCount'] ?? 0),
      })),
    droppedAttributes: Number(span['droppedAttributesCount'] ?? 0),
    droppedEvents: Number(span['droppedEventsCount'] ?? 0),
    droppedLinks: Number(span['droppedLinksCount'] ?? 0),
  }
}

function keyValue(entry: Message): KeyValue {
  return { key: text(entry['key']), value: anyValue(fields(entry['value'])) }
}

/** protobufjs keeps one of the fields only: the one that came last. */
function anyValue(value: Message): AnyValue {
  const has = (name: string) => Object.hasOwn(value, name) && value[name] != null
  if (has('stringValue')) return { type: 'text', value: text(value['stringValue']) }
  if (has('boolValue')) return { type: 'bool', value: value['boolValue'] === true }
  if (has('intValue')) return { type: 'int', value: BigInt(String(value['intValue'])) }
  if (has('doubleValue')) return { type: 'double', value: Number(value['doubleValue']) }
  if (has('bytesValue')) {
    return { type: 'bytes', value: Uint8Array.from(value['bytesValue'] as Uint8Array) }
  }
  if (has('arrayValue')) {
    const values = list(fields(value['arrayValue'])['values'])
    return { type: 'list', value: values.map(anyValue) }
  }
  if (has('kvlistValue')) {
    const values = list(fields(value['kvlistValue'])['values'])
    return { type: 'map', value: values.map(keyValue) }
  }
  return { type: 'none' }
}

function fields(message: unknown): Message {
  return (message ?? {}) as Message
}

function list(values: unknown): readonly Message[] {
  return (values ?? []) as readonly Message[]
}

function hex(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString('hex')
}

function text(bytes: unknown): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    // A field that was not sent is an array, of no type.
    Uint8Array.from((bytes ?? []) as ArrayLike<number>),
  )
}
