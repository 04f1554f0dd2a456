import type { ListResourcePoliciesOutput } from '@fluoroscope/model'
import { bad, ListResourcePoliciesInput, ok } from '@fluoroscope/model'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { listPolicies } from '../../act/resource-policies.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'
import { printPolicy } from '../resource-policy.ts'

export function listResourcePolicies(settings: KeptSettings): Operation {
  return operation(
    'ListResourcePolicies',
    '/ListResourcePolicies',
    ListResourcePoliciesInput,
    async ({ NextToken }) => {
      if (typeof NextToken === 'string') {
        return bad(invalidRequest('NextToken is currently not supported'))
      }
      const policies = await listPolicies(settings)
      const output: ListResourcePoliciesOutput = {
        ResourcePolicies: policies.map(printPolicy),
        NextToken: null,
      }
      return ok(output)
    },
  )
}
