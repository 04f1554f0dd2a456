import type { Group, GroupOutput, OneGroupOutput, RequestContext } from '@fluoroscope/model'
import { groupArn } from '@fluoroscope/model'

export function printGroup(group: Group, context: RequestContext): GroupOutput {
  return {
    GroupName: group.name,
    GroupARN: groupArn(context, group),
    FilterExpression: group.filterExpression ?? null,
    InsightsConfiguration: {
      InsightsEnabled: group.insightsEnabled,
      NotificationsEnabled: group.notificationsEnabled,
    },
  }
}

export function printOneGroup(group: Group, context: RequestContext): OneGroupOutput {
  return { Group: printGroup(group, context) }
}
