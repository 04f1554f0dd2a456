import { deriveEntityId, type EntityId, type TraceId } from '@fluoroscope/model'
import type { ZipkinSpan } from './zipkin-span.ts'

/** Where a span stands in its trace once both halves of a call have ids of their own. */
export type Place = { readonly id: EntityId; readonly parentId: EntityId | undefined }

/**
 * Takes apart what Zipkin calls a shared span: caller and callee report one id, each its half. The
 * caller's keeps it; the callee's gets one derived from it and hangs below the caller's. Spans with that
 * parent that the callee's service reports hang below the callee's half, where the request holds that
 * half: a service reports a call with what it did for it, mostly in one request.
 */
export class ZipkinHalves {
  readonly #callers = new Set<string>()
  /** The services of callees' halves, by trace and id. */
  readonly #callees = new Map<string, string | undefined>()

  constructor(spans: readonly ZipkinSpan[]) {
    for (const span of spans) if (span.kind === 'CLIENT') this.#callers.add(keyOf(span, span.id))
    for (const span of spans) {
      if (!this.#isCallee(span)) continue
      this.#callees.set(keyOf(span, span.id), span.localEndpoint.serviceName)
    }
  }

  placeOf(span: ZipkinSpan): Place {
    const { traceId, id, parentId } = span
    if (this.#isCallee(span)) return { id: calleeId(traceId, id), parentId: id }
    if (parentId === undefined) return { id, parentId }
    const service = this.#callees.get(keyOf(span, parentId))
    const isWithin = service !== undefined && service === span.localEndpoint.serviceName
    return { id, parentId: isWithin ? calleeId(traceId, parentId) : parentId }
  }

  /** Said to be shared, or reported by both sides in this request. */
  #isCallee(span: ZipkinSpan): boolean {
    return span.kind === 'SERVER' && (span.shared || this.#callers.has(keyOf(span, span.id)))
  }
}

function calleeId(traceId: TraceId, id: EntityId): EntityId {
  return deriveEntityId(traceId, id, 'zipkin-callee')
}

function keyOf({ traceId }: ZipkinSpan, id: EntityId): string {
  return `${traceId}/${id}`
}
