import * as v from 'valibot'

/** xray-behaviour 4.1. */
export const PutTraceSegmentsInput = v.object({ TraceSegmentDocuments: v.array(v.string()) })

export type PutTraceSegmentsOutput = {
  readonly UnprocessedTraceSegments: readonly UnprocessedTraceSegmentOutput[]
}

export type UnprocessedTraceSegmentOutput = {
  /** As it was sent; absent where the document could not be read. */
  readonly Id?: string
  readonly ErrorCode: string
  readonly Message: string
}
