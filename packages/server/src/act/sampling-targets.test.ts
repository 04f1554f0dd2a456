import { DEFAULT_SAMPLING_RULE, type UnixNanos, unixNanos } from '@fluoroscope/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  NO_REPORTS,
  type SamplingState,
  samplingTrend,
  takeReports,
  takeSharedReports,
} from './sampling-targets.ts'

const SECOND = 1_000_000_000n
const START = unixNanos(1_795_388_400n * SECOND)

function at(seconds: number): UnixNanos {
  return unixNanos(START + BigInt(seconds) * SECOND)
}

function client(letter: string): string {
  return letter.repeat(24)
}

function report(id: string, requests: number, rule = 'Default') {
  return {
    RuleName: rule,
    ClientID: id,
    Timestamp: START,
    RequestCount: requests,
    SampledCount: 2,
    BorrowCount: 1,
  }
}

function rules(reservoirSize: number) {
  return new Map([['Default', { ...DEFAULT_SAMPLING_RULE, reservoirSize }]])
}

/** Quotas granted to clients that report one after the other. */
function grant(
  reservoir: number,
  steps: readonly [seconds: number, ...Parameters<typeof report>][],
) {
  let state: SamplingState = NO_REPORTS
  const quotas = steps.map(([seconds, id, requests]) => {
    const [next, answer] = takeReports(state, rules(reservoir), [report(id, requests)], at(seconds))
    state = next
    return answer.targets[0]?.quota
  })
  return { state, quotas }
}

test('a client alone gets the whole reservoir with its second report, for five minutes', () => {
  const [first, begun] = takeReports(NO_REPORTS, rules(7), [report(client('a'), 3)], START)
  expect(begun).toEqual({
    targets: [{ rule: rules(7).get('Default'), quota: 1, quotaEnd: at(300) }],
    unknownRules: [],
  })
  const [, answer] = takeReports(first, rules(7), [report(client('a'), 3)], at(10))
  expect(answer.targets).toEqual([{ rule: rules(7).get('Default'), quota: 7, quotaEnd: at(310) }])
})

test('clients that report together share evenly; a quiet one passes on what it does not need', () => {
  const twice = (...reports: ReturnType<typeof report>[]) => {
    const [begun] = takeReports(NO_REPORTS, rules(10), reports, START)
    const [, { targets }] = takeReports(begun, rules(10), reports, at(10))
    return targets.map(({ quota }) => quota)
  }
  expect(twice(report(client('a'), 1000), report(client('b'), 1000))).toEqual([5, 5])
  expect(twice(report(client('a'), 1000), report(client('b'), 15), report(client('c'), 0))).toEqual(
    [8, 2, 0],
  )
})

test('a first report is given no more than the one a client may borrow', () => {
  const { quotas } = grant(10, [
    [0, client('a'), 1000],
    [1, client('b'), 1000],
    [2, client('c'), 0],
  ])
  expect(quotas).toEqual([1, 1, 0])
})

test('what a client holds stays its own until it reports again', () => {
  const { quotas } = grant(10, [
    [0, client('a'), 1000],
    [10, client('a'), 1000],
    [11, client('b'), 1000],
    [20, client('a'), 1000],
    [21, client('b'), 1000],
  ])
  expect(quotas).toEqual([1, 10, 0, 5, 5])
})

test('a client that is silent for five minutes gives its quota back', () => {
  const { quotas } = grant(1, [
    [0, client('a'), 50],
    [299, client('b'), 50],
    [301, client('b'), 50],
  ])
  expect(quotas).toEqual([1, 0, 1])
})

test('a report of a rule that is not known is named and changes nothing', () => {
  const [state, answer] = takeReports(
    NO_REPORTS,
    rules(1),
    [report(client('a'), 5, 'Gone'), report(client('a'), 5)],
    START,
  )
  expect(answer.unknownRules).toEqual(['Gone'])
  expect(answer.targets).toHaveLength(1)
  expect([...state.keys()]).toEqual(['Default'])
})

test('a rule that is removed takes its reports with it', () => {
  const both = new Map([...rules(1), ['Gone', { ...DEFAULT_SAMPLING_RULE, name: 'Gone' }] as const])
  const reports = [report(client('a'), 5), report(client('a'), 5, 'Gone')]
  const [before] = takeReports(NO_REPORTS, both, reports, START)
  expect([...before.keys()]).toEqual(['Default', 'Gone'])
  const [after] = takeReports(before, rules(1), [report(client('a'), 5)], at(10))
  expect([...after.keys()]).toEqual(['Default'])
})

/** Start in seconds and sums of each window. */
function trend(state: SamplingState, seconds: number, rule = 'Default') {
  return samplingTrend(state, ['Default', 'Idle'], at(seconds)).map(({ start, rules: sums }) => [
    Number((start - START) / SECOND),
    Object.values(sums.get(rule) ?? {}),
  ])
}

