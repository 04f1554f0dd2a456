import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findCriticalPath, partsOfRow } from './critical-path.ts'
import { call, rowsOf, segment } from './sample-segment.ts'
import { arbitrarySegments } from './test-arbitrary-segments.ts'
import { nameAt, type TraceRows } from './trace-rows.ts'

const MS = 1e6

test('what the end waited for: of children at once the one that ended last', () => {
  const rows = rowsOf([
    segment('a', 0, 100, {
      subsegments: [call('b1', 10, 40), call('b2', 10, 60), call('b3', 70, 90)],
    }),
  ])
  expect(sharesOf(rows)).toEqual({ a: 30, b1: 0, b2: 50, b3: 20 })
})

test('the path goes down to the innermost row', () => {
  const rows = rowsOf([
    segment('a', 0, 100, { subsegments: [call('b', 10, 90)] }),
    segment('c', 20, 80, { parentId: 'b', subsegments: [call('d', 30, 40)] }),
  ])
  expect(sharesOf(rows)).toEqual({ a: 20, b: 20, c: 50, d: 10 })
})

test('what a parent did not wait for counts as long as the parent ran', () => {
  const rows = rowsOf([segment('a', 0, 100, { subsegments: [call('b', 80, 300)] })])
  expect(sharesOf(rows)).toEqual({ a: 80, b: 20 })
  expect(findCriticalPath(rows).total).toBe(100 * MS)
})

test('work without its parent comes last; before it, what ran until then', () => {
  const rows = rowsOf([segment('a', 0, 60), segment('b', 40, 100, { parentId: 'ff' })])
  expect(sharesOf(rows)).toEqual({ a: 40, b: 60 })
})

test('the parts of a row lie in order', () => {
  const rows = rowsOf([
    segment('a', 0, 100, { subsegments: [call('b', 20, 30), call('c', 60, 70)] }),
  ])
  const path = findCriticalPath(rows)
  const [first, last] = partsOfRow(path, 0)
  expect([...path.from.slice(first, last)].map((at) => at / MS)).toEqual([0, 30, 70])
  expect([...path.to.slice(first, last)].map((at) => at / MS)).toEqual([20, 60, 100])
  expect(partsOfRow(path, 99)).toEqual([last + 2, last + 2])
})

test('of one complete request the path is as long as the request', () => {
  const calls = fc.array(fc.tuple(fc.nat(120), fc.nat(60)), { maxLength: 8 })
  fc.assert(
    fc.property(calls, (times) => {
      const subsegments = times.map(([from, length], index) =>
        call(`b${index}`, from, from + length),
      )
      const rows = rowsOf([segment('a', 0, 200, { subsegments })])
      expect(findCriticalPath(rows).total).toBe(200 * MS)
    }),
  )
})

test('whatever the segments: at each moment at most one row, and only while it runs', () => {
  fc.assert(
    fc.property(arbitrarySegments, (segments) => {
      const rows = rowsOf(segments)
      const { row, from, to, total, share } = findCriticalPath(rows)
      const parts = Array.from(row, (each, index) => ({ each, from: from[index]!, to: to[index]! }))
      parts.sort((left, right) => left.from - right.from)
      for (const [index, part] of parts.entries()) {
        expect(part.to).toBeGreaterThan(part.from)
        expect(part.from).toBeGreaterThanOrEqual(rows.start[part.each]!)
        expect(part.from).toBeGreaterThanOrEqual(parts[index - 1]?.to ?? 0)
      }
      expect(total).toBeLessThanOrEqual(rows.span)
      expect(share.reduce((sum, each) => sum + each, 0)).toBe(total)
    }),
  )
})

/** Milliseconds of each row on the path, by its name. */
function sharesOf(rows: TraceRows): Readonly<Record<string, number>> {
  const { share } = findCriticalPath(rows)
  return Object.fromEntries(Array.from(share, (nanos, row) => [nameAt(rows, row), nanos / MS]))
}
