import type { GetGroupsOutput } from '@fluoroscope/model'
import { bad, GetGroupsInput, ok } from '@fluoroscope/model'
import { listGroups } from '../../act/groups.ts'
import type { KeptSettings } from '../../act/kept-settings.ts'
import { printGroup } from '../group.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'

export function getGroups(settings: KeptSettings): Operation {
  return operation('GetGroups', '/Groups', GetGroupsInput, async ({ NextToken }, context) => {
    if (typeof NextToken === 'string') return bad(invalidRequest('Next Token not supported'))
    const groups = await listGroups(settings)
    const output: GetGroupsOutput = {
      Groups: groups.map((group) => printGroup(group, context)),
      NextToken: null,
    }
    return ok(output)
  })
}
