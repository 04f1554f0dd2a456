import { unreachable } from '../assert.ts'
import { bad, ok, type Result } from '../result.ts'
import {
  type AnnotationTest,
  type EqualityOperator,
  type FilterExpression,
  FLAG_KEYWORDS,
  type FlagKeyword,
  NUMBER_KEYWORDS,
  type NumberKeyword,
  type NumberOperator,
  ROOT_CAUSE_KINDS,
  ROOT_CAUSE_LEVELS,
  type RootCauseKind,
  type RootCauseLevel,
  TEXT_KEYWORDS,
  type TextKeyword,
  type TextOperator,
} from './ast.ts'

/** What the terms of an expression are about: a whole trace, or one thing that braces go through. */
export type FilterScope = 'trace' | 'service' | 'edge' | RootCauseScope

type RootCauseScope = 'cause-service' | 'cause-entity' | 'coverage-entity' | 'cause-exception'

/** A keyword that is compared, and how. */
export type Keyword =
  | { readonly kind: 'flag'; readonly keyword: FlagKeyword }
  | { readonly kind: 'number'; readonly keyword: NumberKeyword }
  | { readonly kind: 'text'; readonly keyword: TextKeyword }

/** What stands behind an operator; without quotes it may be a number, a boolean or a text. */
export type WrittenValue = { readonly quoted: boolean; readonly text: string }

/** What is wrong with a comparison, and what was expected instead. */
export type TestProblem = { readonly at: 'operator' | 'value'; readonly expected: string }

/** The keyword that a word is, in any case; undefined for any other word. */
export function findKeyword(word: string): Keyword | undefined {
  return KEYWORDS.get(word.toLowerCase())
}

/** xray-behaviour 10.2, 19: in braces a keyword tells of the one service, edge or element. */
export function isKnownIn({ keyword }: Keyword, scope: FilterScope): boolean {
  return KEYWORDS_OF[scope].has(keyword)
}

/** Annotations are those of a trace or of one service of it. */
export function hasAnnotations(scope: FilterScope): boolean {
  return scope === 'trace' || scope === 'service'
}

/** The elements that the braces of a root cause go through; undefined for a level it does not have. */
export function rootCauseScope(
  cause: RootCauseKind,
  level: RootCauseLevel,
): RootCauseScope | undefined {
  switch (level) {
    case 'service':
      return 'cause-service'
    case 'entity':
      return cause === 'responsetime' ? 'coverage-entity' : 'cause-entity'
    case 'exception':
      return cause === 'responsetime' ? undefined : 'cause-exception'
    default:
      return unreachable(level)
  }
}

/** What a bare keyword asks. */
export function bareTerm(keyword: Keyword): FilterExpression {
  if (keyword.kind === 'flag') return keyword
  return { kind: 'present', keyword: keyword.keyword }
}

/** What a keyword compared with a value asks; `operator` is in upper case. */
export function comparison(
  keyword: Keyword,
  operator: string,
  value: WrittenValue,
): Result<FilterExpression, TestProblem> {
  switch (keyword.kind) {
    case 'flag':
      return flagTest(keyword, operator, value)
    case 'number': {
      const test = numberTest(operator, value)
      return test.ok ? ok({ ...keyword, ...test.value }) : test
    }
    case 'text': {
      if (!isTextOperator(operator)) return wrongOperator(TEXT_OPERATORS)
      return ok({ ...keyword, operator, value: value.text })
    }
    default:
      return unreachable(keyword)
  }
}

/** An annotation is compared as the value is written: quotes make a text. */
export function annotationTest(
  operator: string,
  value: WrittenValue,
): Result<AnnotationTest, TestProblem> {
  const isWordOperator = isTextOperator(operator) && !isEquality(operator)
  if (!value.quoted && !isWordOperator) {
    const flag = readBoolean(value)
    if (flag !== undefined) {
      return isEquality(operator)
        ? ok({ kind: 'boolean', operator, value: flag })
        : wrongOperator(EQUALITIES)
    }
    if (readNumber(value) !== undefined) {
      const test = numberTest(operator, value)
      return test.ok ? ok({ kind: 'number', ...test.value }) : test
    }
  }
  if (isTextOperator(operator)) return ok({ kind: 'text', operator, value: value.text })
  return bad({ at: 'value', expected: 'a number without quotes' })
}

/** The kinds of lists that `rootcause.` names, for messages. */
export const ROOT_CAUSE_PATHS = ROOT_CAUSE_KINDS.flatMap((cause) =>
  ROOT_CAUSE_LEVELS.filter((level) => rootCauseScope(cause, level) !== undefined).map(
    (level) => `rootcause.${cause}.${level}`,
  ),
)

