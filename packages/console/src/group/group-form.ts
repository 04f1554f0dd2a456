import { parseFilter, replaceGroups } from '@fluoroscope/model'
import type { ListedGroup } from '../answer/settings.ts'

/** What is wrong with a group before it is sent; undefined for nothing (xray-behaviour 6.3, 12.1). */
export function groupProblem(
  { name, filter = '' }: ListedGroup,
  taken: readonly string[],
): { readonly field: 'name' | 'filter'; readonly text: string } | undefined {
  if (name === '') return { field: 'name', text: 'Must not be empty' }
  if (name.length > MAX_NAME_LENGTH) {
    return { field: 'name', text: `At most ${MAX_NAME_LENGTH} characters` }
  }
  if (taken.includes(name)) return { field: 'name', text: 'There is a group of that name' }
  if (filter.trim() === '') return { field: 'filter', text: 'A group needs a filter' }
  const parsed = parseFilter(filter)
  if (!parsed.ok) return { field: 'filter', text: 'The filter cannot be read' }
  const names = replaceGroups(parsed.value, () => undefined)
  return names.ok ? undefined : { field: 'filter', text: 'A group is not defined by groups' }
}

const MAX_NAME_LENGTH = 32
