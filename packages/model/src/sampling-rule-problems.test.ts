import { expect, test } from 'vitest'
import { findSamplingRuleProblems, type SamplingRuleMembers } from './sampling-rule-problems.ts'

const RULE: SamplingRuleMembers = {
  RuleName: 'checkout',
  ResourceARN: '*',
  Priority: 100,
  FixedRate: 0.1,
  ReservoirSize: 1,
  ServiceName: '*',
  ServiceType: '*',
  Host: '*',
  HTTPMethod: '*',
  URLPath: '*',
  Version: 1,
  Attributes: {},
}

test('a sound rule has no problem', () => expect(findSamplingRuleProblems(RULE).size).toBe(0))

/** The bounds of xray-behaviour 6.8 and 11.1. */
test.each([
  ['RuleName', '', 'Must not be empty'],
  ['RuleName', 'x'.repeat(33), 'At most 32 characters'],
  ['Priority', 0, 'At least 1'],
  ['Priority', 10_000, 'At most 9999'],
  ['Priority', 1.5, 'A whole number'],
  ['FixedRate', 1.1, 'At most 1'],
  ['FixedRate', Number.NaN, 'A number'],
  ['ReservoirSize', -1, 'At least 0'],
  ['ServiceName', 'x'.repeat(65), 'At most 64 characters'],
  ['HTTPMethod', 'x'.repeat(11), 'At most 10 characters'],
  ['URLPath', 'x'.repeat(129), 'At most 128 characters'],
  ['ResourceARN', 'x'.repeat(501), 'At most 500 characters'],
  ['SamplingRateBoost', { MaxRate: 2, CooldownWindowMinutes: 5 }, 'At most 1'],
  [
    'SamplingRateBoost',
    { MaxRate: 1, CooldownWindowMinutes: 0 },
    'The cool-down lasts at least one minute',
  ],
  [
    'Attributes',
    Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => [key, '*'])),
    'At most 5 of them',
  ],
])('%s of %j: %s', (member, value, problem) => {
  expect([...findSamplingRuleProblems({ ...RULE, [member]: value })]).toEqual([[member, problem]])
})
