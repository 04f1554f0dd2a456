import { unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { parseInstant, parseSpan } from './instant.ts'

const NOW = unixNanos(1_763_800_000_000_000_000n)
const SECOND = 1_000_000_000n

test.each([
  ['now', 0n],
  ['90s', 90n],
  ['15m', 900n],
  ['2h', 7200n],
  ['1.5h', 5400n],
  ['7d', 604_800n],
  ['1w', 604_800n],
])('%s is so long ago', (text, seconds) => {
  expect(parseInstant(text, NOW)).toEqual({ ok: true, value: NOW - seconds * SECOND })
})

test.each([
  ['2025-11-22T08:26:40Z', 1_763_800_000_000n],
  ['2025-11-22T09:26:40+01:00', 1_763_800_000_000n],
  ['2025-11-22T08:26:40.250Z', 1_763_800_000_250n],
  ['2025-11-22 08:26:40Z', 1_763_800_000_000n],
  ['1763800000', 1_763_800_000_000n],
  ['1763800000.5', 1_763_800_000_500n],
])('%s is an instant', (text, ms) => {
  expect(parseInstant(text, NOW)).toEqual({ ok: true, value: ms * 1_000_000n })
})

test('dates and times without a zone are local', () => {
  const local = BigInt(new Date(2025, 10, 22).getTime()) * 1_000_000n
  expect(parseInstant('2025-11-22', NOW)).toEqual({ ok: true, value: local })
  expect(parseInstant('2025-11-22T00:00', NOW)).toEqual({ ok: true, value: local })
})

test.each(['', 'yesterday', '5', '15 m', '-5m', '2025-13-40', '22.11.2025', '1e9h', '2025'])(
  '%j is refused',
  (text) => expect(parseInstant(text, NOW)).toMatchObject({ ok: false }),
)

test('a span is positive and has a unit', () => {
  expect(parseSpan('60s')).toEqual({ ok: true, value: 60e9 })
  expect(parseSpan('500ms')).toEqual({ ok: true, value: 500e6 })
  expect(parseSpan('0s')).toMatchObject({ ok: false })
  expect(parseSpan('60')).toMatchObject({ ok: false })
})
