import * as v from 'valibot'
import { RateBoost, RULE_MEMBERS, RuleAttributes, RuleReference } from './sampling-rule-members.ts'
import { optional } from './wire.ts'

/** xray-behaviour 6.4 and 11.1. What is left out stays as it is, but for the boost. */
export const UpdateSamplingRuleInput = v.object({
  SamplingRuleUpdate: v.object({
    ...RuleReference,
    ResourceARN: optional(RULE_MEMBERS.ResourceARN),
    Priority: optional(RULE_MEMBERS.Priority),
    FixedRate: optional(RULE_MEMBERS.FixedRate),
    ReservoirSize: optional(RULE_MEMBERS.ReservoirSize),
    ServiceName: optional(RULE_MEMBERS.ServiceName),
    ServiceType: optional(RULE_MEMBERS.ServiceType),
    Host: optional(RULE_MEMBERS.Host),
    HTTPMethod: optional(RULE_MEMBERS.HTTPMethod),
    URLPath: optional(RULE_MEMBERS.URLPath),
    Attributes: optional(RuleAttributes),
    SamplingRateBoost: optional(RateBoost),
  }),
})
