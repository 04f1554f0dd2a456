import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** The corpus holds the whole language: keywords, operators and examples of xray-behaviour 10. */
type Case = { readonly expression: string }

function corpus<Row extends Case>(name: string): readonly Row[] {
  const url = new URL(`../fixtures/filter/${name}`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as readonly Row[]
}

const MATCHES = corpus<Case & { readonly example?: number; readonly matches: readonly string[] }>(
  'matches.json',
)
const ERRORS = corpus<Case>('errors.json')
const EXPRESSIONS = MATCHES.map(({ expression }) => expression)

/** 10.2, with the braces of each kind that a keyword may stand in. */
const FLAGS = ['ok', 'error', 'throttle', 'fault', 'partial', 'inferred']
const NUMBERS = ['responsetime', 'duration', 'http.status']
const TEXTS = ['http.url', 'http.method', 'http.useragent', 'http.clientip', 'user'].concat([
  'resource.arn',
  'instance.id',
  'availabilityzone',
])
const SCOPES: readonly (readonly [scope: RegExp, keywords: readonly string[]])[] = [
  [/service\([^{]*\)\s*\{(?<inside>[^}]*)\}/gi, [...FLAGS, ...NUMBERS, 'root', 'name', 'type']],
  [/service\([^{]*\)\s*\{(?<inside>[^}]*)\}/gi, [...TEXTS, 'annotation']],
  [/edge\([^{]*\)\s*\{(?<inside>[^}]*)\}/gi, ['ok', 'error', 'throttle', 'fault']],
  [/edge\([^{]*\)\s*\{(?<inside>[^}]*)\}/gi, ['responsetime', 'http.status']],
  [
    /rootcause\.\w+\.service\s*\{(?<inside>[^}]*)\}/gi,
    ['name', 'type', 'first', 'last', 'index', 'inferred'],
  ],
  [
    /rootcause\.\w+\.entity\s*\{(?<inside>[^}]*)\}/gi,
    ['name', 'first', 'last', 'index', 'remote', 'coverage'],
  ],
  [
    /rootcause\.\w+\.exception\s*\{(?<inside>[^}]*)\}/gi,
    ['name', 'message', 'first', 'last', 'index'],
  ],
]

test('there are three hundred cases, none of them twice', () => {
  const all = [...EXPRESSIONS, ...ERRORS.map(({ expression }) => expression)]
  expect(all.length).toBeGreaterThanOrEqual(300)
  expect(new Set(all).size).toBe(all.length)
})

test('the fifty examples of 10.4 are there, by number', () => {
  const numbers = MATCHES.flatMap(({ example }) => (example === undefined ? [] : [example]))
  expect(numbers.toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: 50 }, (_, index) => index + 1),
  )
})

const OUTSIDE = EXPRESSIONS.map((expression) => expression.replaceAll(/\{[^}]*\}|"[^"]*"/g, ' '))

test.each([...FLAGS, ...NUMBERS, ...TEXTS].concat(['annotation', 'group.name', 'group.arn']))(
  '%s is asked of a trace',
  (keyword) => {
    expect(OUTSIDE.filter((each) => names(keyword, each)).length).toBeGreaterThan(0)
  },
)

test.each(
  SCOPES.flatMap(([scope, keywords]) => keywords.map((keyword) => [keyword, scope] as const)),
)('%s is asked within %s', (keyword, scope) => {
  const insides = EXPRESSIONS.flatMap((each) => [...each.matchAll(scope)]).map(
    (match) => match.groups?.['inside'] ?? '',
  )
  expect(insides.filter((inside) => names(keyword, inside)).length).toBeGreaterThan(0)
})

test.each(
  ['fault', 'error', 'responsetime'].flatMap((cause) =>
    ['service', 'entity', 'exception']
      .filter((level) => cause !== 'responsetime' || level !== 'exception')
      .map((level) => `rootcause.${cause}.${level}`),
  ),
)('%s is asked for', (term) => {
  expect(EXPRESSIONS.some((each) => each.toLowerCase().includes(term))).toBe(true)
})

const COMPARISONS = ['=', '!=', '<', '<=', '>', '>=']
const WORDS = ['CONTAINS', 'BEGINSWITH', 'ENDSWITH']

test.each([
  ...NUMBERS.flatMap((keyword) => COMPARISONS.map((operator) => [keyword, operator] as const)),
  ...TEXTS.flatMap((keyword) => ['=', '!=', ...WORDS].map((word) => [keyword, word] as const)),
  ...[...COMPARISONS, ...WORDS].map((operator) => ['annotation\\S*', operator] as const),
  ...FLAGS.flatMap((keyword) => ['=', '!='].map((operator) => [keyword, operator] as const)),
  ...['group.name', 'group.arn', 'rootcause.json'].flatMap((keyword) =>
    ['=', '!='].map((operator) => [keyword, operator] as const),
  ),
])('%s %s is compared', (keyword, operator) => {
  const compared = new RegExp(`(?<![\\w.])${keyword}\\s*${operator}(?![=])`, 'i')
  expect(EXPRESSIONS.some((each) => compared.test(each))).toBe(true)
})

test.each<[string, RegExp]>([
  ['an unknown keyword', /^respons > 1$/],
  ['a dotted key without brackets', /^annotation\.a\.b/],
  ['an edge of one service', /^edge\("a"\)$/],
  ['a field of id() twice', /name: "a", name: "b"/],
  ['service within braces', /\{ service\(/],
  ['edge within braces', /\{ edge\(/],
  ['an operator that does not fit', /^fault CONTAINS/],
  ['a keyword outside its braces', /fault\.entity \{ coverage/],
  ['an operator with nothing behind', /^user =$/],
])('refused is %s (10.5)', (_, expression) => {
  expect(ERRORS.some((each) => expression.test(each.expression))).toBe(true)
})

function names(keyword: string, text: string): boolean {
  return new RegExp(`(?<![\\w.])${keyword.replace('.', '\\.')}(?![\\w])`, 'i').test(text)
}
