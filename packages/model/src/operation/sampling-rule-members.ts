import * as v from 'valibot'
import { AtLeastZero, Count, optional, Share, textOf } from './wire.ts'

export const RuleName = textOf(1, 32)

/** One of the two, which the operation checks. */
export const RuleReference = { RuleName: optional(RuleName), RuleARN: optional(v.string()) }

/** What both creating and changing a rule can set (xray-behaviour 6.8 and 11.1). */
export const RULE_MEMBERS = {
  ResourceARN: textOf(0, 500),
  Priority: v.pipe(Count, v.minValue(1), v.maxValue(9999)),
  FixedRate: Share,
  ReservoirSize: AtLeastZero,
  ServiceName: textOf(0, 64),
  ServiceType: textOf(0, 64),
  Host: textOf(0, 64),
  HTTPMethod: textOf(0, 10),
  URLPath: textOf(0, 128),
} as const

/** A list is no map, though valibot would take it for one. */
const ATTRIBUTE_MAP = v.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)

export const RuleAttributes = v.pipe(
  ATTRIBUTE_MAP,
  v.record(textOf(1, 32), textOf(1, 32)),
  v.maxEntries(5),
)

/** A cool-down of 0 minutes is refused by meaning. */
export const RateBoost = v.object({ MaxRate: Share, CooldownWindowMinutes: AtLeastZero })

/** Times in epoch seconds; 0 for a rule that was never edited. */
export type SamplingRuleRecordOutput = {
  readonly SamplingRule: {
    readonly RuleName: string
    readonly RuleARN: string
    readonly ResourceARN: string
    readonly Priority: number
    readonly FixedRate: number
    readonly ReservoirSize: number
    readonly ServiceName: string
    readonly ServiceType: string
    readonly Host: string
    readonly HTTPMethod: string
    readonly URLPath: string
    readonly Version: number
    /** Never left out: some SDKs discard a rule without it. */
    readonly Attributes: Readonly<Record<string, string>>
    readonly SamplingRateBoost: {
      readonly MaxRate: number
      readonly CooldownWindowMinutes: number
    } | null
  }
  readonly CreatedAt: number
  readonly ModifiedAt: number
}

export type OneSamplingRuleOutput = { readonly SamplingRuleRecord: SamplingRuleRecordOutput }
