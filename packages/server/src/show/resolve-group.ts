import type { FilterExpression, GroupReference, RequestContext } from '@fluoroscope/model'
import { DEFAULT_GROUP, defaultGroupArn } from './arn.ts'

/** The filter of a group of whoever asks; undefined for a group that does not exist. */
export type ResolveGroup = (
  group: GroupReference,
  context: RequestContext,
) => FilterExpression | undefined

/** The group that needs no definition. */
export const resolveDefaultGroup: ResolveGroup = ({ field, value }, context) => {
  const isDefault = value === (field === 'name' ? DEFAULT_GROUP : defaultGroupArn(context))
  return isDefault ? EVERY_TRACE : undefined
}

const OK: FilterExpression = { kind: 'flag', keyword: 'ok' }
const EVERY_TRACE: FilterExpression = { kind: 'or', terms: [OK, { kind: 'not', term: OK }] }
