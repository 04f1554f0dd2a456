import { bad, ok, type RequestContext, type Result } from '@fluoroscope/model'
import { GRPC_CODE, type GrpcStatus } from '../lib/grpc-status.ts'
import type { OperationError } from './operation-error.ts'
import { exportResponse, grpcCodeOf } from './otlp-answer.ts'
import type { StoreSpans } from './otlp-traces.ts'
import type { SentBody } from './request-body.ts'

/** The service of opentelemetry-proto, collector trace v1. */
export const TRACE_SERVICE = 'opentelemetry.proto.collector.trace.v1.TraceService'

/** A trace request over gRPC: its answer, or the status in place of one. Bad spans never fail their neighbours. */
export async function exportSpans(
  storeSpans: StoreSpans,
  body: SentBody,
  context: RequestContext,
): Promise<Result<Uint8Array, GrpcStatus>> {
  const sent = { ...body, format: 'protobuf', source: 'otlp-grpc' } as const
  const stored = await storeSpans(sent, context)
  return stored.ok ? ok(exportResponse(stored.value)) : bad(grpcStatusOf(stored.problem))
}

/**
 * Whoever is refused because of overload shall come again: UNAVAILABLE with a RetryInfo is what OTLP's
 * specification asks for ("OTLP/gRPC Throttling"). RESOURCE_EXHAUSTED without one is final.
 */
function grpcStatusOf({ kind, message }: OperationError): GrpcStatus {
  return kind === 'throttled' || kind === 'unavailable'
    ? { code: GRPC_CODE.unavailable, message, retrySeconds: 1 }
    : { code: grpcCodeOf(kind), message }
}
