import type { OtlpSpanKind } from './otlp-span.ts'

/** What the mapping asks of a span besides its attributes. */
export type SpanHead = {
  readonly name: string
  readonly kind: OtlpSpanKind
  readonly hasParent: boolean
  /** There is a parent, and the sender says that it is a span of another process: `isParentRemote`. */
  readonly hasRemoteParent: boolean
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

/** Of `Span.flags`: whether it is known if the parent is remote, and whether it is. */
const REMOTE_PARENT = 0x300

/** Whether the flags of a span say that its parent, if it has one, is a span of another process. */
export function isParentRemote(flags: number): boolean {
  return (flags & REMOTE_PARENT) === REMOTE_PARENT
}
