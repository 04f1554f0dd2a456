import { CreateGroupInput } from '@fluoroscope/model'
import { addGroup, type GroupOptions } from '../../act/groups.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { printed } from '../answer.ts'
import { printOneGroup } from '../group.ts'
import { type Operation, operation } from '../operation.ts'

export function createGroup(settings: KeptSettings, options: GroupOptions): Operation {
  return operation('CreateGroup', '/CreateGroup', CreateGroupInput, async (input, context) =>
    printed(await addGroup(settings, context, input, options), (group) =>
      printOneGroup(group, context),
    ),
  )
}
