import { bad, ok, type Result } from '../result.ts'
import type { FilterExpression, GroupReference } from './ast.ts'

/**
 * Puts the expression of a group where its name stands (xray-behaviour 10.6): as a term, so that an OR
 * in it stays together. A group's own expression cannot name groups. The problem tells which group
 * there is not.
 * @param resolve the expression of a group; undefined for one that does not exist
 */
export function replaceGroups(
  expression: FilterExpression,
  resolve: (group: GroupReference) => FilterExpression | undefined,
): Result<FilterExpression, string> {
  switch (expression.kind) {
    case 'group': {
      const { value } = expression.group
      const replaced = resolve(expression.group)
      if (replaced === undefined) return bad(`Group not found: '${value}'`)
      if (namesGroup(replaced)) return bad(`Group '${value}' is defined by another group`)
      return ok(replaced)
    }
    case 'not': {
      const term = replaceGroups(expression.term, resolve)
      return term.ok ? ok({ kind: 'not', term: term.value }) : term
    }
    case 'and':
    case 'or': {
      const terms: FilterExpression[] = []
      for (const each of expression.terms) {
        const term = replaceGroups(each, resolve)
        if (!term.ok) return term
        terms.push(term.value)
      }
      return ok({ kind: expression.kind, terms })
    }
    default:
      // Braces hold no groups.
      return ok(expression)
  }
}

function namesGroup(expression: FilterExpression): boolean {
  switch (expression.kind) {
    case 'group':
      return true
    case 'not':
      return namesGroup(expression.term)
    case 'and':
    case 'or':
      return expression.terms.some(namesGroup)
    default:
      return false
  }
}
