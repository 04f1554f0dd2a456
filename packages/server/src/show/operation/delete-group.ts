import { DeleteGroupInput } from '@fluoroscope/model'
import { removeGroup } from '../../act/groups.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { noOutput, printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'

export function deleteGroup(settings: KeptSettings): Operation {
  return operation('DeleteGroup', '/DeleteGroup', DeleteGroupInput, async (input, context) =>
    printed(await removeGroup(settings, context, input), noOutput),
  )
}
