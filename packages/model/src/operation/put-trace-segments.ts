/**
 * xray-behaviour 4.1 and 4.2. The input, `{ TraceSegmentDocuments: string[] }`, is read by hand in the
 * server's `parse/`: it is the one that counts.
 */
export type PutTraceSegmentsOutput = {
  readonly UnprocessedTraceSegments: readonly UnprocessedTraceSegmentOutput[]
}

export type UnprocessedTraceSegmentOutput = {
  /** As it was sent; absent where the document could not be read. */
  readonly Id?: string
  readonly ErrorCode: string
  readonly Message: string
}
