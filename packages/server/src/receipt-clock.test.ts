import { unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { ReceiptClock } from './receipt-clock.ts'

const SECOND = 1_000_000_000n

test('stamps rise while the clock stands still or goes back a little', () => {
  let now = 100n * SECOND
  const clock = new ReceiptClock(() => unixNanos(now))
  expect(clock.take(3)).toBe(100n * SECOND)
  expect(clock.take(1)).toBe(100n * SECOND + 3n)
  now -= SECOND / 2n
  expect(clock.take(1)).toBe(100n * SECOND + 4n)
  expect(clock.snapshot()).toBe(100n * SECOND + 4n)
  now += SECOND
  expect(clock.take(1)).toBe(now)
})

test('a clock that is set back is followed, and what was stamped before stays in sight', () => {
  let now = 10_000n * SECOND
  const clock = new ReceiptClock(() => unixNanos(now))
  const ahead = clock.take(2)
  now = 100n * SECOND
  expect(clock.take(1)).toBe(100n * SECOND)
  expect(clock.snapshot()).toBe(ahead + 1n)
  now = 20_000n * SECOND
  expect(clock.snapshot()).toBe(now)
})

test('what an earlier run stamped is in sight', () => {
  const clock = new ReceiptClock(() => unixNanos(5n))
  clock.seen(unixNanos(7n))
  clock.seen(unixNanos(6n))
  expect(clock.snapshot()).toBe(7n)
  expect(clock.take(1)).toBe(5n)
})
