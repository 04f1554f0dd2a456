import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldAt, foldRows } from './fold-rows.ts'
import { call, rowsOf, segment } from './sample-segment.ts'
import { lineOfFold, type RowFilter, showRows, withAncestors } from './shown-rows.ts'
import { arbitrarySegments } from './test-arbitrary-segments.ts'
import type { TraceRows } from './trace-rows.ts'

const EVERYTHING: RowFilter = {
  level: undefined,
  toggled: new Set(),
  isFolding: true,
  unfolded: new Set(),
  kept: undefined,
}

/** A request with `count` reads of an item each, 10 ms apart, and one call in their midst. */
function reads(count: number, every = 10, length = 5) {
  const subsegments = Array.from({ length: count }, (_, index) =>
    call(`b${index}`, index * every, index * every + length, { name: 'read item' }),
  )
  return rowsOf([segment('a', 0, 1000, { subsegments: [...subsegments, call('ca', 12, 500)] })])
}

function foldsOf(rows: TraceRows) {
  const folds = foldRows(rows)
  return Array.from({ length: folds.count }, (_, fold) => foldAt(rows, folds, fold)!)
}

test('five similar siblings are one line, four are not', () => {
  expect(foldsOf(reads(4))).toHaveLength(0)
  const [fold, ...others] = foldsOf(reads(5))
  expect(others).toHaveLength(0)
  expect(fold).toMatchObject({
    kind: 'similar',
    failures: 0,
    total: 25e6,
    from: 0,
    to: 45e6,
    oneByOne: true,
  })
})

test('similar rows that run at once are told apart from those that follow each other', () => {
  expect(foldsOf(reads(5, 2))[0]?.oneByOne).toBe(false)
})

test('how much of the time some member ran', () => {
  const busy = foldsOf(reads(8))[0]!.busy
  expect(busy.reduce((sum, share) => sum + share, 0) / busy.length).toBeCloseTo(40 / 75)
})

test('attempts that failed until one did not are retries', () => {
  const attempt = (at: number, fault: boolean) => call(`b${at}`, at, at + 5, { name: 'pay', fault })
  const fold = (attempts: ReturnType<typeof attempt>[]) =>
    foldsOf(rowsOf([segment('a', 0, 100, { subsegments: attempts })])).map(({ kind }) => kind)
  expect(fold([attempt(0, true), attempt(10, true), attempt(20, false)])).toEqual(['retries'])
  expect(fold([attempt(0, true), attempt(10, true)])).toEqual(['retries'])
  expect(fold([attempt(0, false), attempt(10, true)])).toEqual([])
  expect(fold([attempt(0, true), attempt(3, false)])).toEqual([])
})

test('a fold stands where its first member is, and shows all members when opened', () => {
  const rows = reads(5)
  const folds = foldRows(rows)
  const fold = lineOfFold(0)
  const { lines: folded } = showRows(rows, folds, EVERYTHING)
  // The call in their midst starts after the second of them.
  expect([...folded]).toEqual([0, fold, 3])
  const open = showRows(rows, folds, { ...EVERYTHING, unfolded: new Set([0]) })
  expect([...open.lines]).toEqual([0, fold, 1, 2, 4, 5, 6, 3])
  expect([...open.shift]).toEqual([0, 0, 1, 1, 1, 1, 1, 0])
})

test('levels hide what is below, single rows do the opposite', () => {
  const rows = rowsOf([
    segment('a', 0, 100, { subsegments: [call('b1', 0, 50), call('b2', 60, 70)] }),
    segment('c', 0, 40, { parentId: 'b1' }),
  ])
  const shown = (level: number | undefined, toggled: number[]) => {
    const filter = { ...EVERYTHING, level, toggled: new Set(toggled) }
    return [...showRows(rows, foldRows(rows), filter).lines]
  }
  expect(shown(undefined, [])).toEqual([0, 1, 2, 3])
  expect(shown(undefined, [1])).toEqual([0, 1, 3])
  expect(shown(0, [])).toEqual([0])
  expect(shown(1, [])).toEqual([0, 1, 3])
  expect(shown(1, [1])).toEqual([0, 1, 2, 3])
})

test('where only some rows are kept, these and what is above them show', () => {
  const rows = reads(5)
  const kept = withAncestors(rows, Uint8Array.from([0, 0, 1, 0, 0, 0, 0]))
  expect([...showRows(rows, foldRows(rows), { ...EVERYTHING, kept }).lines]).toEqual([0, 2])
})

test('whatever the segments: with all folds open every row shows once', () => {
  fc.assert(
    fc.property(arbitrarySegments, (segments) => {
      const rows = rowsOf(segments)
      const folds = foldRows(rows)
      const unfolded = new Set(Array.from({ length: folds.count }, (_, fold) => fold))
      const { lines } = showRows(rows, folds, { ...EVERYTHING, unfolded })
      const shown = [...lines].filter((line) => line >= 0).toSorted((left, right) => left - right)
      expect(shown).toEqual(Array.from({ length: rows.count }, (_, row) => row))
    }),
  )
})
