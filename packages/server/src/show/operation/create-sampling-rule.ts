import { CreateSamplingRuleInput } from '@fluoroscope/model'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { addRule } from '../../act/sampling-rules.ts'
import { printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'
import { printOneRule } from '../sampling-rule.ts'

export function createSamplingRule(settings: KeptSettings): Operation {
  return operation(
    'CreateSamplingRule',
    '/CreateSamplingRule',
    CreateSamplingRuleInput,
    async ({ SamplingRule: rule, Tags: tags }, context) =>
      printed(await addRule(settings, context, rule, tags), (made) => printOneRule(made, context)),
  )
}
