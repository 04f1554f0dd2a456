import * as v from 'valibot'
import { INSIGHT_ID_PATTERN } from '../insight.ts'
import type { ServiceIdOutput } from './service-id.ts'
import { Count, textOf } from './wire.ts'

export const InsightIdText = v.pipe(v.string(), v.regex(INSIGHT_ID_PATTERN))

/** xray-behaviour 1.4. */
export const Token = textOf(1, 2000)

/** How many entries a page holds at most. */
export function maxResults(most: number) {
  return v.pipe(Count, v.minValue(1), v.maxValue(most))
}

/** xray-behaviour 12.2. */
export type RequestImpactStatisticsOutput = {
  readonly FaultCount: number
  readonly OkCount: number
  readonly TotalCount: number
}

/** What is told of an insight at one time. */
export type InsightStateOutput = {
  readonly Summary: string
  readonly ClientRequestImpactStatistics: RequestImpactStatisticsOutput
  readonly RootCauseServiceRequestImpactStatistics: RequestImpactStatisticsOutput
  readonly TopAnomalousServices: readonly { readonly ServiceId: ServiceIdOutput }[]
}

/** Times in epoch seconds. */
export type InsightOutput = InsightStateOutput & {
  readonly InsightId: string
  readonly GroupARN: string
  readonly GroupName: string
  readonly RootCauseServiceId: ServiceIdOutput
  /** X-Ray knows no other. */
  readonly Categories: readonly ['FAULT']
  readonly State: 'ACTIVE' | 'CLOSED'
  readonly StartTime: number
  /** Null while it is active. */
  readonly EndTime: number | null
}
