import { unreachable } from '../assert.ts'
import {
  ARITHMETIC_OPERATORS,
  type FieldExpression,
  type FieldOperator,
  type ScalarExpression,
  type StaticValue,
} from './ast.ts'
import { type FieldType, typeOfIntrinsic } from './fields.ts'

/** What makes no sense, and where. */
export type CheckProblem = { readonly offset: number; readonly reason: string }

/** Why an expression, or a part of it, cannot have the type that is wanted. */
export function findFieldProblem(
  expression: FieldExpression,
  wanted: FieldType,
): CheckProblem | undefined {
  const problem = findPartProblem(expression)
  if (problem !== undefined) return problem
  const type = typeOfField(expression)
  if (type === 'unknown' || type === wanted) return undefined
  return {
    offset: expression.offset,
    reason: `a ${WORDS[wanted]} is needed, this is a ${WORDS[type]}`,
  }
}

/** What aggregates and groups are made of has to be told by the spans. */
export function refersToSpan(expression: FieldExpression): boolean {
  switch (expression.kind) {
    case 'static':
      return false
    case 'attribute':
    case 'intrinsic':
      return true
    case 'unary':
      return refersToSpan(expression.term)
    case 'binary':
      return refersToSpan(expression.left) || refersToSpan(expression.right)
    default:
      return unreachable(expression)
  }
}

/** Scalars are numbers. */
export function findScalarProblem(expression: ScalarExpression): CheckProblem | undefined {
  switch (expression.kind) {
    case 'static': {
      if (typeOfStatic(expression.value) === 'number') return undefined
      return { offset: expression.offset, reason: 'a number or a duration is needed' }
    }
    case 'scalar-operation':
      return findScalarProblem(expression.left) ?? findScalarProblem(expression.right)
    case 'aggregate': {
      if (expression.function === 'count') return undefined
      if (!refersToSpan(expression.term)) {
        return { offset: expression.offset, reason: 'an aggregate has to refer to the span' }
      }
      return findFieldProblem(expression.term, 'number')
    }
    default:
      return unreachable(expression)
  }
}

const WORDS: Readonly<Record<FieldType, string>> = {
  string: 'text',
  number: 'number',
  boolean: 'condition',
  status: 'status',
  kind: 'kind',
  nil: 'nil',
  unknown: 'value',
}

/** Which parts of an expression do not fit together, whatever it is for. */
export function findPartProblem(expression: FieldExpression): CheckProblem | undefined {
  switch (expression.kind) {
    case 'static':
    case 'attribute':
    case 'intrinsic':
      return undefined
    case 'unary':
      return findFieldProblem(expression.term, expression.operator === '!' ? 'boolean' : 'number')
    case 'binary': {
      const { operator, left, right, offset } = expression
      const inner = findPartProblem(left) ?? findPartProblem(right)
      if (inner !== undefined) return inner
      const reason = findOperandProblem(operator, typeOfField(left), typeOfField(right))
      return reason === undefined ? undefined : { offset, reason }
    }
    default:
      return unreachable(expression)
  }
}

function findOperandProblem(
  operator: FieldOperator,
  left: FieldType,
  right: FieldType,
): string | undefined {
  if (left === 'nil' || right === 'nil') {
    return operator === '=' || operator === '!='
      ? undefined
      : `nil cannot be compared by ${operator}`
  }
  const taken = OPERANDS[operator]
  const wrong = [left, right].find((type) => type !== 'unknown' && !taken.includes(type))
  if (wrong !== undefined) return `${operator} does not take a ${WORDS[wrong]}`
  if (left === right || left === 'unknown' || right === 'unknown') return undefined
  return `a ${WORDS[left]} cannot be compared or combined with a ${WORDS[right]}`
}

const ORDERED: readonly FieldType[] = ['number', 'string']
const NUMBERS: readonly FieldType[] = ['number']
const ALL: readonly FieldType[] = ['string', 'number', 'boolean', 'status', 'kind']

const OPERANDS: Readonly<Record<FieldOperator, readonly FieldType[]>> = {
  '=': ALL,
  '!=': ALL,
  '<': ORDERED,
  '<=': ORDERED,
  '>': ORDERED,
  '>=': ORDERED,
  '=~': ['string'],
  '!~': ['string'],
  '&&': ['boolean'],
  '||': ['boolean'],
  '+': NUMBERS,
  '-': NUMBERS,
  '*': NUMBERS,
  '/': NUMBERS,
  '%': NUMBERS,
  '^': NUMBERS,
}

function typeOfField(expression: FieldExpression): FieldType {
  switch (expression.kind) {
    case 'static':
      return typeOfStatic(expression.value)
    case 'attribute':
      return 'unknown'
    case 'intrinsic':
      return typeOfIntrinsic(expression.name)
    case 'unary':
      return expression.operator === '!' ? 'boolean' : 'number'
    case 'binary':
      return ARITHMETIC_OPERATORS.some((each) => each === expression.operator)
        ? 'number'
        : 'boolean'
    default:
      return unreachable(expression)
  }
}

function typeOfStatic({ type }: StaticValue): FieldType {
  return type === 'integer' || type === 'float' || type === 'duration' ? 'number' : type
}
