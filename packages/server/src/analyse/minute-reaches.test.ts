import { expect, test } from 'vitest'
import { MAX_LISTED_MINUTES } from '../query/minute-list.ts'
import { MinuteReaches } from './minute-reaches.ts'

const MINUTE = 1_800_000_000

function rows(...distances: readonly number[]) {
  return distances.map((distance) => ({ minute: MINUTE + distance }))
}

test('a minute reaches as far as any trace with documents in it; beyond ten minutes each minute counts by itself', () => {
  const reaches = new MinuteReaches(new Set([MINUTE, MINUTE + 60]))
  reaches.add(rows(0, 120, 120), true)
  reaches.add(rows(0, -60, 600, 7200, 660, 7200, -86_400), true)
  reaches.add(rows(60), true)
  reaches.add(rows(60, -120), true)
  expect([...reaches.byMinute()]).toEqual([
    [
      MINUTE,
      {
        isKnown: true,
        before: 60,
        after: 600,
        far: [MINUTE - 86_400, MINUTE + 660, MINUTE + 7200],
      },
    ],
    [MINUTE + 60, { isKnown: true, before: 180, after: 0, far: [] }],
  ])
})

test('what is too much to list, or was not read whole, is not known', () => {
  const reaches = new MinuteReaches(new Set([MINUTE, MINUTE + 60, MINUTE + 120]))
  const far = (count: number, from: number) =>
    Array.from({ length: count }, (_, at) => from + 60 * at)
  reaches.add(rows(0, ...far(MAX_LISTED_MINUTES, 3600)), true)
  reaches.add(rows(60), false)
  reaches.add(rows(120, ...far(300, 3600)), true)
  reaches.add(rows(120, ...far(300, 36_000)), true)
  const known = [...reaches.byMinute()].map(([minute, { isKnown }]) => [minute, isKnown])
  expect(Object.fromEntries(known)).toEqual({
    [MINUTE]: false,
    [MINUTE + 60]: false,
    [MINUTE + 120]: false,
  })
})
