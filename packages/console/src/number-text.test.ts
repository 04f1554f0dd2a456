import { expect, test } from 'vitest'
import { ageText, countText, durationText } from './number-text.ts'

test.each([
  [0, '0 ms'],
  [850, '850 ns'],
  [12_340, '12.3 µs'],
  [1_000_000, '1 ms'],
  [84_200_000, '84.2 ms'],
  [412_000_000, '412 ms'],
  [999_400_000, '999 ms'],
  [999_600_000, '1 s'],
  [1_254_000_000, '1.25 s'],
  [12_540_000_000, '12.5 s'],
  [59_990_000_000, '1 min 00 s'],
  [125_000_000_000, '2 min 05 s'],
  [3_725_000_000_000, '1 h 02 min'],
  [-250_000_000, '-250 ms'],
])('%d ns reads %s', (nanos, text) => expect(durationText(nanos)).toBe(text))

test.each([
  [0.2, 'now'],
  [12.9, '12 s ago'],
  [61, '1 min ago'],
  [7200, '2 h ago'],
  [259_200, '3 d ago'],
])('an age of %d s reads %s', (seconds, text) => expect(ageText(seconds)).toBe(text))

test('counts carry their noun', () => {
  expect(countText(1, 'trace')).toBe('1 trace')
  expect(countText(12_345, 'trace')).toBe('12,345 traces')
  expect(countText(0, 'entity', 'entities')).toBe('0 entities')
})
