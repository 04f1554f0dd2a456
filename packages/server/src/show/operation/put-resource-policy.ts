import type { PutResourcePolicyOutput } from '@fluoroscope/model'
import { PutResourcePolicyInput } from '@fluoroscope/model'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { putPolicy } from '../../act/resource-policies.ts'
import { printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'
import { printPolicy } from '../resource-policy.ts'

export function putResourcePolicy(settings: KeptSettings): Operation {
  return operation(
    'PutResourcePolicy',
    '/PutResourcePolicy',
    PutResourcePolicyInput,
    async (input, context) =>
      printed(
        await putPolicy(settings, context, input),
        (policy): PutResourcePolicyOutput => ({
          ResourcePolicy: printPolicy(policy),
        }),
      ),
  )
}
