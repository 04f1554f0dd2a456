import * as v from 'valibot'
import { optional, textOf } from './wire.ts'

/** xray-behaviour 6.7 and 12.7. The log group's key is taken and has no effect. */
export const UpdateTraceSegmentDestinationInput = v.object({
  Destination: optional(v.picklist(['XRay', 'CloudWatchLogs'])),
  CloudWatchLogsConfiguration: optional(
    v.object({ SpansLogGroupKmsKeyId: optional(textOf(1, 256)) }),
  ),
})
