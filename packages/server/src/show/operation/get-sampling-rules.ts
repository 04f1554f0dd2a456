import type {
  GetSamplingRulesOutput,
  RequestContext,
  SamplingRule,
  SamplingRuleRecordOutput,
} from '@fluoroscope/model'
import { bad, GetSamplingRulesInput, ok, secondsFromUnixNanos } from '@fluoroscope/model'
import { samplingRuleArn } from '../arn.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'

/** @param rules in the order of the answer: by name, Default last */
export function getSamplingRules(rules: readonly SamplingRule[]): Operation {
  return operation(
    'GetSamplingRules',
    '/GetSamplingRules',
    GetSamplingRulesInput,
    ({ NextToken }, context) => {
      if (typeof NextToken === 'string') return bad(invalidRequest(`Invalid token ${NextToken}`))
      const output: GetSamplingRulesOutput = {
        SamplingRuleRecords: rules.map((rule) => printRecord(rule, context)),
        NextToken: null,
      }
      return ok(output)
    },
  )
}

function printRecord(rule: SamplingRule, context: RequestContext): SamplingRuleRecordOutput {
  return {
    SamplingRule: {
      RuleName: rule.name,
      RuleARN: samplingRuleArn(context, rule.name),
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
    },
    CreatedAt: secondsFromUnixNanos(rule.created),
    ModifiedAt: secondsFromUnixNanos(rule.modified),
  }
}
