import { UpdateGroupInput } from '@fluoroscope/model'
import { changeGroup, type GroupOptions } from '../../act/groups.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { printed } from '../answer.ts'
import { printOneGroup } from '../group.ts'
import { type Operation, operation } from '../operation.ts'

export function updateGroup(
  settings: KeptSettings,
  options: Pick<GroupOptions, 'checkFilter' | 'retention'>,
): Operation {
  return operation('UpdateGroup', '/UpdateGroup', UpdateGroupInput, async (input, context) =>
    printed(await changeGroup(settings, context, input, options), (group) =>
      printOneGroup(group, context),
    ),
  )
}
