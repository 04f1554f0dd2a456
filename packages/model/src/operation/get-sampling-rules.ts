import { NextTokenOnly } from './wire.ts'

/** xray-behaviour 6.4 and 11.1. */
export const GetSamplingRulesInput = NextTokenOnly

export type GetSamplingRulesOutput = {
  readonly SamplingRuleRecords: readonly SamplingRuleRecordOutput[]
  readonly NextToken: null
}

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
  }
  readonly CreatedAt: number
  readonly ModifiedAt: number
}
