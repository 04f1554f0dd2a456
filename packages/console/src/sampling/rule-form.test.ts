import { expect, test } from 'vitest'
import type { ListedRule } from '../answer/settings.ts'
import {
  fieldProblems,
  fieldsOfRule,
  flawOfFields,
  flawText,
  membersOfFields,
  NEW_RULE,
} from './rule-form.ts'

const NAMED = { ...NEW_RULE, name: 'checkout' }

const RULE: ListedRule = {
  name: 'all',
  priority: 5,
  fixedRate: 0.07,
  reservoirSize: 2,
  serviceName: '*',
  serviceType: '*',
  host: '*',
  httpMethod: '*',
  urlPath: '*',
  resourceArn: '*',
  attributes: new Map([['tier', 'g*']]),
  boost: { maxRate: 0.5, cooldownMinutes: 10 },
  created: 0n as ListedRule['created'],
  modified: 0n as ListedRule['modified'],
}

test('a rule survives the form', () => {
  expect(membersOfFields(fieldsOfRule(RULE))).toMatchObject({
    RuleName: 'all',
    Priority: 5,
    FixedRate: 0.07,
    ReservoirSize: 2,
    Attributes: { tier: 'g*' },
    SamplingRateBoost: { MaxRate: 0.5, CooldownWindowMinutes: 10 },
  })
})

test('a new rule lacks nothing but its name', () => {
  expect([...fieldProblems(NEW_RULE, [])]).toEqual([['name', 'Must not be empty']])
  expect(fieldProblems(NAMED, []).size).toBe(0)
})

test.each([
  ['rate', '101', 'At most 100 %'],
  ['rate', 'half', 'A number'],
  ['priority', '', 'A number'],
  ['attributes', 'tier', '"tier" is not key=pattern'],
  ['boostRate', '200', 'At most 100 %'],
])('%s of "%s": %s', (field, text, problem) => {
  const boostMinutes = field === 'boostRate' ? '5' : ''
  expect([...fieldProblems({ ...NAMED, boostMinutes, [field]: text }, [])]).toEqual([
    [field, problem],
  ])
})

test('a name that is taken is said', () => {
  expect(fieldProblems(NAMED, ['checkout']).get('name')).toBe('There is a rule of that name')
})

test('a rule behind one that takes everything is never reached', () => {
  const flaw = flawOfFields(NAMED, [{ ...RULE, attributes: new Map() }])
  expect(flaw).toEqual({ kind: 'shadowed', by: 'all' })
  expect(flaw === undefined ? '' : flawText(flaw)).toContain('"all" is asked before')
})