test('statistics are the sums of closed windows of ten seconds, zeros where it was quiet', () => {
  expect(trend(NO_REPORTS, 0)).toEqual([])
  const { state } = grant(1, [
    [0, client('a'), 50],
    [1, client('a'), 60],
    [2, client('b'), 7],
    [25, client('b'), 8],
  ])
  const none = [0, 0, 0]
  expect(trend(state, 10)).toEqual([[0, [67, 4, 2]]])
  const closed = [
    [0, [67, 4, 2]],
    [10, none],
  ]
  expect(trend(state, 29)).toEqual(closed)
  expect(trend(state, 30)).toEqual([...closed, [20, [8, 2, 1]]])
  expect(trend(state, 20, 'Idle')).toEqual(closed.map(([start]) => [start, none]))
})

test('before the first window is closed the one before it is told, as zeros', () => {
  const { state } = grant(1, [[3, client('a'), 50]])
  expect(trend(state, 4)).toEqual([[-10, [0, 0, 0]]])
})

test('five minutes of statistics are kept', () => {
  const steps = Array.from(
    { length: 40 },
    (_, index) => [10 * index, client('a'), index] as [number, string, number],
  )
  const { state } = grant(1, steps)
  const kept = trend(state, 400)
  expect(kept).toHaveLength(30)
  expect(kept[0]).toEqual([100, [10, 2, 1]])
  expect(kept[29]).toEqual([390, [39, 2, 1]])
  expect([...(state.get('Default')?.windows.keys() ?? [])]).toHaveLength(31)
  expect(trend(state, 10_000)).toEqual(
    Array.from({ length: 30 }, (_, index) => [9700 + 10 * index, [0, 0, 0]]),
  )
})

/** What another server tells of a report to it. */
function shared(id: string, seconds: number, requests: number, quota: number, rule = 'Default') {
  const counts = { requests, sampled: 2, borrowed: 1 }
  const grant = { quota, quotaEnd: at(seconds + 300) }
  return { kind: 'statistics' as const, at: at(seconds), rule, client: id, ...counts, ...grant }
}

test('clients of other servers have their share, and hold what they were granted there', () => {
  const [begun] = takeReports(NO_REPORTS, rules(10), [report(client('a'), 1000)], START)
  const told = takeSharedReports(begun, rules(10), [shared(client('b'), 1, 1000, 8)])
  const [next, held] = takeReports(told, rules(10), [report(client('a'), 1000)], at(10))
  expect(held.targets).toMatchObject([{ quota: 2 }])
  const less = takeSharedReports(next, rules(10), [shared(client('b'), 11, 1000, 5)])
  const [, shares] = takeReports(less, rules(10), [report(client('a'), 1000)], at(20))
  expect(shares.targets).toMatchObject([{ quota: 5 }])
})

test('a client that has reported here since keeps what it was granted here', () => {
  const { state } = grant(10, [
    [0, client('a'), 1000],
    [10, client('a'), 1000],
  ])
  const told = takeSharedReports(state, rules(10), [shared(client('a'), 5, 1000, 1)])
  const [, { targets }] = takeReports(told, rules(10), [report(client('b'), 1000)], at(11))
  expect(targets).toMatchObject([{ quota: 0 }])
})

test('statistics are the sums over all servers, also of what is told late; unknown rules are not', () => {
  const [first] = takeReports(NO_REPORTS, rules(1), [report(client('a'), 100)], at(0))
  const [second] = takeReports(first, rules(1), [report(client('a'), 10)], at(10))
  const told = takeSharedReports(second, rules(1), [
    shared(client('b'), 3, 40, 0),
    shared(client('b'), 13, 4, 0),
    shared(client('b'), 13, 4, 0, 'gone'),
  ])
  const [last] = takeReports(told, rules(1), [report(client('c'), 1)], at(14))
  const requests = samplingTrend(last, ['Default'], at(20)).map(
    ({ rules: of }) => of.get('Default')?.requests,
  )
  expect(requests).toEqual([140, 15])
})

test('quotas that hold at an instant never exceed the reservoir', () => {
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 120 }),
    reports: fc.uniqueArray(
      fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), requests: fc.nat(500) }),
      { selector: ({ id }) => id, minLength: 1 },
    ),
  })
  fc.assert(
    fc.property(fc.nat(20), fc.array(step, { maxLength: 30 }), (reservoir, steps) => {
      let state: SamplingState = NO_REPORTS
      let seconds = 0
      const held = new Map<string, { quota: number; until: bigint }>()
      for (const { wait, reports } of steps) {
        seconds += wait
        const documents = reports.map(({ id, requests }) => report(client(id), requests))
        const [next, { targets }] = takeReports(state, rules(reservoir), documents, at(seconds))
        state = next
        for (const [index, { quota, quotaEnd }] of targets.entries()) {
          held.set(reports[index]?.id ?? '', { quota, until: quotaEnd })
        }
        const holding = [...held.values()].filter(({ until }) => until > at(seconds))
        const sum = holding.reduce((total, { quota }) => total + quota, 0)
        expect(sum).toBeLessThanOrEqual(reservoir)
        expect(holding.every(({ quota }) => Number.isInteger(quota) && quota >= 0)).toBe(true)
      }
    }),
  )
})
