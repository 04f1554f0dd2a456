import { DEFAULT_SAMPLING_RULE, type UnixNanos, unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { NO_REPORTS, type SamplingState, takeReports } from './sampling-targets.ts'

/** Numbers from 0 to below 1 that are the same every time. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** A client by the algorithm all SDKs share (xray-behaviour 11.3), one second at a time. */
class Client {
  readonly id: string
  #requests = 0
  #sampled = 0
  #borrowed = 0
  #quota: { readonly size: number; readonly end: number } | undefined

  constructor(index: number) {
    this.id = index.toString(16).padStart(24, '0')
  }

  /** Sampled requests of the second. */
  serve(requests: number, second: number, random: () => number): number {
    let left = this.#quota === undefined || second > this.#quota.end ? undefined : this.#quota.size
    let mayBorrow = left === undefined
    let sampled = 0
    for (let request = 0; request < requests; request += 1) {
      if (left !== undefined && left > 0) {
        left -= 1
        sampled += 1
      } else if (mayBorrow) {
        mayBorrow = false
        this.#borrowed += 1
        sampled += 1
      } else if (random() < RULE.fixedRate) sampled += 1
    }
    this.#requests += requests
    this.#sampled += sampled
    return sampled
  }

  report() {
    const report = {
      RuleName: RULE.name,
      ClientID: this.id,
      Timestamp: unixNanos(0n),
      RequestCount: this.#requests,
      SampledCount: this.#sampled,
      BorrowCount: this.#borrowed,
    }
    this.#requests = 0
    this.#sampled = 0
    this.#borrowed = 0
    return report
  }

  grant(size: number, end: number): void {
    this.#quota = { size, end }
  }
}

const RULE = { ...DEFAULT_SAMPLING_RULE, name: 'fleet', fixedRate: 0.1, reservoirSize: 30 }
const RULES = new Map([[RULE.name, RULE]])

function at(second: number): UnixNanos {
  return unixNanos(1_795_388_400_000_000_000n + BigInt(second) * 1_000_000_000n)
}

/** Sampled requests of each second. */
function sampledBy(
  loads: readonly number[],
  seconds: number,
  random: () => number,
): readonly number[] {
  const clients = loads.map((_load, index) => new Client(index))
  let state: SamplingState = NO_REPORTS
  return Array.from({ length: seconds }, (_, second) => {
    let sampled = 0
    for (const [index, client] of clients.entries()) {
      sampled += client.serve(loads[index] ?? 0, second, random)
      // Every ten seconds, each at a moment of its own.
      if (second % 10 !== index % 10) continue
      const [next, { targets }] = takeReports(state, RULES, [client.report()], at(second))
      state = next
      client.grant(targets[0]?.quota ?? 0, second + 300)
    }
    return sampled
  })
}

test.each([
  ['the same load', Array.from({ length: 20 }, () => 50)],
  ['uneven loads', Array.from({ length: 20 }, (_, index) => (index < 15 ? 1 : 250))],
])('20 clients of %s sample what the rule says, within 2 %%', (_what, loads) => {
  const total = loads.reduce((sum, load) => sum + load, 0)
  // The reservoir first, the rate for the rest.
  const expected = 600 * (RULE.reservoirSize + (total - RULE.reservoirSize) * RULE.fixedRate)
  for (const seed of [1, 2, 3]) {
    // Ten minutes, after a minute of settling.
    const settled = sampledBy(loads, 660, chance(seed)).slice(60)
    const sampled = settled.reduce((sum, count) => sum + count, 0)
    expect(Math.abs(sampled / expected - 1)).toBeLessThan(0.02)
  }
})

test('20 clients that start together never take more than the reservoir, and soon all of it', () => {
  const reservoirOnly = () => 1
  const loads = Array.from({ length: 20 }, () => 50)
  const seconds = sampledBy(loads, 60, reservoirOnly)
  expect(Math.max(...seconds)).toBe(RULE.reservoirSize)
  expect(new Set(seconds.slice(30))).toEqual(new Set([RULE.reservoirSize]))
})
