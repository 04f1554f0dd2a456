import { unixNanos } from '@fluoroscope/model'
import { describe, expect, test } from 'vitest'
import { rangesWithout, splitRange } from './minute-ranges.ts'

function seconds(value: number) {
  return unixNanos(BigInt(Math.round(value * 10)) * 100_000_000n)
}

describe('splitRange', () => {
  test.each([
    ['whole minutes', 60, 180, { from: 60, to: 180 }, []],
    ['a part before and after', 30, 150, { from: 60, to: 120 }, [0, 120]],
    ['a part of one minute', 70, 80, { from: 120, to: 120 }, [60]],
    ['a part to the end of its minute', 70, 120, { from: 120, to: 120 }, [60]],
    ['a part from the start of its minute', 60, 60.1, { from: 60, to: 60 }, [60]],
    ['two parts side by side', 90, 150, { from: 120, to: 120 }, [60, 120]],
    ['nothing', 60, 60, { from: 0, to: 0 }, []],
    ['what ends before it starts', 120, 60, { from: 0, to: 0 }, []],
    ['what lies before 1970', -120, 60, { from: 0, to: 60 }, []],
  ])('%s', (_, from, to, whole, parts) => {
    expect(splitRange(seconds(from), seconds(to))).toEqual({ whole, parts })
  })

  test('times beyond 32 bits of seconds are cut off', () => {
    const { whole, parts } = splitRange(seconds(2 ** 32 - 300), unixNanos(2n ** 62n))
    expect(whole.to).toBeLessThan(2 ** 32)
    expect(whole.to % 60).toBe(0)
    expect(parts.every((minute) => minute < 2 ** 32)).toBe(true)
  })
})

describe('rangesWithout', () => {
  test('cuts holes at the bounds and inside; others make no difference', () => {
    const range = { from: 60, to: 360 }
    expect(rangesWithout(range, new Set())).toEqual([range])
    expect(rangesWithout(range, new Set([300, 60, 180, 0, 360]))).toEqual([
      { from: 120, to: 180 },
      { from: 240, to: 300 },
    ])
    expect(rangesWithout({ from: 60, to: 120 }, new Set([60]))).toEqual([])
  })
})
