import { NextTokenOnly } from './wire.ts'

/** xray-behaviour 6.7 and 12.7. */
export const GetIndexingRulesInput = NextTokenOnly

export type IndexingRuleOutput = {
  readonly Name: string
  /** Epoch seconds; 0 until it is changed. */
  readonly ModifiedAt: number
  /** A union: exactly one member. */
  readonly Rule: {
    readonly Probabilistic: {
      readonly DesiredSamplingPercentage: number
      readonly ActualSamplingPercentage: number
    }
  }
}

export type GetIndexingRulesOutput = {
  readonly IndexingRules: readonly IndexingRuleOutput[]
  readonly NextToken: null
}
