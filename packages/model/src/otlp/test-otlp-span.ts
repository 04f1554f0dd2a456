import type { JsonObject, JsonValue } from '../json.ts'
import { printSegment, printSubsegment } from '../print-segment.ts'
import type { SegmentDocument } from '../segment.ts'
import { unixNanos } from '../time.ts'
import { parseEntityId, parseTraceId } from '../trace-id.ts'
import { DEFAULT_MAPPING, type MappingSettings } from './mapping-settings.ts'
import type {
  OtlpAttributes,
  OtlpEvent,
  OtlpLink,
  OtlpResource,
  OtlpSpan,
  OtlpSpanKind,
  OtlpValue,
} from './otlp-span.ts'
import { readResource } from './resource-meaning.ts'
import { segmentDocumentsOf } from './segment-documents.ts'

export function traceIdOf(text: string) {
  const id = parseTraceId(text)
  if (id === undefined) throw new Error(`no trace id: ${text}`)
  return id
}

export function entityIdOf(text: string) {
  const id = parseEntityId(text)
  if (id === undefined) throw new Error(`no id: ${text}`)
  return id
}

/** A plain object as attributes; whole numbers are integers. */
export function attributes(members: Readonly<Record<string, OtlpValue>>): OtlpAttributes {
  const isWhole = (value: OtlpValue) => typeof value === 'number' && Number.isInteger(value)
  const entries = Object.entries(members)
  return new Map(
    entries.map(([key, value]) => [key, isWhole(value) ? BigInt(Number(value)) : value]),
  )
}

export function resourceWith(members: Readonly<Record<string, OtlpValue>>): OtlpResource {
  return { attributes: attributes(members), droppedAttributes: 0, schemaUrl: '' }
}

export function eventOf(name: string, members: Readonly<Record<string, OtlpValue>>): OtlpEvent {
  const time = unixNanos(1_760_559_104_123_456_789n)
  return { time, name, attributes: attributes(members), droppedAttributes: 0 }
}

export const TRACE_ID = traceIdOf('68f00000111122223333444455556666')
export const SPAN_ID = entityIdOf('51aa62bb73cc84dd')
export const PARENT_ID = entityIdOf('10aa20bb30cc40dd')

/** A span of 190 ms with a parent. */
export function spanWith(parts: Partial<OtlpSpan>): OtlpSpan {
  return {
    traceId: TRACE_ID,
    id: SPAN_ID,
    parentId: PARENT_ID,
    name: 'GET /orders',
    kind: 'internal',
    start: unixNanos(1_760_559_104_120_000_000n),
    end: unixNanos(1_760_559_104_310_000_000n),
    traceState: '',
    flags: 0,
    status: { code: 'unset', message: '' },
    attributes: new Map(),
    events: [],
    links: [],
    droppedAttributes: 0,
    droppedEvents: 0,
    droppedLinks: 0,
    resource: resourceWith({}),
    scope: {
      name: '',
      version: '',
      attributes: new Map(),
      droppedAttributes: 0,
      schemaUrl: '',
    },
    ...parts,
  }
}

export function documentsOf(span: OtlpSpan, settings: Partial<MappingSettings> = {}) {
  const resource = readResource(span.resource.attributes, { ...DEFAULT_MAPPING, ...settings })
  return segmentDocumentsOf(span, resource)
}

/** A document as X-Ray's SDKs would send it. */
export function printDocument(document: SegmentDocument): JsonObject {
  if (document.kind === 'segment') return printSegment(document.segment)
  const { traceId, parentId, subsegment } = document
  const { traced } = subsegment
  const head = { type: 'subsegment', trace_id: traceId, parent_id: parentId }
  return { ...printSubsegment(subsegment), ...head, ...(traced ? { traced } : {}) }
}

/** The only document of a span, printed. */
export function printedSpan(span: OtlpSpan, settings: Partial<MappingSettings> = {}): JsonObject {
  const [document, ...others] = documentsOf(span, settings)
  if (document === undefined || others.length > 0) throw new Error('not one document')
  return printDocument(document)
}

