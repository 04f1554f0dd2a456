import type { GetIndexingRulesOutput } from '@fluoroscope/model'
import { bad, GetIndexingRulesInput, ok } from '@fluoroscope/model'
import { findIndexingRule } from '../../act/account-settings.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { printIndexingRule } from '../account-settings.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'

export function getIndexingRules(settings: KeptSettings): Operation {
  return operation(
    'GetIndexingRules',
    '/GetIndexingRules',
    GetIndexingRulesInput,
    async ({ NextToken }) => {
      if (typeof NextToken === 'string') return bad(invalidRequest(`Invalid token ${NextToken}`))
      const output: GetIndexingRulesOutput = {
        IndexingRules: [printIndexingRule(await findIndexingRule(settings))],
        NextToken: null,
      }
      return ok(output)
    },
  )
}
