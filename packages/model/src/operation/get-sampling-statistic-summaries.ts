import { NextTokenOnly } from './wire.ts'

/** xray-behaviour 6.4 and 11.4. */
export const GetSamplingStatisticSummariesInput = NextTokenOnly

export type GetSamplingStatisticSummariesOutput = {
  readonly SamplingStatisticSummaries: readonly {
    readonly RuleName: string
    readonly Timestamp: number
    readonly RequestCount: number
    readonly BorrowCount: number
    readonly SampledCount: number
  }[]
  readonly NextToken: null
}
