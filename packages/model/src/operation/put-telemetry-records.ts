import * as v from 'valibot'
import { Count, optional, Timestamp, textOf } from './wire.ts'

/** xray-behaviour 6.6 and 12.6. */
export const PutTelemetryRecordsInput = v.object({
  TelemetryRecords: v.array(
    v.object({
      Timestamp,
      SegmentsReceivedCount: optional(Count),
      SegmentsSentCount: optional(Count),
      SegmentsSpilloverCount: optional(Count),
      SegmentsRejectedCount: optional(Count),
      BackendConnectionErrors: optional(
        v.object({
          TimeoutCount: optional(Count),
          ConnectionRefusedCount: optional(Count),
          HTTPCode4XXCount: optional(Count),
          HTTPCode5XXCount: optional(Count),
          UnknownHostCount: optional(Count),
          OtherCount: optional(Count),
        }),
      ),
    }),
  ),
  EC2InstanceId: optional(textOf(0, 20)),
  Hostname: optional(textOf(0, 255)),
  ResourceARN: optional(textOf(0, 500)),
})

export type PutTelemetryRecordsOutput = Readonly<Record<string, never>>
