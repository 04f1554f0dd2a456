import { expect, test } from 'vitest'
import { groupProblem } from './group-form.ts'

const group = (name: string, filter: string) => ({
  name,
  filter,
  insightsEnabled: false,
  notificationsEnabled: false,
})

test.each([
  ['slow', 'responsetime > 5', undefined],
  ['', 'fault', 'name'],
  ['x'.repeat(33), 'fault', 'name'],
  ['Default', 'fault', 'name'],
  ['slow', ' ', 'filter'],
  ['slow', 'responsetime >', 'filter'],
  ['slow', 'group.name = "other"', 'filter'],
])('a group "%s" of %s', (name, filter, field) => {
  expect(groupProblem(group(name, filter), ['Default'])?.field).toBe(field)
})
