import { NoInput } from './wire.ts'

/** xray-behaviour 6.7 and 12.7. */
export const GetTraceSegmentDestinationInput = NoInput

/** Of both operations. */
export type TraceSegmentDestinationOutput = {
  readonly Destination: 'XRay' | 'CloudWatchLogs'
  readonly Status: 'PENDING' | 'ACTIVE'
}
