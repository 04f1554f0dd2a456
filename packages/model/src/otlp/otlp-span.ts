import type { UnixNanos } from '../time.ts'
import type { EntityId, TraceId } from '../trace-id.ts'

/**
 * One span of an OTLP request with the resource and the scope it came under (opentelemetry-proto,
 * trace v1). Made by the readers of OTLP, which check what is promised here: ids are well formed and
 * not all zeros, instants fit 63 bits, texts have no lone surrogates, values nest no deeper than the
 * readers allow.
 */
export type OtlpSpan = {
  readonly traceId: TraceId
  readonly id: EntityId
  readonly parentId: EntityId | undefined
  readonly name: string
  readonly kind: OtlpSpanKind
  readonly start: UnixNanos
  /** 0 where the sender told none; may lie before the start. */
  readonly end: UnixNanos
  /** W3C `tracestate`; empty for none. */
  readonly traceState: string
  /** W3C trace flags in the lowest eight bits; above them, whether the parent is remote. */
  readonly flags: number
  readonly status: OtlpStatus
  readonly attributes: OtlpAttributes
  readonly events: readonly OtlpEvent[]
  readonly links: readonly OtlpLink[]
  readonly droppedAttributes: number
  readonly droppedEvents: number
  readonly droppedLinks: number
  readonly resource: OtlpResource
  readonly scope: OtlpScope
}

export type OtlpSpanKind =
  | 'unspecified'
  | 'internal'
  | 'server'
  | 'client'
  | 'producer'
  | 'consumer'

export type OtlpStatus = {
  readonly code: 'unset' | 'ok' | 'error'
  readonly message: string
}

export type OtlpEvent = {
  readonly time: UnixNanos
  readonly name: string
  readonly attributes: OtlpAttributes
  readonly droppedAttributes: number
}

export type OtlpLink = {
  readonly traceId: TraceId
  readonly id: EntityId
  readonly traceState: string
  readonly flags: number
  readonly attributes: OtlpAttributes
  readonly droppedAttributes: number
}

export type OtlpResource = {
  readonly attributes: OtlpAttributes
  readonly droppedAttributes: number
  readonly schemaUrl: string
}

export type OtlpScope = {
  readonly name: string
  readonly version: string
  readonly attributes: OtlpAttributes
  readonly droppedAttributes: number
  readonly schemaUrl: string
}

/** By key, in the order they were sent; of a key sent twice the last value. */
export type OtlpAttributes = ReadonlyMap<string, OtlpValue>

/**
 * An `AnyValue`. The type tells what was sent: an integer is a bigint (exact in 64 bits), a double a
 * number (NaN and the infinities too), `null` a value without content.
 */
export type OtlpValue =
  | string
  | bigint
  | number
  | boolean
  | Uint8Array
  | readonly OtlpValue[]
  | OtlpAttributes
  | null

/** `Array.isArray` loses the type of elements that may not be written. */
export function isOtlpArray(value: OtlpValue | undefined): value is readonly OtlpValue[] {
  return Array.isArray(value)
}
