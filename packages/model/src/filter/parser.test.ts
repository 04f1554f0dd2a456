import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryFilter } from '../../../../test/support/arbitrary-filter.ts'
import type { FilterExpression } from './ast.ts'
import { MAX_FILTER_LENGTH, parseFilter } from './parser.ts'
import { printFilter } from './print.ts'

const FIXTURES = new URL('../../../../fixtures/filter/', import.meta.url)

function readFixture<Row>(name: string): readonly Row[] {
  return JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8')) as readonly Row[]
}

const MATCHES = readFixture<{ expression: string }>('matches.json')
const ERRORS = readFixture<{ expression: string; line: number; position: number; symbol: string }>(
  'errors.json',
)

function parsedFilter(text: string): FilterExpression {
  const parsed = parseFilter(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem.message}`)
  return parsed.value
}

test.each(MATCHES)('$expression is read, and read again as it is printed', ({ expression }) => {
  const value = parsedFilter(expression)
  const printed = printFilter(value)
  expect(parsedFilter(printed)).toEqual(value)
  expect(printFilter(parsedFilter(printed))).toBe(printed)
})

test.each(ERRORS)('$expression is refused at $line:$position', (error) => {
  const parsed = parseFilter(error.expression)
  if (parsed.ok) throw new Error(`read as ${printFilter(parsed.value)}`)
  const { message, line, position, offset } = parsed.problem
  const place = `Error Location: line ${error.line}, position ${error.position}`
  const beginning = `${place} : Invalid input symbol: '${error.symbol}' (expected `
  expect(message.slice(0, beginning.length)).toBe(beginning)
  expect({ line, position }).toEqual({ line: error.line, position: error.position })
  const symbol = error.symbol === '<EOF>' ? '' : error.symbol
  expect(error.expression.slice(offset).startsWith(symbol)).toBe(true)
})

test.each(MATCHES)('every beginning of $expression is read or refused', ({ expression }) => {
  for (let length = 0; length < expression.length; length++) {
    const parsed = parseFilter(expression.slice(0, length))
    if (!parsed.ok) expect(parsed.problem.offset).toBeLessThanOrEqual(length)
  }
})

test('what is printed is read as the same', () => {
  fc.assert(
    fc.property(arbitraryFilter(), (expression) => {
      const printed = printFilter(expression)
      // Too long is for the guard to say.
      if (printed.length > MAX_FILTER_LENGTH) return
      expect(parsedFilter(printed)).toEqual(expression)
    }),
    { numRuns: 2000 },
  )
})

test('no text whatever makes it throw', () => {
  const words = ['ok', 'service', 'id', 'annotation', '(', ')', '{', '}', '[', ']', '"', '\\', '#']
  const texts = fc.array(fc.oneof(fc.constantFrom(...words, ' ', '=', '!', 'a', ','), fc.string()))
  fc.assert(
    fc.property(texts, (pieces) => {
      const text = pieces.join('')
      const parsed = parseFilter(text)
      if (parsed.ok) expect(parsedFilter(printFilter(parsed.value))).toEqual(parsed.value)
      else expect(parsed.problem.offset).toBeLessThanOrEqual(text.length)
    }),
    { numRuns: 2000 },
  )
})

describe('what a text means', () => {
  const flag = (keyword: 'ok' | 'fault' | 'error') => ({ kind: 'flag', keyword }) as const

  test.each<[string, FilterExpression]>([
    [
      'ok OR fault AND error',
      { kind: 'or', terms: [flag('ok'), and(flag('fault'), flag('error'))] },
    ],
    ['ok OR fault error', { kind: 'or', terms: [flag('ok'), and(flag('fault'), flag('error'))] }],
    ['(ok OR fault) error', and({ kind: 'or', terms: [flag('ok'), flag('fault')] }, flag('error'))],
    ['!ok fault', and({ kind: 'not', term: flag('ok') }, flag('fault'))],
    ['fault = false', { kind: 'not', term: flag('fault') }],
    ['user = 5', { kind: 'text', keyword: 'user', operator: '=', value: '5' }],
    [
      'user contains "a\\"b\\\\"',
      { kind: 'text', keyword: 'user', operator: 'CONTAINS', value: 'a"b\\' },
    ],
    ['duration<-.5e1', { kind: 'number', keyword: 'duration', operator: '<', value: -5 }],
    [
      'group.arn != "x"',
      { kind: 'not', term: { kind: 'group', group: { field: 'arn', value: 'x' } } },
    ],
  ])('%s', (text, expression) => {
    expect(parsedFilter(text)).toEqual(expression)
  })

  function and(...terms: readonly FilterExpression[]): FilterExpression {
    return { kind: 'and', terms }
  }
})

test('what is too long or too deep is refused in time', () => {
  for (const text of [
    `user = "${'x'.repeat(MAX_FILTER_LENGTH)}"`,
    `${'('.repeat(1000)}ok${')'.repeat(1000)}`,
    `${'!'.repeat(4000)}ok`,
    `rootcause.json = #${'['.repeat(1000)}${']'.repeat(1000)}`,
    'ok '.repeat(2000),
  ]) {
    expect(parseFilter(text).ok).toBe(false)
  }
  expect(parseFilter(`${'('.repeat(60)}ok${')'.repeat(60)}`).ok).toBe(true)
  expect(parseFilter('ok '.repeat(1300)).ok).toBe(true)
})
