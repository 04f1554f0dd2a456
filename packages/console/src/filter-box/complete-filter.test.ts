import { parseFilter } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import type { Vocabulary } from '../vocabulary.ts'
import { completeFilter, quoted } from './complete-filter.ts'
import { highlightFilter } from './highlight-filter.ts'

const VOCABULARY: Vocabulary = {
  services: new Set(['checkout', 'api "x"']),
  serviceTypes: new Set(['AWS::EC2::Instance']),
  annotations: new Map<string, ReadonlySet<string | number | boolean>>([
    ['tier', new Set(['gold', 'silver'])],
    ['a.b', new Set([3])],
  ]),
  urls: new Set(['https://shop.example/']),
  methods: new Set(['GET']),
  statuses: new Set([500, 200]),
  users: new Set(['u-81']),
  groups: new Set(['slow']),
}

/** What is offered where the bar stands. */
function offered(marked: string): readonly string[] {
  const caret = marked.indexOf('|')
  const text = marked.replace('|', '')
  return completeFilter(text, caret, VOCABULARY).suggestions.map(({ label }) => label)
}

/** The text after the first suggestion is taken. */
function taken(marked: string): string {
  const caret = marked.indexOf('|')
  const text = marked.replace('|', '')
  const { from, to, suggestions } = completeFilter(text, caret, VOCABULARY)
  return text.slice(0, from) + (suggestions[0]?.text ?? '') + text.slice(to)
}

test.each([
  ['respo|', 'responsetime '],
  ['chec|', 'service("checkout") '],
  ['fault AND http.sta|tus', 'fault AND http.status '],
  ['service("che|")', 'service("checkout")'],
  ['service("che|', 'service("checkout"'],
  ['edge("checkout", "ap|', 'edge("checkout", "api \\"x\\""'],
  ['service(id(name: "chec|', 'service(id(name: "checkout"'],
  ['service(id(type: "AWS|', 'service(id(type: "AWS::EC2::Instance"'],
  ['annotation.ti|', 'annotation.tier '],
  ['annotation.tier = |', 'annotation.tier = "gold" '],
  ['annotation.tier = si|', 'annotation.tier = "silver" '],
  ['annotation[a|', 'annotation[a.b] '],
  ['annotation[a.b] = |', 'annotation[a.b] = 3 '],
  ['http.status = |', 'http.status = 200 '],
  ['user = "u|"', 'user = "u-81" '],
  ['group.name = |', 'group.name = "slow" '],
  ['service("checkout") { responset|', 'service("checkout") { responsetime '],
])('%s becomes %s', (marked, text) => expect(taken(marked)).toBe(text))

test('a keyword is followed by the operators of its kind', () => {
  expect(offered('responsetime |')).toEqual(['=', '!=', '<', '<=', '>', '>=', 'AND', 'OR'])
  expect(offered('http.url |')).toContain('CONTAINS')
  expect(offered('http.url |')).not.toContain('<')
})

test('a finished term is followed by AND and OR, a service by conditions too', () => {
  expect(offered('responsetime > 5 |')).toEqual(['AND', 'OR'])
  expect(offered('service("checkout") |')).toEqual(['AND', 'OR', '{ … }'])
})

test('braces offer what is known of one service, edge or cause', () => {
  expect(offered('edge("a", "b") { |')).toEqual([
    'ok',
    'error',
    'throttle',
    'fault',
    'responsetime',
    'http.status',
  ])
  expect(offered('rootcause.fault.exception { mess|')).toEqual(['message'])
  expect(offered('service("a") { fault } AND |')).toContain('duration')
})

test('nothing is offered for a word that is typed whole', () => {
  expect(offered('fault|')).toEqual([])
  expect(offered('user = u-81|')).toEqual([])
})

test('nothing is offered behind what cannot be read, or inside of a number', () => {
  expect(offered("user = 'a|")).toEqual([])
  expect(offered('responsetime > 5|')).toEqual([])
})

test('quotes and backslashes of a text survive', () => {
  const parsed = parseFilter(`user = ${quoted('a"b\\c')}`)
  expect(parsed.ok && parsed.value).toMatchObject({ value: 'a"b\\c' })
})

test.each([
  'service("a") { fault } AND annotation.tier = "gold" OR !responsetime >= 5',
  'user = "not closed',
  '  ',
  'fault AND ; AND',
])('the pieces of %s are the text', (text) => {
  expect(
    highlightFilter(text)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text)
})

test('pieces tell keywords, operators, values and what cannot be read', () => {
  const kinds = (text: string) =>
    highlightFilter(text)
      .filter(({ kind }) => kind !== 'space')
      .map(({ kind }) => kind)
  expect(kinds('http.status >= 500 AND annotation.tier = gold')).toEqual([
    'keyword',
    'operator',
    'value',
    'connective',
    'key',
    'operator',
    'value',
  ])
  expect(kinds('fault AND "open')).toEqual(['keyword', 'connective', 'unread'])
  expect(kinds('nonsense')).toEqual(['unread'])
})
