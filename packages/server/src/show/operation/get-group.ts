import { GetGroupInput } from '@fluoroscope/model'
import { findGroup } from '../../act/groups.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { printed } from '../answer.ts'
import { printOneGroup } from '../group.ts'
import { type Operation, operation } from '../operation.ts'

export function getGroup(settings: KeptSettings): Operation {
  return operation('GetGroup', '/GetGroup', GetGroupInput, async (input, context) =>
    printed(await findGroup(settings, context, input), (group) => printOneGroup(group, context)),
  )
}
