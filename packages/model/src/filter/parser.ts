import type { JsonValue } from '../json.ts'
import { findJsonBoundsProblem } from '../json-bounds.ts'
import { bad, ok, type Result } from '../result.ts'
import {
  type FilterExpression,
  type GroupReference,
  ROOT_CAUSE_KINDS,
  ROOT_CAUSE_LEVELS,
  type ServiceSelector,
} from './ast.ts'
import {
  annotationTest,
  bareTerm,
  comparison,
  type FilterScope,
  findKeyword,
  hasAnnotations,
  isKnownIn,
  keywordsOf,
  OPERATORS,
  ROOT_CAUSE_PATHS,
  rootCauseScope,
  type TestProblem,
  type WrittenValue,
} from './check.ts'
import { readTokens, type Token, type TokenKind } from './lexer.ts'
import { type FilterProblem, filterProblem } from './problem.ts'
import { unknownSymbol } from './unknown-symbol.ts'

/** UTF-16 units; X-Ray's own limit of a search is 2,000 (xray-behaviour 10.1). */
export const MAX_FILTER_LENGTH = 4096

/**
 * Reads a filter expression (xray-behaviour 10.1 to 10.3): what it gives is known to make sense. The
 * caller has decided what a blank text means; here it is an error at its end.
 */
export function parseFilter(text: string): Result<FilterExpression, FilterProblem> {
  if (text.length > MAX_FILTER_LENGTH) {
    const expected = `an expression of at most ${MAX_FILTER_LENGTH} characters`
    return bad(filterProblem(text, MAX_FILTER_LENGTH, text.slice(MAX_FILTER_LENGTH), expected))
  }
  const tokens = readTokens(text)
  if (!tokens.ok) return tokens
  try {
    return ok(new Parser(text, tokens.value).whole())
  } catch (error) {
    if (error instanceof Stop) return bad(error.problem)
    throw error
  }
}

/** Ends the descent at the first problem; never leaves this file. */
class Stop extends Error {
  readonly problem: FilterProblem

  constructor(problem: FilterProblem) {
    super(problem.message)
    this.problem = problem
  }
}

/** Parentheses, braces and negations within each other. */
const MAX_NESTING = 64

