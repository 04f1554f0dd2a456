import type { GetSamplingRulesOutput } from '@fluoroscope/model'
import { bad, GetSamplingRulesInput, ok } from '@fluoroscope/model'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { listRules } from '../../act/sampling-rules.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'
import { printRule } from '../sampling-rule.ts'

/** All rules by name, Default last. */
export function getSamplingRules(settings: KeptSettings): Operation {
  return operation(
    'GetSamplingRules',
    '/GetSamplingRules',
    GetSamplingRulesInput,
    async ({ NextToken }, context) => {
      if (typeof NextToken === 'string') return bad(invalidRequest(`Invalid token ${NextToken}`))
      const { rules } = await listRules(settings)
      const output: GetSamplingRulesOutput = {
        SamplingRuleRecords: rules.map((rule) => printRule(rule, context)),
        NextToken: null,
      }
      return ok(output)
    },
  )
}
