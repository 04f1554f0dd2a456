import * as v from 'valibot'
import type { UnixNanos } from '../time.ts'
import { Count, optional, Timestamp, textOf } from './wire.ts'

const AtLeastZero = v.pipe(Count, v.minValue(0))

/** What one client saw of one rule since its last report. */
export type SamplingStatisticsDocument = {
  readonly RuleName: string
  readonly ClientID: string
  readonly Timestamp: UnixNanos
  readonly RequestCount: number
  /** With or without the borrowed ones: clients differ. */
  readonly SampledCount: number
  readonly BorrowCount?: number | null | undefined
}

const SamplingStatisticsDocuments: v.GenericSchema<unknown, readonly SamplingStatisticsDocument[]> =
  v.pipe(
    v.array(
      v.object({
        RuleName: textOf(1, 32),
        ClientID: textOf(24, 24),
        Timestamp,
        RequestCount: AtLeastZero,
        SampledCount: AtLeastZero,
        BorrowCount: optional(AtLeastZero),
      }),
    ),
    v.maxLength(25),
  )

/** xray-behaviour 6.4, 11.4 and 11.6. */
export const GetSamplingTargetsInput = v.object({
  SamplingStatisticsDocuments,
  SamplingBoostStatisticsDocuments: optional(v.pipe(v.array(v.looseObject({})), v.maxLength(25))),
})

export type GetSamplingTargetsOutput = {
  readonly SamplingTargetDocuments: readonly {
    readonly RuleName: string
    readonly FixedRate: number
    /** Requests a second. */
    readonly ReservoirQuota: number
    readonly ReservoirQuotaTTL: number
    /** Seconds until the next report. */
    readonly Interval: number
  }[]
  readonly LastRuleModification: number
  readonly UnprocessedStatistics: readonly {
    readonly RuleName: string
    readonly ErrorCode: string
    readonly Message: string
  }[]
  readonly UnprocessedBoostStatistics: readonly never[]
}