/** Recursive descent over the tokens of one text. */
class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0
  #nesting = 0

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text
    this.#tokens = tokens
  }

  whole(): FilterExpression {
    const expression = this.#or('trace')
    if (this.#peek().kind !== 'end') this.#fail(this.#peek(), 'AND, OR or the end')
    return expression
  }

  #or(scope: FilterScope): FilterExpression {
    const terms = [this.#and(scope)]
    while (this.#takeWord('OR')) terms.push(this.#and(scope))
    const [only] = terms
    return terms.length === 1 && only !== undefined ? only : { kind: 'or', terms }
  }

  /** Terms beside each other mean AND as well. */
  #and(scope: FilterScope): FilterExpression {
    const terms = [this.#not(scope)]
    while (this.#takeWord('AND') || this.#isTermNext()) terms.push(this.#not(scope))
    const [only] = terms
    return terms.length === 1 && only !== undefined ? only : { kind: 'and', terms }
  }

  #isTermNext(): boolean {
    const { kind, value } = this.#peek()
    return kind === '!' || kind === '(' || (kind === 'word' && value.toUpperCase() !== 'OR')
  }

  #not(scope: FilterScope): FilterExpression {
    if (this.#take('!') === undefined && !this.#takeWord('NOT')) return this.#primary(scope)
    return this.#nested(() => ({ kind: 'not', term: this.#not(scope) }))
  }

  #primary(scope: FilterScope): FilterExpression {
    if (this.#take('(') === undefined) return this.#term(scope)
    const expression = this.#nested(() => this.#or(scope))
    this.#expect(')', 'AND, OR or a closing parenthesis')
    return expression
  }

  #term(scope: FilterScope): FilterExpression {
    const token = this.#expect('word', this.#startOfTerm(scope))
    const word = token.value.toLowerCase()
    if (word === 'annotation' || word.startsWith('annotation.')) {
      return this.#annotation(token, scope)
    }
    if (COMPLEX_WORDS.has(word) || word.startsWith('rootcause.')) {
      if (scope !== 'trace') this.#fail(token, this.#startOfTerm(scope))
      return this.#complex(token, word)
    }
    const keyword = findKeyword(word)
    if (keyword === undefined) {
      return this.#failWith(token, unknownSymbol(token.text), this.#startOfTerm(scope))
    }
    if (!isKnownIn(keyword, scope)) this.#fail(token, this.#startOfTerm(scope))
    const operator = this.#operator()
    if (operator === undefined) return bareTerm(keyword)
    return this.#check(operator, (name, value) => comparison(keyword, name, value))
  }

  #startOfTerm(scope: FilterScope): string {
    const words = [...keywordsOf(scope)]
    if (hasAnnotations(scope)) words.push('annotation')
    if (scope === 'trace') words.push('service', 'edge', 'rootcause', 'group')
    return `a keyword: ${words.join(', ')}`
  }

  #annotation(token: Token, scope: FilterScope): FilterExpression {
    if (!hasAnnotations(scope)) this.#fail(token, this.#startOfTerm(scope))
    const key = this.#annotationKey(token)
    const operator = this.#operator()
    if (operator === undefined) return { kind: 'annotation', key, test: undefined }
    return this.#check(operator, (name, value) => {
      const test = annotationTest(name, value)
      return test.ok ? ok({ kind: 'annotation', key, test: test.value }) : test
    })
  }

  #annotationKey(token: Token): string {
    const path = token.value.slice('annotation'.length)
    if (path === '') {
      return this.#expect('key', 'a key: annotation.key or annotation[a.dotted.key]').value
    }
    const [plain = ''] = /^\.\w*/.exec(path) ?? []
    if (plain === path && path !== '.') return path.slice(1)
    const symbol = token.text.slice(0, 'annotation'.length + plain.length + 1)
    const expected = 'a key of letters, digits and _; others in brackets: annotation[a.dotted.key]'
    return this.#failWith(token, symbol, expected)
  }

  #complex(token: Token, word: string): FilterExpression {
    switch (word) {
      case 'service':
        return this.#service()
      case 'edge':
        return this.#edge()
      case 'group.name':
      case 'group.arn':
        return this.#group(word === 'group.name' ? 'name' : 'arn')
      case 'rootcause.json':
        return this.#rootCauseJson()
      default:
        return this.#rootCause(token, word)
    }
  }

  #service(): FilterExpression {
    this.#expect('(', 'an opening parenthesis')
    const selector = this.#isSelectorNext() ? this.#selector() : ANY_SERVICE
    this.#expect(')', 'a name in double quotes, id(…) or a closing parenthesis')
    return { kind: 'service', selector, where: this.#braces('service') }
  }

  #edge(): FilterExpression {
    this.#expect('(', 'an opening parenthesis')
    let [from, to] = [ANY_SERVICE, ANY_SERVICE]
    if (this.#isSelectorNext()) {
      from = this.#selector()
      this.#expect(',', 'a comma and the service that is called')
      to = this.#selector()
    }
    this.#expect(')', 'a closing parenthesis')
    return { kind: 'edge', from, to, where: this.#braces('edge') }
  }

  #isSelectorNext(): boolean {
    return this.#peek().kind === 'string' || this.#isWord('ID')
  }

  #selector(): ServiceSelector {
    if (!this.#takeWord('ID')) {
      const name = this.#expect('string', 'a name in double quotes, or id(…)').value
      return { ...ANY_SERVICE, name }
    }
    this.#expect('(', 'an opening parenthesis')
    let selector = ANY_SERVICE
    if (this.#peek().kind === 'word') {
      do selector = this.#idField(selector)
      while (this.#take(',') !== undefined)
    }
    this.#expect(')', 'a comma or a closing parenthesis')
    return selector
  }

  /** `selector` with one field more. */
  #idField(selector: ServiceSelector): ServiceSelector {
    const token = this.#expect('word', ID_FIELD)
    const field = ID_FIELDS.get(token.value.toLowerCase())
    if (field === undefined) return this.#fail(token, ID_FIELD)
    if (selector[field] !== undefined) this.#fail(token, 'each field once')
    this.#expect(':', 'a colon')
    return { ...selector, [field]: this.#expect('string', 'a value in double quotes').value }
  }

  #group(field: GroupReference['field']): FilterExpression {
    const operator = this.#equality()
    const value = this.#value().text
    return inverted(operator, { kind: 'group', group: { field, value } })
  }

  #rootCauseJson(): FilterExpression {
    const operator = this.#equality()
    const token = this.#expect('json', '# and a JSON array of causes')
    const pattern = readPattern(token.value)
    if (pattern === undefined) return this.#fail(token, 'a JSON array')
    return inverted(operator, { kind: 'root-cause-json', pattern })
  }

  #rootCause(token: Token, word: string): FilterExpression {
    const [, first, second, ...more] = word.split('.')
    const cause = ROOT_CAUSE_KINDS.find((each) => each === first)
    const level = ROOT_CAUSE_LEVELS.find((each) => each === second)
    const scope = cause && level && rootCauseScope(cause, level)
    if (cause === undefined || level === undefined || scope === undefined || more.length > 0) {
      const expected = ['rootcause.json', ...ROOT_CAUSE_PATHS].join(', ')
      return this.#failWith(token, unknownSymbol(token.text), expected)
    }
    const where = this.#braces(scope)
    if (where === undefined) return this.#fail(this.#peek(), 'an opening brace')
    return { kind: 'root-cause', cause, level, where }
  }

  #braces(scope: FilterScope): FilterExpression | undefined {
    if (this.#take('{') === undefined) return undefined
    const where = this.#nested(() => this.#or(scope))
    this.#expect('}', 'AND, OR or a closing brace')
    return where
  }

  /** The operator that comes next, if one does. */
  #operator(): Token | undefined {
    const { kind, value } = this.#peek()
    const isSymbol = kind !== 'string' && kind !== 'key' && kind !== 'json'
    return isSymbol && OPERATORS.has(value.toUpperCase()) ? this.#next() : undefined
  }

  #equality(): Token {
    const operator = this.#operator()
    if (operator === undefined) return this.#fail(this.#peek(), '= or !=')
    if (operator.kind !== '=' && operator.kind !== '!=') this.#fail(operator, '= or !=')
    return operator
  }

  #value(): WrittenValue {
    const token = this.#peek()
    const word = token.kind === 'word' ? token.value.toUpperCase() : ''
    const isValue = token.kind === 'string' || (word !== '' && !RESERVED.has(word))
    if (!isValue) this.#fail(token, 'a value')
    this.#next()
    return { quoted: token.kind === 'string', text: token.value }
  }

  #check(
    operator: Token,
    test: (operator: string, value: WrittenValue) => Result<FilterExpression, TestProblem>,
  ): FilterExpression {
    const at = this.#peek()
    const result = test(operator.value.toUpperCase(), this.#value())
    if (result.ok) return result.value
    return this.#fail(result.problem.at === 'operator' ? operator : at, result.problem.expected)
  }

  #nested<Value>(read: () => Value): Value {
    this.#nesting += 1
    if (this.#nesting > MAX_NESTING) {
      this.#fail(this.#peek(), `at most ${MAX_NESTING} levels of nesting`)
    }
    const value = read()
    this.#nesting -= 1
    return value
  }

  #isWord(word: string): boolean {
    const { kind, value } = this.#peek()
    return kind === 'word' && value.toUpperCase() === word
  }

  #takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false
    this.#next()
    return true
  }

  #take(kind: TokenKind): Token | undefined {
    return this.#peek().kind === kind ? this.#next() : undefined
  }

  #expect(kind: TokenKind, expected: string): Token {
    return this.#take(kind) ?? this.#fail(this.#peek(), expected)
  }

  #peek(): Token {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new Error('the parser has left the tokens')
    return token
  }

  /** Stays at the end. */
  #next(): Token {
    const token = this.#peek()
    if (token.kind !== 'end') this.#at += 1
    return token
  }

  #fail(token: Token, expected: string): never {
    return this.#failWith(token, token.kind === 'end' ? undefined : token.text, expected)
  }

  #failWith(token: Token, symbol: string | undefined, expected: string): never {
    throw new Stop(filterProblem(this.#text, token.offset, symbol, expected))
  }
}

const ANY_SERVICE: ServiceSelector = { name: undefined, type: undefined, account: undefined }

const COMPLEX_WORDS: ReadonlySet<string> = new Set([
  'service',
  'edge',
  'group.name',
  'group.arn',
  'rootcause',
])

const RESERVED: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT'])

const ID_FIELD = 'name, type or account.id'
const ID_FIELDS: ReadonlyMap<string, keyof ServiceSelector> = new Map([
  ['name', 'name'],
  ['type', 'type'],
  ['account.id', 'account'],
])

function inverted(operator: Token, term: FilterExpression): FilterExpression {
  return operator.kind === '=' ? term : { kind: 'not', term }
}

const PATTERN_BOUNDS = { maxDepth: 32, maxValues: MAX_FILTER_LENGTH }

/** Undefined for what is no JSON array, or too deep. */
function readPattern(text: string): readonly JsonValue[] | undefined {
  if (findJsonBoundsProblem(text, PATTERN_BOUNDS) !== undefined) return undefined
  try {
    const value: unknown = JSON.parse(text, withoutNegativeZero)
    return Array.isArray(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** It would not come back from what is printed. */
function withoutNegativeZero(_key: string, value: unknown): unknown {
  return value === 0 ? 0 : value
}
