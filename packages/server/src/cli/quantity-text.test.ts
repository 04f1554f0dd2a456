import { expect, test } from 'vitest'
import { durationText, percentText, rateText } from './quantity-text.ts'

test.each([
  [null, '-'],
  [0, '0 ms'],
  [0.000_42, '420 µs'],
  [0.0012, '1.2 ms'],
  [0.045_67, '45.7 ms'],
  [0.2, '200 ms'],
  [0.9996, '1 s'],
  [1.254, '1.25 s'],
  [12.34, '12.3 s'],
  [59.96, '1 m 0 s'],
  [200, '3 m 20 s'],
  [7500, '2 h 5 m'],
  [-0.5, '-500 ms'],
])('%s s reads %s', (seconds, text) => expect(durationText(seconds)).toBe(text))

test('shares never round a failure away, nor a whole to less', () => {
  expect(percentText(0, 10)).toBe('-')
  expect(percentText(10, 10)).toBe('100')
  expect(percentText(1, 8)).toBe('12.5')
  expect(percentText(1, 100_000)).toBe('<0.1')
  expect(percentText(99_999, 100_000)).toBe('>99.9')
})

test('rates are by the second or the minute', () => {
  expect(rateText(600, 60)).toBe('10/s')
  expect(rateText(3, 3600)).toBe('0.05/m')
  expect(rateText(0, 60)).toBe('-')
})
