import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spanBetween, spanConditions } from './heat-span.ts'
import { countIn, heatPaths, layoutHeat, levelStarts, marginOf } from './layout-heat.ts'
import { sketchTraces } from './test-traces.ts'
import { sizeOf, TraceColumns } from './trace-columns.ts'

const RANGE = { from: 1000, to: 1600 }

const sketches = fc.array(
  fc.record({
    start: fc.integer({ min: RANGE.from, max: RANGE.to - 1 }),
    response: fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 90_000 })),
  }),
  { minLength: 1, maxLength: 60 },
)

test('the conditions of any rectangle select exactly the traces of its cells', () => {
  fc.assert(
    fc.property(sketches, fc.array(fc.nat(100), { minLength: 4, maxLength: 4 }), (all, corners) => {
      const columns = columnsOf(all)
      const heat = layoutHeat(columns, RANGE, columns.select([]), undefined)
      const [column = 0, row = 0, otherColumn = 0, otherRow = 0] = corners
      const span = spanBetween({ column, row }, { column: otherColumn, row: otherRow }, heat)
      const conditions = spanConditions(heat, span)
      // Open traces are in no cell, and a rectangle of all rows asks for no response time.
      const answered = columns.select([...conditions, { kind: 'response', from: 0, to: 1e6 }])
      expect(sizeOf(answered)).toBe(countIn(heat, 'all', span))
    }),
  )
})

test('every trace is in one cell, or open', () => {
  fc.assert(
    fc.property(sketches, (all) => {
      const columns = columnsOf(all)
      const heat = layoutHeat(columns, RANGE, columns.select([]), undefined)
      const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
      expect(sum(heat.layers.all) + heat.open).toBe(all.length)
      expect(sum(marginOf(heat, 'all', 'rows'))).toBe(sum(heat.layers.all))
      expect(heat.responses).toEqual([...new Set(heat.responses)].sort((a, b) => a - b))
    }),
  )
})

test('failed ones and both sets have layers of their own', () => {
  const columns = columnsOf([
    { response: 10, isFault: true },
    { response: 10 },
    { response: 900, start: 1500 },
  ])
  const a = columns.select([{ kind: 'response', from: 0.5, to: 1 }])
  const heat = layoutHeat(columns, RANGE, a, columns.select([]))
  const total = (layer: 'all' | 'failed' | 'a' | 'b') =>
    heat.layers[layer].reduce((sum, count) => sum + count, 0)
  expect([total('all'), total('failed'), total('a'), total('b')]).toEqual([3, 1, 1, 3])
})

test('levels are of equal ratio up to the fullest cell, and a cell is painted in one', () => {
  expect(levelStarts(64)).toEqual([1, 2, 4, 8, 16, 32])
  expect(levelStarts(1)).toEqual([1, 1, 1, 1, 1, 1])
  const columns = columnsOf([{ response: 1 }, { response: 1 }, { response: 5 }])
  const heat = layoutHeat(columns, { from: 1000, to: 1001 }, columns.select([]), undefined)
  const paths = heatPaths(heat, 'all')
  expect(paths.join('').match(/M/g)).toHaveLength(2)
  expect(paths[5]).toBe(`M0 ${heat.rows - 1}h1v1h-1z`)
})

function columnsOf(all: Parameters<typeof sketchTraces>[0]): TraceColumns {
  const columns = new TraceColumns()
  columns.add(sketchTraces(all))
  return columns
}
