import * as v from 'valibot'
import type { HistogramEntryOutput, SummaryStatisticsOutput } from './get-service-graph.ts'
import { GroupReferenceMembers } from './group-members.ts'
import { Count, optional, Timestamp, textOf } from './wire.ts'

/** xray-behaviour 6.2 and 6.8. */
export const GetTimeSeriesServiceStatisticsInput = v.object({
  ...GroupReferenceMembers,
  StartTime: Timestamp,
  EndTime: Timestamp,
  EntitySelectorExpression: optional(textOf(1, 500)),
  /** Seconds. */
  Period: optional(Count),
  ForecastStatistics: optional(v.boolean()),
  NextToken: optional(v.string()),
})

export type GetTimeSeriesServiceStatisticsOutput = {
  readonly TimeSeriesServiceStatistics: readonly TimeSeriesEntryOutput[]
  readonly ContainsOldGroupVersions: boolean
  readonly NextToken: string | null
}

/** One bucket; its end in epoch seconds. Exactly one of the two statistics is not null (9.8). */
export type TimeSeriesEntryOutput = {
  readonly Timestamp: number
  readonly EdgeSummaryStatistics: SummaryStatisticsOutput | null
  readonly ServiceSummaryStatistics: SummaryStatisticsOutput | null
  /** Empty without a forecast. */
  readonly ServiceForecastStatistics:
    | { readonly FaultCountHigh: number; readonly FaultCountLow: number }
    | Readonly<Record<string, never>>
  readonly ResponseTimeHistogram: readonly HistogramEntryOutput[]
}
