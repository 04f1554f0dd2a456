import * as v from 'valibot'
import { optional, RetrievalToken } from './wire.ts'

/** xray-behaviour 6.7, 12.8. */
export const ListRetrievedTracesInput = v.object({
  RetrievalToken,
  TraceFormat: optional(v.picklist(['XRAY', 'OTEL'])),
  NextToken: optional(v.string()),
})

/** The statuses of X-Ray that a retrieval which is done at once can have. */
export type RetrievalStatusOutput = 'COMPLETE' | 'CANCELLED' | 'TIMEOUT'

export type ListRetrievedTracesOutput = {
  readonly RetrievalStatus: RetrievalStatusOutput
  readonly TraceFormat: 'XRAY' | 'OTEL'
  readonly Traces: readonly RetrievedTraceOutput[]
  readonly NextToken: string | null
}

/** A trace, or the next hundred spans of one. */
export type RetrievedTraceOutput = {
  readonly Id: string
  /** Seconds; null while nothing has completed. */
  readonly Duration: number | null
  /** `Document` is JSON text. */
  readonly Spans: readonly { readonly Id: string; readonly Document: string }[]
}
