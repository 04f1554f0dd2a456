import { expect, test } from 'vitest'
import { PLAIN } from './paint.ts'
import { layoutTable, type TableColumn } from './text-table.ts'

const COLUMNS: readonly TableColumn[] = [
  { title: 'NAME', min: 4 },
  { title: 'MS', align: 'right' },
  { title: 'NOTE', rank: 2 },
  { title: 'KIND', rank: 1 },
]
const ROWS = [
  [{ text: 'storefront' }, { text: '7' }, { text: 'long note' }, { text: 'a' }],
  [{ text: 'db' }, { text: '1200' }, { text: '' }, { text: 'b' }],
]

test('columns are as wide as their content, numbers at the right', () => {
  expect(layoutTable(COLUMNS, ROWS, 80, PLAIN)).toEqual([
    'NAME          MS  NOTE       KIND',
    'storefront     7  long note  a',
    'db          1200             b',
  ])
})

test('a narrow table shrinks what may, then leaves out the highest rank', () => {
  expect(layoutTable(COLUMNS, ROWS, 30, PLAIN)).toEqual([
    'NAME       MS  NOTE       KIND',
    'storef…     7  long note  a',
    'db       1200             b',
  ])
  expect(layoutTable(COLUMNS, ROWS, 18, PLAIN)).toEqual([
    'NAME      MS  KIND',
    'store…     7  a',
    'db      1200  b',
  ])
  expect(layoutTable(COLUMNS, ROWS, 10, PLAIN)).toEqual(['NAME    MS', 'sto…     7', 'db    1200'])
})

test.each([12, 18, 25, 40])('no line is wider than %i cells', (width) => {
  for (const line of layoutTable(COLUMNS, ROWS, width, PLAIN)) {
    expect(line.length).toBeLessThanOrEqual(width)
  }
})
