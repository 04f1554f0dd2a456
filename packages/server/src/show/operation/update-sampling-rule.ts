import { UpdateSamplingRuleInput } from '@fluoroscope/model'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { changeRule } from '../../act/sampling-rules.ts'
import { printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'
import { printOneRule } from '../sampling-rule.ts'

export function updateSamplingRule(settings: KeptSettings): Operation {
  return operation(
    'UpdateSamplingRule',
    '/UpdateSamplingRule',
    UpdateSamplingRuleInput,
    async (input, context) =>
      printed(await changeRule(settings, context, input.SamplingRuleUpdate), (rule) =>
        printOneRule(rule, context),
      ),
  )
}
