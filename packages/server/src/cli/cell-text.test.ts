import { expect, test } from 'vitest'
import { cellWidth, fitText, padText, safeText, wrapText } from './cell-text.ts'

test('what a trace carries cannot steer the terminal', () => {
  expect(safeText('a\u001b[31mred\u0007')).toBe('a\ufffd[31mred\ufffd')
  expect(safeText('\u009b2J')).toBe('\ufffd2J')
  expect(safeText('abc\u202egnp')).toBe('abc\ufffdgnp')
  expect(safeText('one\r\ntwo\tthree')).toBe('one two three')
})

test('wide characters take two cells, combined ones one', () => {
  expect(cellWidth('注文')).toBe(4)
  expect(cellWidth('e\u0301')).toBe(1)
  expect(cellWidth('🛒')).toBe(2)
  expect(padText('注', 4)).toBe('注  ')
})

test('cut text shows where', () => {
  expect(fitText('storefront', 10)).toBe('storefront')
  expect(fitText('storefront', 6)).toBe('store…')
  expect(fitText('storefront', 6, 'end')).toBe('…front')
  expect(fitText('注文注文', 6)).toBe('注文…')
  expect(fitText('abc', 0)).toBe('')
})

test('text wraps at spaces and ends at the last line', () => {
  expect(wrapText('one two three', 8, 3)).toEqual(['one two', 'three'])
  expect(wrapText('one two three four five', 8, 2)).toEqual(['one two', 'three f…'])
  expect(wrapText('short', 20, 3)).toEqual(['short'])
})
