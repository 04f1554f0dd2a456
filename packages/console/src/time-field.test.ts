import { expect, test } from 'vitest'
import { parseTimeField, timeFieldText } from './time-field.ts'

const SECONDS = Date.UTC(2026, 10, 22, 14, 3, 9) / 1000

test('in UTC a field holds the time of day in UTC', () => {
  expect(timeFieldText(SECONDS, 'utc')).toBe('2026-11-22T14:03:09')
  expect(parseTimeField('2026-11-22T14:03:09', 'utc')).toBe(SECONDS)
  expect(parseTimeField('2026-11-22T14:03', 'utc')).toBe(SECONDS - 9)
})

test('a local time comes back as it was', () => {
  expect(parseTimeField(timeFieldText(SECONDS, 'local'), 'local')).toBe(SECONDS)
})

test.each(['', '2026-11-22', 'soon', '2026-13-22T14:03'])('"%s" is no time', (text) => {
  expect(parseTimeField(text, 'utc')).toBeUndefined()
})
