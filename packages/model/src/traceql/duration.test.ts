import { expect, test } from 'vitest'
import { readDuration } from './duration.ts'

/** Go's time.ParseDuration and Prometheus' units. */
test.each<[string, bigint | undefined]>([
  ['1ns', 1n],
  ['1.5us', 1500n],
  ['2µs', 2000n],
  ['100ms', 100_000_000n],
  ['1h30m', 5_400_000_000_000n],
  ['1.5s', 1_500_000_000n],
  ['0.0000000019s', 1n],
  ['1d', 86_400_000_000_000n],
  ['1w', 604_800_000_000_000n],
  ['1y', 31_536_000_000_000_000n],
  ['', undefined],
  ['5', undefined],
  ['5x', undefined],
  ['-5s', undefined],
  ['5s ', undefined],
  ['1s2', undefined],
])('%s', (text, nanos) => {
  expect(readDuration(text)).toBe(nanos)
})
