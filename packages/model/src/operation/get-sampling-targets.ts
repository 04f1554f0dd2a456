import * as v from 'valibot'
import type { UnixNanos } from '../time.ts'
import { RuleName } from './sampling-rule-members.ts'
import { AtLeastZero, optional, Timestamp, textOf } from './wire.ts'

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

/**
 * 25 of one's own and Default. The API documents 25 statistics in a request, but a client that has
 * matched every rule, as OpenTelemetry's sampler that reports them all, has one more to tell.
 */
const MOST_RULES = 26

const SamplingStatisticsDocuments: v.GenericSchema<unknown, readonly SamplingStatisticsDocument[]> =
  v.pipe(
    v.array(
      v.object({
        RuleName,
        ClientID: textOf(24, 24),
        Timestamp,
        RequestCount: AtLeastZero,
        SampledCount: AtLeastZero,
        BorrowCount: optional(AtLeastZero),
      }),
    ),
    v.maxLength(MOST_RULES),
  )

/** What one service saw of one rule's requests since its last report. */
export type SamplingBoostStatisticsDocument = {
  readonly RuleName: string
  readonly ServiceName: string
  readonly Timestamp: UnixNanos
  readonly AnomalyCount: number
  readonly TotalCount: number
  readonly SampledAnomalyCount: number
}

const SamplingBoostStatisticsDocuments: v.GenericSchema<
  unknown,
  readonly SamplingBoostStatisticsDocument[]
> = v.pipe(
  v.array(
    v.object({
      RuleName,
      ServiceName: textOf(0, 64),
      Timestamp,
      AnomalyCount: AtLeastZero,
      TotalCount: AtLeastZero,
      SampledAnomalyCount: AtLeastZero,
    }),
  ),
  v.maxLength(25),
)

/** xray-behaviour 6.4, 11.4 and 11.6. */
export const GetSamplingTargetsInput = v.object({
  SamplingStatisticsDocuments,
  SamplingBoostStatisticsDocuments: optional(SamplingBoostStatisticsDocuments),
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
    /** Null while there is no reason for one. */
    readonly SamplingBoost: { readonly BoostRate: number; readonly BoostRateTTL: number } | null
  }[]
  readonly LastRuleModification: number
  readonly UnprocessedStatistics: readonly UnprocessedStatisticsOutput[]
  readonly UnprocessedBoostStatistics: readonly UnprocessedStatisticsOutput[]
}

export type UnprocessedStatisticsOutput = {
  readonly RuleName: string
  readonly ErrorCode: string
  readonly Message: string
}
