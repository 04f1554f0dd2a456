import { type ArithmeticOperator, type OrderOperator, unreachable } from '@fluoroscope/model'
import { isNumeric, type ScalarValue } from './field-value.ts'

/** Whole numbers stay exact under `+`, `-`, `*` and `%`; everything else is a double. */
export function arithmetic(
  operator: ArithmeticOperator,
  left: bigint | number,
  right: bigint | number,
): bigint | number {
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    const exact = wholeNumbers(operator, left, right)
    if (exact !== undefined) return exact
  }
  const [first, second] = [Number(left), Number(right)]
  switch (operator) {
    case '+':
      return first + second
    case '-':
      return first - second
    case '*':
      return first * second
    case '/':
      return first / second
    case '%':
      return first % second
    case '^':
      return first ** second
    default:
      return unreachable(operator)
  }
}

/** Beyond so many bits a product of products would only cost time. */
const MAX_EXACT = 2n ** 128n

function wholeNumbers(
  operator: ArithmeticOperator,
  left: bigint,
  right: bigint,
): bigint | undefined {
  if (!isSmall(left) || !isSmall(right)) return undefined
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '%':
      return right === 0n ? undefined : left % right
    default:
      return undefined
  }
}

function isSmall(value: bigint): boolean {
  return value < MAX_EXACT && value > -MAX_EXACT
}

/** Numbers and durations compare by value, everything else within its type; only texts are in order. */
export function compareScalars(
  operator: OrderOperator,
  left: ScalarValue,
  right: ScalarValue,
): boolean {
  const areNumbers = isNumeric(left) && isNumeric(right)
  if (!areNumbers && typeof left !== typeof right) return false
  // Status and kind are of different types, though both are objects.
  if (typeof left === 'object' && typeof right === 'object' && 'kind' in left !== 'kind' in right) {
    return false
  }
  const areOrdered = areNumbers || typeof left === 'string'
  switch (operator) {
    case '=':
      return areNumbers ? isSameNumber(left, right) : left === right
    case '!=':
      return areNumbers ? !isSameNumber(left, right) : left !== right
    case '<':
      return areOrdered && left < right
    case '<=':
      return areOrdered && left <= right
    case '>':
      return areOrdered && left > right
    case '>=':
      return areOrdered && left >= right
    default:
      return unreachable(operator)
  }
}

/** A bigint and a double are in order by their exact values; `===` would tell them apart by type. */
function isSameNumber(left: ScalarValue, right: ScalarValue): boolean {
  return left <= right && left >= right
}
