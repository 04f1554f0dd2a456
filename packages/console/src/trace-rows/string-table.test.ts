import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IdIndex } from './id-index.ts'
import { countTexts, StringInterner, textAt } from './string-table.ts'

test('texts come back by their numbers, each kept once', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
      const interner = new StringInterner()
      const numbers = texts.map((text) => interner.add(text))
      const table = interner.table()
      expect(numbers.map((number) => textAt(table, number))).toEqual(texts)
      expect(countTexts(table)).toBe(new Set(['', ...texts]).size)
    }),
  )
})

test('rows are found by their ids, the first of those that share one', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(5))), (ids) => {
      const high = Uint32Array.from(ids, ([each]) => each)
      const low = Uint32Array.from(ids, ([, each]) => each)
      const index = new IdIndex(high, low)
      const first = (a: number, b: number) => ids.findIndex(([x, y]) => x === a && y === b)
      for (const [row, [a, b]] of ids.entries()) {
        expect(index.add(row)).toBe(first(a, b) === row ? -1 : first(a, b))
      }
      for (const [a, b] of ids) expect(index.find(a, b)).toBe(first(a, b))
      expect(index.find(9, 9)).toBe(-1)
    }),
  )
})
