import { DeleteSamplingRuleInput } from '@fluoroscope/model'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { removeRule } from '../../act/sampling-rules.ts'
import { printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'
import { printOneRule } from '../sampling-rule.ts'

/** Answers the rule as it was. */
export function deleteSamplingRule(settings: KeptSettings): Operation {
  return operation(
    'DeleteSamplingRule',
    '/DeleteSamplingRule',
    DeleteSamplingRuleInput,
    async (input, context) =>
      printed(await removeRule(settings, context, input), (rule) => printOneRule(rule, context)),
  )
}
