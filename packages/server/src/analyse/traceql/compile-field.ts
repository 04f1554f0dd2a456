import {
  bad,
  type FieldExpression,
  type FieldOperator,
  type OrderOperator,
  ok,
  type Result,
  unreachable,
} from '@fluoroscope/model'
import type { SpanNode, SpanTree } from '../span-tree.ts'
import { arithmetic, compareScalars } from './arithmetic.ts'
import {
  type FieldValue,
  isList,
  isNumeric,
  type ScalarValue,
  valueOfStatic,
} from './field-value.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import { readFieldValue } from './read-field.ts'

/** What an expression comes to for one span of a tree. */
export type FieldEvaluator = (node: SpanNode, tree: SpanTree) => FieldValue

/** What is wrong with a pattern, and where it stands in the query. */
export type PatternProblem = { readonly offset: number; readonly reason: string }

/** An expression that can be asked of span after span: patterns are compiled once. */
export function compileField(expression: FieldExpression): Result<FieldEvaluator, PatternProblem> {
  switch (expression.kind) {
    case 'static': {
      const value = valueOfStatic(expression.value)
      return ok(() => value)
    }
    case 'attribute':
    case 'intrinsic':
      return ok((node, tree) => readFieldValue(expression, node, tree))
    case 'unary': {
      const term = compileField(expression.term)
      if (!term.ok) return term
      const apply = expression.operator === '!' ? not : negative
      return ok((node, tree) => apply(term.value(node, tree)))
    }
    case 'binary':
      return compileBinary(expression)
    default:
      return unreachable(expression)
  }
}

type Binary = FieldExpression & { readonly kind: 'binary' }

function compileBinary(expression: Binary): Result<FieldEvaluator, PatternProblem> {
  const left = compileField(expression.left)
  if (!left.ok) return left
  const { operator } = expression
  if (operator === '=~' || operator === '!~') return compileMatch(expression, left.value)
  if (isNil(expression.right)) return ok(nilTest(operator, left.value))
  const right = compileField(expression.right)
  if (!right.ok) return right
  if (isNil(expression.left)) return ok(nilTest(operator, right.value))
  const [first, second] = [left.value, right.value]
  switch (operator) {
    case '&&':
      return ok((node, tree) => first(node, tree) === true && second(node, tree) === true)
    case '||':
      return ok((node, tree) => first(node, tree) === true || second(node, tree) === true)
    default:
      return ok((node, tree) => combine(operator, first(node, tree), second(node, tree)))
  }
}

/** Patterns are written out: one that every span told anew would have to be compiled for each. */
function compileMatch(
  { operator, right }: Binary,
  term: FieldEvaluator,
): Result<FieldEvaluator, PatternProblem> {
  if (right.kind !== 'static' || right.value.type !== 'string') {
    return bad({ offset: right.offset, reason: 'a pattern has to be a text in quotes' })
  }
  const pattern = compilePattern(right.value.value)
  if (!pattern.ok) return bad({ offset: right.offset, reason: pattern.problem })
  const isWanted = operator === '=~'
  return ok((node, tree) => matches(pattern.value, term(node, tree), isWanted))
}

/** Of a list one has to match; where none may match all have to differ. */
function matches(pattern: Pattern, value: FieldValue, isWanted: boolean): boolean {
  const fits = (each: ScalarValue) => typeof each === 'string' && pattern(each) === isWanted
  if (value === undefined) return false
  if (!isList(value)) return fits(value)
  return isWanted ? value.some(fits) : value.every(fits)
}

function not(value: FieldValue): FieldValue {
  return typeof value === 'boolean' ? !value : undefined
}

function negative(value: FieldValue): FieldValue {
  return isNumeric(value) ? -value : undefined
}

type PlainOperator = Exclude<FieldOperator, '=~' | '!~' | '&&' | '||'>

function combine(operator: PlainOperator, left: FieldValue, right: FieldValue): FieldValue {
  switch (operator) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
      return isNumeric(left) && isNumeric(right) ? arithmetic(operator, left, right) : undefined
    default:
      return compare(operator, left, right)
  }
}

/**
 * What a span does not tell neither equals nor differs, and values of different types do not either. Of a
 * list one element has to fit, but for `!=` all.
 */
function compare(operator: OrderOperator, left: FieldValue, right: FieldValue): boolean {
  if (left === undefined || right === undefined) return false
  const fits = (first: ScalarValue, second: ScalarValue) => compareScalars(operator, first, second)
  const [lefts, rights] = [isList(left) ? left : [left], isList(right) ? right : [right]]
  return operator === '!='
    ? lefts.every((first) => rights.every((second) => fits(first, second)))
    : lefts.some((first) => rights.some((second) => fits(first, second)))
}

function isNil(expression: FieldExpression): boolean {
  return expression.kind === 'static' && expression.value.type === 'nil'
}

/** `= nil` and `!= nil` ask whether a span tells something. */
function nilTest(operator: FieldOperator, term: FieldEvaluator): FieldEvaluator {
  const isWanted = operator === '='
  return (node, tree) => (term(node, tree) === undefined) === isWanted
}
