import type { OtlpSpan } from './otlp/otlp-span.ts'
import type { Segment, SegmentDocument, Subsegment } from './segment.ts'
import type { UnixNanos } from './time.ts'
import type { EntityId, TraceId } from './trace-id.ts'

/** One accepted document as the store gives it back. */
export type ReceivedDocument = {
  readonly document: SegmentDocument
  /** Receipt time, unique for each put request: documents of one request share it. */
  readonly received: UnixNanos
  readonly account: string
  readonly region: string
  /** The span of OpenTelemetry that it was sent as. */
  readonly span?: OtlpSpan
}

/**
 * All that is known of one request: a pure function of its accepted documents (`assembleTrace`).
 * Versions are chosen, independent subsegments hang below their parents, and callees that did not
 * report are inferred.
 */
export type Trace = {
  readonly id: TraceId
  /** Segments that were sent, roots first, then by start and id. */
  readonly segments: readonly Segment[]
  /** Segments made for callees that sent none, in the order of their calls. */
  readonly inferred: readonly Segment[]
  /** Independent subsegments whose parent has not arrived: not shown, not counted. */
  readonly orphans: readonly Orphan[]
  /** Number of put requests that changed the trace. */
  readonly revision: number
  /** Receipt time of the last document that changed the trace. */
  readonly lastUpdate: UnixNanos
  /** Receipt time of its first document. */
  readonly firstReceived: UnixNanos
  /** Account and region of the request that brought each segment, or the call of an inferred one. */
  readonly context: ReadonlyMap<EntityId, RequestContext>
  /** Of the entities that were sent as spans of OpenTelemetry, the spans. */
  readonly spans: ReadonlyMap<EntityId, OtlpSpan>
}

export type Orphan = { readonly parentId: EntityId; readonly subsegment: Subsegment }

/** Who asks, or who sent: from the credential scope of a signed request, else the configured default. */
export type RequestContext = { readonly account: string; readonly region: string }
