import {
  isOtlpArray,
  type OtlpAttributes,
  type OtlpEvent,
  type OtlpLink,
  type OtlpScope,
  type OtlpSpan,
  type OtlpValue,
  traceIdHex,
} from '@fluoroscope/model'
import { KINDS, STATUS_CODES } from './otlp-message.ts'
import { groupSpans } from './otlp-parts.ts'

type Json = Readonly<Record<string, unknown>>

/** In what dialects of JSON differ. */
export type JsonForm = {
  readonly id: (hex: string) => string
  readonly kind: (kind: OtlpSpan['kind']) => string | number
  readonly status: (code: OtlpSpan['status']['code']) => string | number
}

/** The JSON of Go's protobuf library, which Tempo answers with: ids in base 64, enumerations by name. */
export const GO_FORM: JsonForm = {
  id: (hex) => Buffer.from(hex, 'hex').toString('base64'),
  kind: (kind) => `SPAN_KIND_${kind.toUpperCase()}`,
  status: (code) => `STATUS_CODE_${code.toUpperCase()}`,
}

/** OTLP's own (OTLP specification, JSON Protobuf Encoding): ids in hex, enumerations as numbers. */
export const OTLP_FORM: JsonForm = {
  id: (hex) => hex,
  kind: (kind) => Number(KINDS[kind]),
  status: (code) => Number(STATUS_CODES[code]),
}

/**
 * The `ResourceSpans` of spans in JSON: 64-bit numbers as texts, and nothing for what has its default.
 */
export function resourceSpansJson(spans: Iterable<OtlpSpan>, form: JsonForm): readonly Json[] {
  return groupSpans(spans).map(({ resource, scopes }) => ({
    resource: {
      attributes: attributesJson(resource.attributes),
      ...number('droppedAttributesCount', resource.droppedAttributes),
    },
    scopeSpans: scopes.map(({ scope, spans: ofScope }) => ({
      scope: scopeJson(scope),
      spans: ofScope.map((span) => spanJson(span, form)),
      ...text('schemaUrl', scope.schemaUrl),
    })),
    ...text('schemaUrl', resource.schemaUrl),
  }))
}

function scopeJson(scope: OtlpScope): Json {
  return {
    ...text('name', scope.name),
    ...text('version', scope.version),
    ...list('attributes', attributesJson(scope.attributes)),
    ...number('droppedAttributesCount', scope.droppedAttributes),
  }
}

function spanJson(span: OtlpSpan, form: JsonForm): Json {
  const { status } = span
  return {
    traceId: form.id(traceIdHex(span.traceId)),
    spanId: form.id(span.id),
    ...text('traceState', span.traceState),
    ...(span.parentId === undefined ? {} : { parentSpanId: form.id(span.parentId) }),
    ...number('flags', span.flags),
    name: span.name,
    ...(span.kind === 'unspecified' ? {} : { kind: form.kind(span.kind) }),
    startTimeUnixNano: String(span.start),
    ...(span.end === 0n ? {} : { endTimeUnixNano: String(span.end) }),
    ...list('attributes', attributesJson(span.attributes)),
    ...number('droppedAttributesCount', span.droppedAttributes),
    ...list('events', span.events.map(eventJson)),
    ...number('droppedEventsCount', span.droppedEvents),
    ...list(
      'links',
      span.links.map((link) => linkJson(link, form)),
    ),
    ...number('droppedLinksCount', span.droppedLinks),
    status: {
      ...text('message', status.message),
      ...(status.code === 'unset' ? {} : { code: form.status(status.code) }),
    },
  }
}

function eventJson({ time, name, attributes, droppedAttributes }: OtlpEvent): Json {
  return {
    timeUnixNano: String(time),
    ...text('name', name),
    ...list('attributes', attributesJson(attributes)),
    ...number('droppedAttributesCount', droppedAttributes),
  }
}

function linkJson(link: OtlpLink, { id }: JsonForm): Json {
  return {
    traceId: id(traceIdHex(link.traceId)),
    spanId: id(link.id),
    ...text('traceState', link.traceState),
    ...list('attributes', attributesJson(link.attributes)),
    ...number('droppedAttributesCount', link.droppedAttributes),
    ...number('flags', link.flags),
  }
}

function attributesJson(attributes: OtlpAttributes): readonly Json[] {
  return [...attributes].map(([key, value]) => ({ key, value: valueJson(value) }))
}

/** An `AnyValue`. */
function valueJson(value: OtlpValue): Json {
  switch (typeof value) {
    case 'string':
      return { stringValue: value }
    case 'boolean':
      return { boolValue: value }
    case 'bigint':
      return { intValue: String(value) }
    case 'number':
      return { doubleValue: Number.isFinite(value) ? value : String(value) }
    default:
      return value === null ? {} : compoundJson(value)
  }
}

function compoundJson(value: readonly OtlpValue[] | Uint8Array | OtlpAttributes): Json {
  if (isOtlpArray(value)) return { arrayValue: { values: value.map(valueJson) } }
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') }
  return { kvlistValue: { values: attributesJson(value) } }
}

function text(name: string, value: string): Json {
  return value === '' ? {} : { [name]: value }
}

function number(name: string, value: number): Json {
  return value === 0 ? {} : { [name]: value }
}

function list(name: string, values: readonly unknown[]): Json {
  return values.length === 0 ? {} : { [name]: values }
}
