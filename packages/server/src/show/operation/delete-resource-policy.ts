import { DeleteResourcePolicyInput } from '@fluoroscope/model'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { removePolicy } from '../../act/resource-policies.ts'
import { noOutput, printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'

export function deleteResourcePolicy(settings: KeptSettings): Operation {
  return operation(
    'DeleteResourcePolicy',
    '/DeleteResourcePolicy',
    DeleteResourcePolicyInput,
    async ({ PolicyName: name, PolicyRevisionId: revision }) =>
      printed(await removePolicy(settings, name, revision), noOutput),
  )
}
