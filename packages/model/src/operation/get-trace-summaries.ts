import * as v from 'valibot'
import type { ServiceIdOutput } from './service-id.ts'
import { optional, Timestamp } from './wire.ts'

/** xray-behaviour 6.2 and 8.8 to 8.10. */
export const GetTraceSummariesInput = v.object({
  StartTime: Timestamp,
  EndTime: Timestamp,
  TimeRangeType: optional(v.picklist(['TraceId', 'Service', 'Event'])),
  Sampling: optional(v.boolean()),
  SamplingStrategy: optional(
    v.object({
      Name: optional(v.picklist(['PartialScan', 'FixedRate'])),
      Value: optional(v.number()),
    }),
  ),
  FilterExpression: optional(v.pipe(v.string(), v.maxLength(2000))),
  NextToken: optional(v.string()),
})

export type GetTraceSummariesOutput = {
  readonly TraceSummaries: readonly TraceSummaryOutput[]
  readonly ApproximateTime: number
  readonly TracesProcessedCount: number
  readonly NextToken: string | null
}

/** Times in epoch seconds, durations in seconds with three decimals. */
export type TraceSummaryOutput = {
  readonly Id: string
  readonly StartTime: number
  readonly Duration: number | null
  readonly ResponseTime: number | null
  readonly HasFault: boolean
  readonly HasError: boolean
  readonly HasThrottle: boolean
  readonly IsPartial: boolean
  readonly Http: {
    readonly HttpURL: string | null
    readonly HttpStatus: number | null
    readonly HttpMethod: string | null
    readonly UserAgent: string | null
    readonly ClientIp: string | null
  }
  readonly Annotations: Readonly<Record<string, readonly AnnotationUseOutput[]>>
  readonly Users: readonly {
    readonly UserName: string
    readonly ServiceIds: readonly ServiceIdOutput[]
  }[]
  readonly ServiceIds: readonly ServiceIdOutput[]
  readonly ResourceARNs: readonly { readonly ARN: string }[]
  readonly InstanceIds: readonly { readonly Id: string }[]
  readonly AvailabilityZones: readonly { readonly Name: string }[]
  readonly EntryPoint: ServiceIdOutput | null
  readonly FaultRootCauses: readonly RootCauseOutput<RootCauseEntityOutput>[]
  readonly ErrorRootCauses: readonly RootCauseOutput<RootCauseEntityOutput>[]
  readonly ResponseTimeRootCauses: readonly RootCauseOutput<ResponseTimeEntityOutput>[]
  readonly Revision: number
  readonly MatchedEventTime: number | null
  /** Not in the published model, as `MatchedEdge`; searches by `Service` with a `service` term fill it. */
  readonly MatchedService: MatchedServiceOutput | null
  readonly MatchedEdge: null
}

export type MatchedServiceOutput = Pick<
  TraceSummaryOutput,
  'Annotations' | 'HasError' | 'HasFault' | 'HasThrottle' | 'ResponseTime'
>

/** A union: exactly one member is there. */
type AnnotationValueOutput =
  | { readonly StringValue: string }
  | { readonly NumberValue: number }
  | { readonly BooleanValue: boolean }

export type AnnotationUseOutput = {
  readonly AnnotationValue: AnnotationValueOutput
  readonly ServiceIds: readonly ServiceIdOutput[]
}

export type RootCauseOutput<Element> = {
  readonly ClientImpacting: boolean
  readonly Services: readonly {
    readonly Name: string
    readonly Names: readonly string[]
    readonly Type: string
    readonly AccountId: string | null
    readonly Inferred: boolean
    readonly EntityPath: readonly Element[]
  }[]
}

export type RootCauseEntityOutput = {
  readonly Name: string
  readonly Exceptions: readonly { readonly Name: string; readonly Message: string }[]
  readonly Remote: boolean
}

export type ResponseTimeEntityOutput = {
  readonly Name: string
  readonly Coverage: number
  readonly Remote: boolean
}
