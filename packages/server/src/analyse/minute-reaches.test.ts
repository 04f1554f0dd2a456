import { expect, test } from 'vitest'
import { MAX_LISTED_MINUTES } from '../query/minute-list.ts'
import { MinuteReaches } from './minute-reaches.ts'

const MINUTE = 1_800_000_000

function rows(...distances: readonly number[]) {
  return distances.map((distance) => ({ minute: MINUTE + distance }))
}

test('a minute reaches as far as any of its traces; beyond ten minutes each minute counts by itself', () => {
  const reaches = new MinuteReaches()
  reaches.add(MINUTE, rows(0, 120, 60))
  reaches.add(MINUTE, rows(0, -60, 600, 7200, 660, 7200, -86_400))
  reaches.add(MINUTE + 60, rows(60))
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
    [MINUTE + 60, { isKnown: true, before: 0, after: 0, far: [] }],
  ])
})

test('what is too much to list, or was not read whole, is not known', () => {
  const reaches = new MinuteReaches()
  const far = Array.from({ length: MAX_LISTED_MINUTES + 1 }, (_, at) => 3600 + 60 * at)
  reaches.add(MINUTE, rows(...far))
  reaches.add(MINUTE + 60, rows(60))
  reaches.giveUp(MINUTE + 60)
  expect([...reaches.byMinute()].map(([, reach]) => reach.isKnown)).toEqual([false, false])
})
