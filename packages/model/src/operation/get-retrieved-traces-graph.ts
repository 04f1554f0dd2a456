import * as v from 'valibot'
import type { ServiceOutput } from './get-service-graph.ts'
import type { RetrievalStatusOutput } from './list-retrieved-traces.ts'
import { optional, RetrievalToken } from './wire.ts'

/** xray-behaviour 6.7, 12.8. */
export const GetRetrievedTracesGraphInput = v.object({
  RetrievalToken,
  NextToken: optional(v.string()),
})

export type GetRetrievedTracesGraphOutput = {
  readonly RetrievalStatus: RetrievalStatusOutput
  readonly Services: readonly RetrievedServiceOutput[]
  readonly NextToken: string | null
}

export type RetrievedServiceOutput = {
  readonly Service: ServiceOutput
  readonly Links: readonly {
    /** `parent` or `child`, as the sender put it; null where it did not. */
    readonly ReferenceType: string | null
    /** The trace whose segments carry the links. */
    readonly SourceTraceId: string
    /** The traces they point at. */
    readonly DestinationTraceIds: readonly string[]
  }[]
}
