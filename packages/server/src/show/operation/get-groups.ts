import type { GetGroupsOutput } from '@fluoroscope/model'
import { bad, GetGroupsInput, ok } from '@fluoroscope/model'
import { DEFAULT_GROUP, defaultGroupArn } from '../arn.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'

export function getGroups(): Operation {
  return operation('GetGroups', '/Groups', GetGroupsInput, ({ NextToken }, context) => {
    if (typeof NextToken === 'string') return bad(invalidRequest('Next Token not supported'))
    const output: GetGroupsOutput = {
      Groups: [
        {
          GroupName: DEFAULT_GROUP,
          GroupARN: defaultGroupArn(context),
          FilterExpression: null,
          InsightsConfiguration: { InsightsEnabled: false, NotificationsEnabled: false },
        },
      ],
      NextToken: null,
    }
    return ok(output)
  })
}
