import { expect, test } from 'vitest'
import { ageText, bytesText, countText, durationText, rangeText, shareText } from './number-text.ts'
import { setTimeZone } from './time-zone.ts'

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

test('a range says a day that both ends share once', () => {
  setTimeZone('utc')
  const start = Date.UTC(2026, 10, 22, 9, 5, 0) / 1000
  expect(rangeText(start, start + 61)).toBe('22 Nov 2026 09:05:00 – 09:06:01')
  expect(rangeText(start, start + 86_400)).toBe('22 Nov 2026 09:05:00 – 23 Nov 2026 09:05:00')
})

test.each([
  [0, '0 %'],
  [0.05, '5 %'],
  [0.0025, '0.25 %'],
  [1, '100 %'],
])('a share of %d reads %s', (share, text) => expect(shareText(share)).toBe(text))

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [3 * 1024 ** 3, '3 GiB'],
])('%d bytes read %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))
