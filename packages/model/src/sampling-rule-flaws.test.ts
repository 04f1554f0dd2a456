import { expect, test } from 'vitest'
import { DEFAULT_SAMPLING_RULE, type SamplingRule } from './sampling-rule.ts'
import { findSamplingRuleFlaws, inSamplingOrder } from './sampling-rule-flaws.ts'

function rule(name: string, priority: number, over: Partial<SamplingRule> = {}): SamplingRule {
  return { ...DEFAULT_SAMPLING_RULE, name, priority, ...over }
}

function flawOf(rules: readonly SamplingRule[], name: string) {
  return findSamplingRuleFlaws([DEFAULT_SAMPLING_RULE, ...rules]).get(name)
}

test('clients ask by priority, then name', () => {
  const names = inSamplingOrder([DEFAULT_SAMPLING_RULE, rule('b', 5), rule('a', 5), rule('z', 1)])
  expect(names.map(({ name }) => name)).toEqual(['z', 'a', 'b', 'Default'])
})

test.each<[string, SamplingRule, SamplingRule, boolean]>([
  ['wider', rule('wide', 1, { urlPath: '/api/*' }), rule('x', 2, { urlPath: '/api/v1/*' }), true],
  ['the same, earlier by name', rule('a', 2), rule('x', 2), true],
  ['the same, later by name', rule('y', 2), rule('x', 2), false],
  ['wider but later', rule('wide', 3), rule('x', 2, { host: 'h' }), false],
  ['narrower in one', rule('a', 1, { httpMethod: 'GET' }), rule('x', 2, { host: 'h' }), false],
  ['skipped by SDKs', rule('a', 1, { attributes: new Map([['k', 'v']]) }), rule('x', 2), false],
])('%s: shadows or not', (_what, other, subject, shadowed) => {
  const expected = shadowed ? { kind: 'shadowed', by: other.name } : undefined
  expect(flawOf([other, subject], 'x')).toEqual(expected)
})

test.each<[Partial<SamplingRule>, string, string]>([
  [{ urlPath: 'api/*' }, 'never-matches', 'URL path'],
  [{ host: 'http://shop.test' }, 'never-matches', 'host'],
  [{ serviceName: '' }, 'never-matches', 'service name'],
  [{ httpMethod: 'GET,PUT' }, 'never-matches', 'HTTP method'],
  [{ attributes: new Map([['k', 'v']]) }, 'skipped-by-sdks', 'attributes'],
  [{ resourceArn: 'arn:aws:x' }, 'skipped-by-sdks', 'resource ARN'],
])('%j: %s', (over, kind, word) => {
  expect(flawOf([rule('x', 1, over)], 'x')).toMatchObject({
    kind,
    reason: expect.stringContaining(word),
  })
})

test('what never matches shadows nothing, and good rules have no flaw', () => {
  const rules = [rule('broken', 1, { urlPath: '', host: '*' }), rule('x', 2, { host: 'h' })]
  expect([...findSamplingRuleFlaws([DEFAULT_SAMPLING_RULE, ...rules]).keys()]).toEqual(['broken'])
})
