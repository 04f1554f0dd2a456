import { bad, ok, type Result } from '../result.ts'
import type { ServiceSelector } from './ast.ts'
import { readTokens, type Token } from './lexer.ts'
import { parseFilter } from './parser.ts'
import { type FilterProblem, filterProblem } from './problem.ts'

/** Whose statistics are asked for: of services, or of the calls between services. */
export type EntitySelector =
  | { readonly kind: 'service'; readonly service: ServiceSelector }
  | { readonly kind: 'edge'; readonly from: ServiceSelector; readonly to: ServiceSelector }

/**
 * Reads `service(…)` or `edge(…)` of the filter language and nothing around it, braces neither
 * (xray-behaviour 9.8).
 */
export function parseEntitySelector(text: string): Result<EntitySelector, FilterProblem> {
  const tokens = readTokens(text)
  if (!tokens.ok) return tokens
  const [first] = tokens.value
  if (first === undefined || !isEntityWord(first)) return stray(text, first, 'service or edge')
  const close = closingParenthesis(tokens.value)
  const call = parseFilter(close === undefined ? text : text.slice(0, close.offset + 1))
  if (!call.ok) return call
  const rest = close && tokens.value[tokens.value.indexOf(close) + 1]
  if (rest !== undefined && rest.kind !== 'end') return stray(text, rest, 'the end')
  const term = call.value
  if (term.kind === 'service') return ok({ kind: 'service', service: term.selector })
  if (term.kind === 'edge') return ok({ kind: 'edge', from: term.from, to: term.to })
  return stray(text, first, 'service or edge')
}

function isEntityWord({ kind, value }: Token): boolean {
  return kind === 'word' && ['service', 'edge'].includes(value.toLowerCase())
}

/** That of the first parenthesis that opens. */
function closingParenthesis(tokens: readonly Token[]): Token | undefined {
  let depth = 0
  return tokens.find(({ kind }) => {
    if (kind === '(') depth += 1
    if (kind === ')') depth -= 1
    return kind === ')' && depth === 0
  })
}

function stray(text: string, token: Token | undefined, expected: string) {
  const symbol = token === undefined || token.kind === 'end' ? undefined : token.text
  return bad(filterProblem(text, token?.offset ?? text.length, symbol, expected))
}
