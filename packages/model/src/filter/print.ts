import { unreachable } from '../assert.ts'
import type { AnnotationTest, FilterExpression, FilterTerm, ServiceSelector } from './ast.ts'

/**
 * The expression in its one spelling: keywords in lower case, words for operators in upper case,
 * `AND` written out, parentheses only where they are needed. `parseFilter` reads it back.
 */
export function printFilter(expression: FilterExpression): string {
  switch (expression.kind) {
    case 'or':
      return expression.terms.map((term) => printBelow(term, isOr)).join(' OR ')
    case 'and':
      return expression.terms.map((term) => printBelow(term, isList)).join(' AND ')
    case 'not':
      return `!${printBelow(expression.term, isList)}`
    default:
      return printTerm(expression)
  }
}

function printBelow(
  expression: FilterExpression,
  needsParentheses: (expression: FilterExpression) => boolean,
): string {
  const text = printFilter(expression)
  return needsParentheses(expression) ? `(${text})` : text
}

function isOr({ kind }: FilterExpression): boolean {
  return kind === 'or'
}

function isList({ kind }: FilterExpression): boolean {
  return kind === 'or' || kind === 'and'
}

function printTerm(term: FilterTerm): string {
  switch (term.kind) {
    case 'flag':
    case 'present':
      return term.keyword
    case 'number':
      return `${term.keyword} ${term.operator} ${term.value}`
    case 'text':
      return `${term.keyword} ${term.operator} ${quote(term.value)}`
    case 'annotation':
      return printAnnotation(term.key, term.test)
    case 'service':
      return `service(${printSelector(term.selector)})${printBraces(term.where)}`
    case 'edge':
      return `edge(${printEnds(term.from, term.to)})${printBraces(term.where)}`
    case 'root-cause':
      return `rootcause.${term.cause}.${term.level}${printBraces(term.where)}`
    case 'root-cause-json':
      return `rootcause.json = #${JSON.stringify(term.pattern)}`
    case 'group':
      return `group.${term.group.field} = ${quote(term.group.value)}`
    default:
      return unreachable(term)
  }
}

function printAnnotation(key: string, test: AnnotationTest | undefined): string {
  const path = PLAIN_KEY.test(key) ? `annotation.${key}` : `annotation[${printKey(key)}]`
  if (test === undefined) return path
  const value = test.kind === 'text' ? quote(test.value) : String(test.value)
  return `${path} ${test.operator} ${value}`
}

const PLAIN_KEY = /^\w+$/
const BARE_KEY = /^[^\s\]"](?:[^\]"]*[^\s\]"])?$/

function printKey(key: string): string {
  return BARE_KEY.test(key) ? key : quote(key)
}

function printBraces(where: FilterExpression | undefined): string {
  return where === undefined ? '' : ` { ${printFilter(where)} }`
}

function printEnds(from: ServiceSelector, to: ServiceSelector): string {
  const ends = [printSelector(from), printSelector(to)]
  if (ends.every((end) => end === '')) return ''
  return ends.map((end) => end || 'id()').join(', ')
}

/** Empty where any service will do. */
function printSelector({ name, type, account }: ServiceSelector): string {
  if (type === undefined && account === undefined) return name === undefined ? '' : quote(name)
  const fields = [
    ['name', name],
    ['type', type],
    ['account.id', account],
  ] as const
  const given = fields.flatMap(([field, value]) =>
    value === undefined ? [] : [`${field}: ${quote(value)}`],
  )
  return `id(${given.join(', ')})`
}

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}
