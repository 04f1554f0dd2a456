import type {
  PutTraceSegmentsOutput,
  Rejection,
  RequestContext,
  Result,
  UnprocessedTraceSegmentOutput,
} from '@fluoroscope/model'
import { ok } from '@fluoroscope/model'
import type { OperationError } from '../operation-error.ts'
import type { SentBody } from '../request-body.ts'

export const PUT_TRACE_SEGMENTS = { name: 'PutTraceSegments', path: '/TraceSegments' } as const

/**
 * Keeps the documents of a body and resolves when they are on the medium, with those that were
 * rejected, in the order of the request. Takes the memory of the body.
 */
export type StoreSegments = (
  body: SentBody,
  context: RequestContext,
) => Promise<Result<readonly Rejection[], OperationError>>

/** xray-behaviour 4.1 and 4.2: a bad document never fails its neighbours. */
export async function putTraceSegments(
  storeSegments: StoreSegments,
  body: SentBody,
  context: RequestContext,
): Promise<Result<PutTraceSegmentsOutput, OperationError>> {
  const stored = await storeSegments(body, context)
  return stored.ok ? ok({ UnprocessedTraceSegments: stored.value.map(printRejection) }) : stored
}

function printRejection({ code, id, message }: Rejection): UnprocessedTraceSegmentOutput {
  return { ...(id === undefined ? {} : { Id: id }), ErrorCode: code, Message: message }
}
