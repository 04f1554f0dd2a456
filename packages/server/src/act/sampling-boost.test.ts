import { DEFAULT_SAMPLING_RULE, type UnixNanos, unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import {
  advanceBoost,
  type BoostState,
  boostAt,
  NO_BOOST,
  takeBoostReport,
} from './sampling-boost.ts'

const RULE = {
  ...DEFAULT_SAMPLING_RULE,
  name: 'shop',
  fixedRate: 0.05,
  boost: { maxRate: 0.5, cooldownMinutes: 2 },
}

function at(seconds: number): UnixNanos {
  return unixNanos(1_795_388_400_000_000_000n + BigInt(seconds) * 1_000_000_000n)
}

function report(anomalies: number, total: number) {
  return {
    RuleName: 'shop',
    ServiceName: 'front',
    Timestamp: at(0),
    AnomalyCount: anomalies,
    TotalCount: total,
    SampledAnomalyCount: 0,
  }
}

/** The boost after each report `[seconds, anomalies, of total]`. */
function boosts(steps: readonly (readonly [number, number, number])[], rule = RULE) {
  let state: BoostState = NO_BOOST
  return steps.map(([seconds, anomalies, total]) => {
    state = takeBoostReport(state, rule, report(anomalies, total), at(seconds))
    return boostAt(state, rule, at(seconds))
  })
}

test('nothing for ten seconds, then a rate by the share of anomalies, for twenty seconds', () => {
  const [first, second, third] = boosts([
    [0, 90, 100],
    [9, 90, 100],
    [10, 90, 100],
  ])
  expect([first, second]).toEqual([undefined, undefined])
  expect(third?.rate).toBeCloseTo(0.131)
  expect(third?.end).toBe(at(30))
})

test('at most a minute, then rest for the cool-down, then anew', () => {
  const every10 = Array.from({ length: 31 }, (_, index) => [index * 10, 9, 10] as const)
  const given = boosts(every10).map((boost) => boost !== undefined)
  expect(given.slice(0, 7)).toEqual([false, true, true, true, true, true, true])
  // It ends 70 s after the detection; the cool-down of 120 s ends at 190 s, where it is detected again.
  expect(given.slice(7, 20)).toEqual(Array(13).fill(false))
  expect(given.slice(20, 26)).toEqual(Array(6).fill(true))
})

test('the last promise ends with the boost', () => {
  const [, , last] = boosts([
    [0, 1, 2],
    [15, 1, 2],
    [34, 1, 2],
  ])
  expect(last?.end).toBe(at(54))
  const ends = boosts([
    [0, 1, 2],
    [15, 1, 2],
    [30, 1, 2],
    [45, 1, 2],
    [60, 1, 2],
  ]).map((boost) => boost?.end)
  expect(ends.at(-1)).toBe(at(70))
})

test('anomalies that stop end it', () => {
  let state: BoostState = NO_BOOST
  for (const seconds of [0, 10]) state = takeBoostReport(state, RULE, report(1, 1), at(seconds))
  expect(boostAt(state, RULE, at(10))).toBeDefined()
  state = advanceBoost(state, RULE, at(31))
  expect(state.phase).toEqual({ state: 'cooling', until: at(31 + 120) })
  expect(boostAt(state, RULE, at(31))).toBeUndefined()
})

test.each([
  ['no more than the rule allows', { maxRate: 0.08, cooldownMinutes: 1 }, 0.08],
  ['never below the fixed rate', { maxRate: 0.01, cooldownMinutes: 1 }, undefined],
])('%s', (_what, boost, rate) => {
  const [, given] = boosts(
    [
      [0, 10, 10],
      [10, 10, 10],
    ],
    { ...RULE, boost },
  )
  expect(given?.rate).toBe(rate)
})

test('odd counts and rules without a boost give none', () => {
  const odd = [
    [0, 5, 0],
    [10, 5, 0],
  ] as const
  expect(boosts(odd)).toEqual([undefined, undefined])
  const state = takeBoostReport(NO_BOOST, DEFAULT_SAMPLING_RULE, report(1, 1), at(0))
  expect(state).toBe(NO_BOOST)
})
