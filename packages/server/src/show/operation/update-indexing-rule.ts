import type { UpdateIndexingRuleOutput } from '@fluoroscope/model'
import { UpdateIndexingRuleInput } from '@fluoroscope/model'
import { changeIndexingRule } from '../../act/account-settings.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { printIndexingRule } from '../account-settings.ts'
import { printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'

export function updateIndexingRule(settings: KeptSettings): Operation {
  return operation(
    'UpdateIndexingRule',
    '/UpdateIndexingRule',
    UpdateIndexingRuleInput,
    async ({ Name: name, Rule: rule }) => {
      const percentage = rule.Probabilistic?.DesiredSamplingPercentage
      return printed(
        await changeIndexingRule(settings, name, percentage),
        (changed): UpdateIndexingRuleOutput => ({ IndexingRule: printIndexingRule(changed) }),
      )
    },
  )
}
