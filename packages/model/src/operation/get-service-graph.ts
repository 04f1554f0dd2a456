import * as v from 'valibot'
import { optional, Timestamp, textOf } from './wire.ts'

/** xray-behaviour 6.2. */
export const GetServiceGraphInput = v.object({
  StartTime: Timestamp,
  EndTime: Timestamp,
  GroupName: optional(textOf(1, 32)),
  GroupARN: optional(textOf(1, 400)),
  NextToken: optional(v.string()),
})

export type GetServiceGraphOutput = {
  readonly StartTime: number | null
  readonly EndTime: number | null
  readonly Services: readonly ServiceOutput[]
  readonly ContainsOldGroupVersions: boolean
  readonly NextToken: null
}

/** Times in epoch seconds (xray-behaviour 9.3). */
export type ServiceOutput = {
  readonly ReferenceId: number
  readonly Name: string
  readonly Names: readonly string[]
  readonly Root: boolean
  readonly AccountId: string | null
  readonly Type: string | null
  readonly State: string
  readonly StartTime: number | null
  readonly EndTime: number | null
  readonly Edges: readonly EdgeOutput[]
  readonly SummaryStatistics: SummaryStatisticsOutput | null
  readonly DurationHistogram: readonly HistogramEntryOutput[]
  readonly ResponseTimeHistogram: readonly HistogramEntryOutput[]
}

/** xray-behaviour 9.4 and 9.5. */
export type EdgeOutput = {
  readonly ReferenceId: number
  readonly StartTime: number | null
  readonly EndTime: number | null
  /** Empty on link edges. */
  readonly SummaryStatistics: SummaryStatisticsOutput | Readonly<Record<string, never>>
  readonly ResponseTimeHistogram: readonly HistogramEntryOutput[]
  readonly ReceivedEventAgeHistogram: readonly HistogramEntryOutput[]
  readonly Aliases: readonly {
    readonly Name: string
    readonly Names: readonly string[]
    readonly Type: string | null
  }[]
  /** Absent on ordinary edges. */
  readonly EdgeType?: 'link'
}

/** xray-behaviour 9.6; seconds. */
export type SummaryStatisticsOutput = {
  readonly OkCount: number
  readonly ErrorStatistics: {
    readonly ThrottleCount: number
    readonly OtherCount: number
    readonly TotalCount: number
  }
  readonly FaultStatistics: { readonly OtherCount: number; readonly TotalCount: number }
  readonly TotalCount: number
  readonly TotalResponseTime: number
}

export type HistogramEntryOutput = { readonly Value: number; readonly Count: number }
