import type { SamplingRuleRecordOutput } from './sampling-rule-members.ts'
import { NextTokenOnly } from './wire.ts'

/** xray-behaviour 6.4 and 11.1. */
export const GetSamplingRulesInput = NextTokenOnly

export type GetSamplingRulesOutput = {
  readonly SamplingRuleRecords: readonly SamplingRuleRecordOutput[]
  readonly NextToken: null
}
