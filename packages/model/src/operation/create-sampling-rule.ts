import * as v from 'valibot'
import { RateBoost, RULE_MEMBERS, RuleAttributes, RuleReference } from './sampling-rule-members.ts'
import { Tags } from './tag.ts'
import { Count, optional } from './wire.ts'

/** xray-behaviour 6.4 and 11.1. */
export const CreateSamplingRuleInput = v.object({
  SamplingRule: v.object({
    ...RuleReference,
    ...RULE_MEMBERS,
    Version: v.pipe(Count, v.minValue(1)),
    Attributes: optional(RuleAttributes),
    SamplingRateBoost: optional(RateBoost),
  }),
  Tags: optional(Tags),
})