/** All keywords of a scope, for messages. */
export function keywordsOf(scope: FilterScope): readonly string[] {
  return [...KEYWORDS_OF[scope]]
}

const EQUALITIES = ['=', '!='] as const satisfies readonly EqualityOperator[]
const NUMBER_OPERATORS = [...EQUALITIES, '<', '<=', '>', '>='] as const
const TEXT_OPERATORS = [...EQUALITIES, 'CONTAINS', 'BEGINSWITH', 'ENDSWITH'] as const

/** All operators, in upper case. */
export const OPERATORS: ReadonlySet<string> = new Set([...NUMBER_OPERATORS, ...TEXT_OPERATORS])

/** The operators that a keyword can be compared by; an annotation by all. */
export function operatorsOf(kind: Keyword['kind'] | 'annotation'): readonly string[] {
  switch (kind) {
    case 'flag':
      return EQUALITIES
    case 'number':
      return NUMBER_OPERATORS
    case 'text':
      return TEXT_OPERATORS
    case 'annotation':
      return [...OPERATORS]
    default:
      return unreachable(kind)
  }
}

function flagTest(
  flag: Keyword & { readonly kind: 'flag' },
  operator: string,
  value: WrittenValue,
): Result<FilterExpression, TestProblem> {
  if (!isEquality(operator)) return wrongOperator(EQUALITIES)
  const wanted = readBoolean(value)
  if (wanted === undefined) return bad({ at: 'value', expected: 'true or false' })
  return ok(wanted === (operator === '=') ? flag : { kind: 'not', term: flag })
}

function numberTest(
  operator: string,
  value: WrittenValue,
): Result<{ readonly operator: NumberOperator; readonly value: number }, TestProblem> {
  if (!isNumberOperator(operator)) return wrongOperator(NUMBER_OPERATORS)
  const number = value.quoted ? undefined : readNumber(value)
  if (number === undefined) return bad({ at: 'value', expected: 'a number without quotes' })
  return ok({ operator, value: number })
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

function readNumber({ text }: WrittenValue): number | undefined {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN
  // No negative zero: it would not come back from what is printed.
  return Number.isFinite(number) ? number + 0 : undefined
}

/** Documentation writes booleans with quotes as well (xray-behaviour 10.1). */
function readBoolean({ text }: WrittenValue): boolean | undefined {
  const word = text.toLowerCase()
  if (word === 'true') return true
  return word === 'false' ? false : undefined
}

function wrongOperator(operators: readonly string[]): { ok: false; problem: TestProblem } {
  return bad({ at: 'operator', expected: operators.join(', ') })
}

function isEquality(operator: string): operator is EqualityOperator {
  return EQUALITIES.some((each) => each === operator)
}

function isNumberOperator(operator: string): operator is NumberOperator {
  return NUMBER_OPERATORS.some((each) => each === operator)
}

function isTextOperator(operator: string): operator is TextOperator {
  return TEXT_OPERATORS.some((each) => each === operator)
}

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ...FLAG_KEYWORDS.map((keyword) => [keyword, { kind: 'flag', keyword }] as const),
  ...NUMBER_KEYWORDS.map((keyword) => [keyword, { kind: 'number', keyword }] as const),
  ...TEXT_KEYWORDS.map((keyword) => [keyword, { kind: 'text', keyword }] as const),
])

const OUTCOMES = ['ok', 'error', 'throttle', 'fault'] as const
const HTTP_TEXTS = ['http.url', 'http.method', 'http.useragent', 'http.clientip'] as const
const SENDER_TEXTS = ['user', 'resource.arn', 'instance.id', 'availabilityzone'] as const
const ELEMENT = ['name', 'type', 'index', 'first', 'last'] as const

type AnyKeyword = Keyword['keyword']

const TRACE_KEYWORDS: readonly AnyKeyword[] = [
  ...OUTCOMES,
  'partial',
  'inferred',
  'responsetime',
  'duration',
  'http.status',
  ...HTTP_TEXTS,
  ...SENDER_TEXTS,
]

const KEYWORDS_OF: Readonly<Record<FilterScope, ReadonlySet<AnyKeyword>>> = {
  trace: new Set(TRACE_KEYWORDS),
  service: new Set<AnyKeyword>([...TRACE_KEYWORDS, 'root', 'name', 'type']),
  edge: new Set<AnyKeyword>([...OUTCOMES, 'responsetime', 'http.status']),
  'cause-service': new Set<AnyKeyword>([...ELEMENT, 'inferred']),
  'cause-entity': new Set<AnyKeyword>([...ELEMENT, 'remote']),
  'coverage-entity': new Set<AnyKeyword>([...ELEMENT, 'remote', 'coverage']),
  'cause-exception': new Set<AnyKeyword>([...ELEMENT, 'message']),
}