const KINDS: readonly OtlpSpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
]
const STATUSES = ['unset', 'ok', 'error'] as const

type Json = { readonly [key: string]: JsonValue | undefined }

/** The spans of a request in OTLP/JSON, for the fixtures: no check but what a cast would hide. */
export function spansInJson(text: string): readonly OtlpSpan[] {
  const request = JSON.parse(text) as Json
  return list(request['resourceSpans']).flatMap((ofResource) => {
    const from = object(ofResource['resource'])
    const attributes = attributesIn(from)
    const schemaUrl = textIn(ofResource, 'schemaUrl')
    const resource = { attributes, droppedAttributes: 0, schemaUrl }
    return list(ofResource['scopeSpans']).flatMap((ofScope) =>
      list(ofScope['spans']).map((span) =>
        spanInJson(span, resource, object(ofScope['scope']), textIn(ofScope, 'schemaUrl')),
      ),
    )
  })
}

function spanInJson(span: Json, resource: OtlpResource, scope: Json, schemaUrl: string): OtlpSpan {
  const parent = textIn(span, 'parentSpanId')
  const status = object(span['status'])
  return {
    traceId: traceIdOf(textIn(span, 'traceId')),
    id: entityIdOf(textIn(span, 'spanId')),
    parentId: parent === '' ? undefined : entityIdOf(parent),
    name: textIn(span, 'name'),
    kind: KINDS[Number(span['kind'] ?? 0)] ?? 'unspecified',
    start: unixNanos(BigInt(textIn(span, 'startTimeUnixNano') || 0)),
    end: unixNanos(BigInt(textIn(span, 'endTimeUnixNano') || 0)),
    traceState: textIn(span, 'traceState'),
    flags: Number(span['flags'] ?? 0),
    status: {
      code: STATUSES[Number(status['code'] ?? 0)] ?? 'unset',
      message: textIn(status, 'message'),
    },
    attributes: attributesIn(span),
    events: list(span['events']).map((event) => ({
      time: unixNanos(BigInt(textIn(event, 'timeUnixNano') || 0)),
      name: textIn(event, 'name'),
      attributes: attributesIn(event),
      droppedAttributes: 0,
    })),
    links: list(span['links']).map(linkInJson),
    droppedAttributes: 0,
    droppedEvents: 0,
    droppedLinks: 0,
    resource,
    scope: {
      name: textIn(scope, 'name'),
      version: textIn(scope, 'version'),
      attributes: attributesIn(scope),
      droppedAttributes: 0,
      schemaUrl,
    },
  }
}

function linkInJson(link: Json): OtlpLink {
  return {
    traceId: traceIdOf(textIn(link, 'traceId')),
    id: entityIdOf(textIn(link, 'spanId')),
    traceState: textIn(link, 'traceState'),
    flags: 0,
    attributes: attributesIn(link),
    droppedAttributes: 0,
  }
}

function attributesIn(from: Json): OtlpAttributes {
  const pairs = list(from['attributes'])
  return new Map(pairs.map((pair) => [textIn(pair, 'key'), valueInJson(object(pair['value']))]))
}

function valueInJson(value: Json): OtlpValue {
  if (value['stringValue'] !== undefined) return String(value['stringValue'])
  if (value['intValue'] !== undefined) return BigInt(String(value['intValue']))
  if (value['doubleValue'] !== undefined) return Number(value['doubleValue'])
  if (value['boolValue'] !== undefined) return value['boolValue'] === true
  if (value['bytesValue'] === undefined)
    throw new Error(`not in the fixtures: ${Object.keys(value)}`)
  return Uint8Array.from(atob(String(value['bytesValue'])), (byte) => byte.charCodeAt(0))
}

function object(value: JsonValue | undefined): Json {
  return (value ?? {}) as Json
}

function list(value: JsonValue | undefined): readonly Json[] {
  return (value ?? []) as readonly Json[]
}

function textIn(from: Json, key: string): string {
  return String(from[key] ?? '')
}
