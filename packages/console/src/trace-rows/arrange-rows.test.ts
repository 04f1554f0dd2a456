import { unixNanos } from '@fluoroscope/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { call, id, rowsOf, segment } from './sample-segment.ts'
import { arbitrarySegments } from './test-arbitrary-segments.ts'
import {
  ancestorsOf,
  childrenOf,
  FLAG,
  findKey,
  isFlagged,
  keyAt,
  nameAt,
  serviceAt,
  type TraceRows,
} from './trace-rows.ts'

test('rows follow the calls, siblings by start, callees below the calling subsegment', () => {
  const rows = rowsOf([
    segment('c', 60, 90, { parentId: 'b2' }),
    segment('a', 0, 100, { subsegments: [call('b2', 50, 95), call('b1', 10, 20)] }),
  ])
  expect(names(rows)).toEqual(['a', 'b1', 'b2', 'c'])
  expect([...rows.depth]).toEqual([0, 1, 1, 2])
  expect([...rows.parent]).toEqual([-1, 0, 0, 2])
  expect([...rows.end]).toEqual([4, 2, 4, 4])
  expect(ancestorsOf(rows, 3)).toEqual([2, 0])
  expect([...childrenOf(rows, 0)]).toEqual([1, 2])
  expect(serviceAt(rows, 1)).toBe('a')
})

test('a segment whose parent has not arrived is a root that says so, after the true root', () => {
  const rows = rowsOf([segment('b', 0, 5, { parentId: 'f00' }), segment('a', 10, 20)])
  expect(names(rows)).toEqual(['a', 'b'])
  expect(missing(rows)).toEqual([false, true])
})

test('segments that call each other in a circle are all shown, once', () => {
  const rows = rowsOf([
    segment('a', 0, 10, { parentId: 'b' }),
    segment('b', 0, 10, { parentId: 'a' }),
    segment('c', 0, 10, { parentId: 'c' }),
  ])
  expect(names(rows).toSorted()).toEqual(['a', 'b', 'c'])
  expect(missing(rows).filter(Boolean)).toHaveLength(2)
})

test('an id that comes twice gives two keys, each of which finds its row', () => {
  const rows = rowsOf([segment('a', 0, 10, { subsegments: [call('b', 0, 1), call('b', 2, 3)] })])
  const keys = [0, 1, 2].map((row) => keyAt(rows, row))
  expect(keys).toEqual([id('a'), id('b'), `${id('b')}-2`])
  expect(keys.map((key) => findKey(rows, key))).toEqual([0, 1, 2])
  expect(findKey(rows, 'nothing')).toBe(-1)
  expect(findKey(rows, id('f'))).toBe(-1)
})

test('a start of 0 does not stretch the trace over decades', () => {
  const nothing = { ...segment('a', 0, 10), start: unixNanos(0n) }
  expect(rowsOf([nothing, segment('b', 5, 9)]).span).toBe(5_000_000)
})

test('a trace with something in progress grows with the time, unless nothing has happened for long', () => {
  const segments = [segment('a', 0, undefined, { subsegments: [call('b', 0, 100)] })]
  const { startMicros } = rowsOf(segments)
  expect(rowsOf(segments).span).toBe(100e6)
  expect(rowsOf(segments, startMicros + 2e6).span).toBe(2e9)
  expect(rowsOf(segments, startMicros + 3600e6).span).toBe(100e6)
  expect(rowsOf([segment('a', 0, 50)], startMicros + 2e6).span).toBe(50e6)
})

test('own time is what no child covers; children that overlap count once', () => {
  const children = [call('b1', 10, 40), call('b2', 30, 60), call('b3', 80, 90)]
  expect(rowsOf([segment('a', 0, 100, { subsegments: children })]).own[0]).toBe(40e6)
})

test('a child that outlives its parent covers no more than the parent', () => {
  const rows = rowsOf([segment('a', 0, 100, { subsegments: [call('b', 50, 300)] })])
  expect(rows.own[0]).toBe(50e6)
})

test('work in progress has no duration and no own time', () => {
  const rows = rowsOf([segment('a', 0, undefined)])
  expect([rows.duration[0], rows.own[0]]).toEqual([Number.NaN, Number.NaN])
})

test('whatever the segments: every row once, in one piece with its descendants, siblings by start', () => {
  fc.assert(
    fc.property(arbitrarySegments, (segments) => {
      const rows = rowsOf(segments)
      const count = segments.reduce((sum, each) => sum + 1 + each.subsegments.length, 0)
      expect(rows.count).toBe(count)
      expect(new Set(Array.from({ length: count }, (_, row) => keyAt(rows, row))).size).toBe(count)
      for (let row = 0; row < count; row++) {
        const parent = rows.parent[row]!
        expect(parent).toBeLessThan(row)
        if (parent >= 0) expect(rows.end[parent]).toBeGreaterThanOrEqual(rows.end[row]!)
        const starts = [...childrenOf(rows, row)].map((child) => rows.start[child]!)
        expect(starts).toEqual(starts.toSorted((left, right) => left - right))
      }
    }),
  )
})

test('where no two rows run at once below a parent, own times add up to the duration', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 12 }), (lengths) => {
      let at = 0
      const children = lengths.map((length, index) => {
        const start = at + 1
        at = start + length
        return call(`b${index}`, start, at)
      })
      const rows = rowsOf([segment('a', 0, at + 5, { subsegments: children })])
      expect(rows.own.reduce((sum, own) => sum + own, 0)).toBe((at + 5) * 1e6)
    }),
  )
})

function names(rows: TraceRows): readonly string[] {
  return Array.from({ length: rows.count }, (_, row) => nameAt(rows, row))
}

function missing(rows: TraceRows): readonly boolean[] {
  return Array.from({ length: rows.count }, (_, row) => isFlagged(rows, row, FLAG.parentMissing))
}
