import type { OtlpSpanKind } from './otlp-span.ts'

/** What the mapping asks of a span besides its attributes. */
export type SpanHead = {
  readonly name: string
  readonly kind: OtlpSpanKind
  readonly hasParent: boolean
  /** The status of the span is Error. */
  readonly failed: boolean
  /** The span tells its end. */
  readonly ended: boolean
}

/**
 * What a span becomes (xray-behaviour 15.2). `service-and-call`: a local root that is a call becomes a
 * segment with an id of its own, and below it a subsegment with the span's id.
 */
export type Form = 'segment' | 'subsegment' | 'service-and-call'
