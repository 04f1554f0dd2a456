import { expect, test } from 'vitest'
import type { SetCondition } from './set-condition.ts'
import { setSearch } from './set-filter.ts'

const HOUR = { kind: 'last', seconds: 3600 } as const
const user: SetCondition = { kind: 'fact', key: 'user', value: 'u-7', isNegated: false }

test('the conditions of a set are a search: its terms joined, its time as the range', () => {
  expect(setSearch('', HOUR, [])).toEqual({ filter: '', time: HOUR })
  expect(
    setSearch('fault OR error', HOUR, [
      { ...user, isNegated: true },
      { kind: 'response', from: 0.1, to: 0.25 },
      { kind: 'time', from: 100, to: 160 },
    ]),
  ).toEqual({
    filter: '(fault OR error) AND !user = "u-7" AND responsetime >= 0.1 AND responsetime <= 0.25',
    // A search takes the whole second of its end along.
    time: { kind: 'between', from: 100, to: 159 },
  })
})

test('a window of one second stays one', () => {
  const { time } = setSearch('', HOUR, [{ kind: 'time', from: 100, to: 101 }]) ?? {}
  expect(time).toEqual({ kind: 'between', from: 100, to: 100.999 })
})

test('alternatives keep their meaning beside other terms', () => {
  const exception: SetCondition = { kind: 'fact', key: 'exception', value: 'E', isNegated: false }
  expect(setSearch('', HOUR, [exception, user])?.filter).toBe(
    '(rootcause.fault.exception { name = "E" } OR rootcause.error.exception { name = "E" }) AND user = "u-7"',
  )
})

test('what the language cannot say is no search', () => {
  expect(setSearch('', HOUR, [{ ...user, key: 'odd' }])).toBeUndefined()
})
