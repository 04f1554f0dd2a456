import type { Group, RequestContext, Result } from '@fluoroscope/model'
import { bad, DEFAULT_GROUP, groupArn, ok } from '@fluoroscope/model'
import { invalidRequest, type OperationError } from './operation-error.ts'
import type { FindGroups } from './resolve-group.ts'

/** By its name, by its ARN, or neither: all traces. */
type GroupReference = {
  readonly GroupName?: string | null | undefined
  readonly GroupARN?: string | null | undefined
}

/** The group whose traces a graph or a time series is asked of (xray-behaviour 6.2). @throws StoreError */
export async function graphGroup(
  findGroups: FindGroups,
  { GroupName: name, GroupARN: arn }: GroupReference,
  context: RequestContext,
): Promise<Result<Group, OperationError>> {
  const [hasName, hasArn] = [typeof name === 'string', typeof arn === 'string']
  if (hasName && hasArn) {
    return bad(invalidRequest('Request cannot contain both group name and group ARN'))
  }
  if (!hasName && !hasArn) return ok(DEFAULT_GROUP)
  const groups = await findGroups()
  const isNamed = (group: Group) =>
    hasName ? group.name === name : groupArn(context, group) === arn
  const group = groups.find(isNamed)
  return group === undefined ? bad(invalidRequest('Group not found.')) : ok(group)
}
