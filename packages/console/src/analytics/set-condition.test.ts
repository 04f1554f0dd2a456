import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  parseCondition,
  printCondition,
  type SetCondition,
  withCondition,
  withoutCondition,
} from './set-condition.ts'

const value = fc.oneof(fc.string(), fc.integer(), fc.boolean())
const fact = fc.record({
  kind: fc.constant('fact' as const),
  key: fc.string({ minLength: 1 }).filter((key) => !/^[!]|^(time|response):|%3D/.test(key)),
  value,
  isNegated: fc.boolean(),
})

test('whatever a condition is about, it survives the address', () => {
  fc.assert(
    fc.property(fact, (condition) => {
      expect(parseCondition(printCondition(condition))).toEqual(condition)
    }),
  )
})

test.each([
  ['time:1760559104..1760559164', { kind: 'time', from: 1_760_559_104, to: 1_760_559_164 }],
  ['response:0.1..0.25', { kind: 'response', from: 0.1, to: 0.25 }],
  ['!annotation.items=3', { kind: 'fact', key: 'annotation.items', value: 3, isNegated: true }],
])('%s is read and printed', (text, condition) => {
  expect(parseCondition(text)).toEqual(condition)
  expect(printCondition(condition as SetCondition)).toBe(text)
})

test.each(['', 'x', 'user=', 'user={}', 'user=null', 'time:5..4', 'user="open'])(
  '"%s" is no condition',
  (text) => expect(parseCondition(text)).toBeUndefined(),
)

test('a range takes the place of the one before, and so does the opposite', () => {
  const user = { kind: 'fact', key: 'user', value: 'a', isNegated: false } as const
  const once = withCondition([user], { kind: 'time', from: 1, to: 9 })
  const twice = withCondition(once, { kind: 'time', from: 2, to: 3 })
  expect(twice).toEqual([user, { kind: 'time', from: 2, to: 3 }])
  expect(withCondition([user], { ...user, isNegated: true })).toEqual([
    { ...user, isNegated: true },
  ])
  expect(withoutCondition(twice, user)).toEqual([{ kind: 'time', from: 2, to: 3 }])
})
