import type {
  OneSamplingRuleOutput,
  RequestContext,
  SamplingRule,
  SamplingRuleRecordOutput,
} from '@fluoroscope/model'
import { samplingRuleArn, secondsFromUnixNanos } from '@fluoroscope/model'

/** xray-behaviour 11.1. */
export function printRule(rule: SamplingRule, context: RequestContext): SamplingRuleRecordOutput {
  return {
    SamplingRule: {
      RuleName: rule.name,
      RuleARN: samplingRuleArn(context, rule),
      ResourceARN: rule.resourceArn,
      Priority: rule.priority,
      FixedRate: rule.fixedRate,
      ReservoirSize: rule.reservoirSize,
      ServiceName: rule.serviceName,
      ServiceType: rule.serviceType,
      Host: rule.host,
      HTTPMethod: rule.httpMethod,
      URLPath: rule.urlPath,
      Version: 1,
      Attributes: Object.fromEntries(rule.attributes),
      SamplingRateBoost: printBoost(rule.boost),
    },
    CreatedAt: secondsFromUnixNanos(rule.created),
    ModifiedAt: secondsFromUnixNanos(rule.modified),
  }
}

export function printOneRule(rule: SamplingRule, context: RequestContext): OneSamplingRuleOutput {
  return { SamplingRuleRecord: printRule(rule, context) }
}

function printBoost(boost: SamplingRule['boost']) {
  if (boost === undefined) return null
  return { MaxRate: boost.maxRate, CooldownWindowMinutes: boost.cooldownMinutes }
}
