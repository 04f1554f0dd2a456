import { type FilterExpression, parseFilter } from '@fluoroscope/model'
import { compileFilter } from '../../packages/server/src/query/compile-filter.ts'
import type { TraceFilter } from '../../packages/server/src/query/trace-search.ts'

/** The expression of a text that is one. */
export function expressionOf(text: string): FilterExpression {
  const parsed = parseFilter(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem.message}`)
  return parsed.value
}

/** As a search uses it; without `narrow` every trace of the range is looked at. */
export function filterOf(text: string | FilterExpression, narrow = true): TraceFilter {
  const expression = typeof text === 'string' ? expressionOf(text) : text
  return { expression, conditions: narrow ? compileFilter(expression) : [] }
}
