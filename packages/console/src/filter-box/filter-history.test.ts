import { expect, test } from 'vitest'
import { parseHistory, withFilter } from './filter-history.ts'

test('a filter searched again moves to the front, and is there once', () => {
  expect(withFilter(['a', 'b', 'c'], 'b')).toEqual(['b', 'a', 'c'])
})

test('thirty are kept', () => {
  const many = Array.from({ length: 30 }, (_, index) => `duration > ${index}`)
  expect(withFilter(many, 'fault')).toHaveLength(30)
  expect(withFilter(many, 'fault')[0]).toBe('fault')
})

test.each([undefined, '', 'no json', '{}', '[1, null]'])('%s is no history', (stored) => {
  expect(parseHistory(stored)).toEqual([])
})
