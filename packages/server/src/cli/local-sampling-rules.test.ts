import { expect, test } from 'vitest'
import { parseLocalSamplingRules } from './local-sampling-rules.ts'

const RULE = { host: '*', http_method: 'GET', url_path: '/health', fixed_target: 0, rate: 0 }
const DEFAULT = { fixed_target: 1, rate: 0.05 }

function parse(document: unknown) {
  return parseLocalSamplingRules(JSON.stringify(document))
}

test('version 2: hosts, and names from descriptions', () => {
  const rules = [
    { ...RULE, description: 'Health checks.' },
    RULE,
    { ...RULE, description: 'Health checks.' },
    { ...RULE, description: 'A description that is longer than names may be' },
    { ...RULE, description: 'Default' },
  ]
  const parsed = parse({ version: 2, default: DEFAULT, rules })
  if (!parsed.ok) throw new Error(parsed.problem)
  expect(parsed.value.defaults).toEqual({ FixedRate: 0.05, ReservoirSize: 1 })
  expect(parsed.value.rules.map(({ RuleName }) => RuleName)).toEqual([
    'Health checks.',
    'local-2',
    'Health checks.-3',
    'A description that is longer tha',
    'Default-5',
  ])
  expect(parsed.value.rules[0]).toEqual({
    RuleName: 'Health checks.',
    Host: '*',
    HTTPMethod: 'GET',
    URLPath: '/health',
    FixedRate: 0,
    ReservoirSize: 0,
  })
})

test('version 1: service_name stands for the host', () => {
  const { host: _host, ...rule } = RULE
  const rules = [{ ...rule, service_name: '*.shop.test', fixed_target: 10, rate: 0.5 }]
  expect(parse({ version: 1, default: DEFAULT, rules })).toMatchObject({
    ok: true,
    value: { rules: [{ Host: '*.shop.test', FixedRate: 0.5, ReservoirSize: 10 }] },
  })
  expect(parse({ version: 2, default: DEFAULT })).toMatchObject({ ok: true, value: { rules: [] } })
})

test.each<[unknown, string]>([
  [[], 'it is not a JSON object'],
  [{ version: 3, default: DEFAULT }, 'its version must be 1 or 2'],
  [{ version: 2 }, 'it has no default rule'],
  [{ version: 2, default: { rate: 1 } }, 'default.fixed_target must be a whole number'],
  [{ version: 2, default: { fixed_target: 1, rate: 2 } }, 'default.rate must be'],
  [{ version: 2, default: DEFAULT, rules: {} }, 'rules must be a list'],
  [{ version: 2, default: DEFAULT, rules: [RULE, 5] }, 'rules[1] is no object'],
  [{ version: 1, default: DEFAULT, rules: [RULE] }, 'rules[0].service_name must be a text'],
  [{ version: 2, default: DEFAULT, rules: [{ ...RULE, rate: -1 }] }, 'rules[0].rate must be'],
])('%j: %s', (document, problem) => {
  expect(parse(document)).toEqual({ ok: false, problem: expect.stringContaining(problem) })
})

test('what is no JSON is said to be none', () => {
  expect(parseLocalSamplingRules('{')).toEqual({ ok: false, problem: 'it is not a JSON object' })
})
