import * as v from 'valibot'
import { optional, textOf } from './wire.ts'

/** xray-behaviour 6.2. */
export const BatchGetTracesInput = v.object({
  TraceIds: v.array(textOf(1, 35)),
  NextToken: optional(v.string()),
})

export type BatchGetTracesOutput = {
  readonly Traces: readonly {
    readonly Id: string
    /** Seconds; null while nothing has completed. */
    readonly Duration: number | null
    readonly LimitExceeded: boolean
    /** `Document` is JSON text. */
    readonly Segments: readonly { readonly Id: string; readonly Document: string }[]
  }[]
  readonly UnprocessedTraceIds: readonly string[]
  readonly NextToken: null
}
