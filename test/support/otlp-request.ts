import { otlpSchema } from './otlp-schema.ts'
import { newEntityId } from './segments.ts'
import type { Json, WireTrace } from './wire-server.ts'

const schema = otlpSchema({ text: 'string', spans: 'Span' })
const requestType = schema.lookupType('ExportTraceServiceRequest')

/** Kinds by the numbers of the protocol. */
export const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const

/** A span in OTLP/JSON; times are seconds that count from those of the trace. */
export function otlpSpan(
  trace: Pick<WireTrace, 'traceId' | 'base'>,
  kind: keyof typeof KIND,
  [start, end]: readonly [number, number],
  more: Json = {},
): Json {
  const nanos = (seconds: number) =>
    String(BigInt(trace.base) * 1_000_000_000n + BigInt(Math.round(seconds * 1e9)))
  return {
    traceId: trace.traceId.replaceAll('-', '').slice(1),
    spanId: newEntityId(),
    name: kind,
    kind: KIND[kind],
    startTimeUnixNano: nanos(start),
    endTimeUnixNano: nanos(end),
    ...more,
  }
}

/** Texts, whole numbers, other numbers and booleans as attributes of OTLP/JSON. */
export function otlpAttributes(members: Readonly<Record<string, string | number | boolean>>) {
  return Object.entries(members).map(([key, value]) => ({ key, value: anyValue(value) }))
}

function anyValue(value: string | number | boolean): Json {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

/** A trace request of one service in OTLP/JSON. */
export function otlpRequest(service: string, ...spans: readonly Json[]): Json {
  const resource = { attributes: otlpAttributes({ 'service.name': service }) }
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'test' }, spans }] }] }
}

const ID_MEMBERS = new Set(['traceId', 'spanId', 'parentSpanId'])
const ENUMS: Readonly<Record<string, number>> = {
  SPAN_KIND_UNSPECIFIED: 0,
  SPAN_KIND_INTERNAL: 1,
  SPAN_KIND_SERVER: 2,
  SPAN_KIND_CLIENT: 3,
  SPAN_KIND_PRODUCER: 4,
  SPAN_KIND_CONSUMER: 5,
  STATUS_CODE_UNSET: 0,
  STATUS_CODE_OK: 1,
  STATUS_CODE_ERROR: 2,
}

/** The same request in protobuf, by protobufjs: ids of OTLP/JSON are hex, enumerations may be names. */
export function otlpProtobuf(request: unknown): Uint8Array<ArrayBuffer> {
  const message = JSON.parse(JSON.stringify(request), (member, value: unknown) => {
    if (typeof value !== 'string') return value
    if (ID_MEMBERS.has(member)) return Buffer.from(value, 'hex').toString('base64')
    return (member === 'kind' || member === 'code' ? ENUMS[value] : undefined) ?? value
  }) as Json
  return Uint8Array.from(requestType.encode(requestType.fromObject(message)).finish())
}
