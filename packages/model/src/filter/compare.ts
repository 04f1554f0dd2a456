import { unreachable } from '../assert.ts'
import type { NumberOperator, TextOperator } from './ast.ts'

export function compareNumber(value: number, operator: NumberOperator, than: number): boolean {
  switch (operator) {
    case '=':
      return value === than
    case '!=':
      return value !== than
    case '<':
      return value < than
    case '<=':
      return value <= than
    case '>':
      return value > than
    case '>=':
      return value >= than
    default:
      return unreachable(operator)
  }
}

/** Upper and lower case differ (xray-behaviour 10.1). */
export function compareText(value: string, operator: TextOperator, than: string): boolean {
  switch (operator) {
    case '=':
      return value === than
    case '!=':
      return value !== than
    case 'CONTAINS':
      return value.includes(than)
    case 'BEGINSWITH':
      return value.startsWith(than)
    case 'ENDSWITH':
      return value.endsWith(than)
    default:
      return unreachable(operator)
  }
}
