import {
  type FilterExpression,
  type Group,
  type GroupReference,
  groupArn,
  parseFilter,
  type RequestContext,
} from '@fluoroscope/model'

/** All groups, the one of all traces included. @throws StoreError */
export type FindGroups = () => Promise<readonly Group[]>

/** The filter of a group; undefined for a group that is not among `groups`. */
export function resolveGroup(
  groups: readonly Group[],
  { field, value }: GroupReference,
  context: RequestContext,
): FilterExpression | undefined {
  const group = groups.find(
    (each) => value === (field === 'name' ? each.name : groupArn(context, each)),
  )
  if (group === undefined) return undefined
  if (group.filterExpression === undefined) return EVERY_TRACE
  const parsed = parseFilter(group.filterExpression)
  if (parsed.ok) return parsed.value
  throw new Error(`the expression of group ${group.name} was kept unchecked`)
}

const OK: FilterExpression = { kind: 'flag', keyword: 'ok' }
const EVERY_TRACE: FilterExpression = { kind: 'or', terms: [OK, { kind: 'not', term: OK }] }
