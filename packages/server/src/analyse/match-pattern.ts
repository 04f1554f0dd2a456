import { isJsonObject, type JsonValue } from '@fluoroscope/model'

/**
 * Whether a value has all that a pattern names (xray-behaviour 10.3): members that are not there, or
 * null, match anything; elements have to come in their order, with others between.
 */
export function matchesPattern(pattern: JsonValue, value: JsonValue | undefined): boolean {
  if (pattern === null) return true
  if (isList(pattern)) return isList(value) && hasInOrder(value, pattern)
  if (!isJsonObject(pattern)) return pattern === value
  if (!isJsonObject(value)) return false
  return Object.entries(pattern).every(([key, wanted]) => {
    return matchesPattern(wanted, Object.hasOwn(value, key) ? value[key] : undefined)
  })
}

/** The earliest element that matches leaves the most for those that follow. */
function hasInOrder(values: readonly JsonValue[], patterns: readonly JsonValue[]): boolean {
  let at = 0
  for (const value of values) {
    const pattern = patterns[at]
    if (pattern === undefined) return true
    if (matchesPattern(pattern, value)) at += 1
  }
  return at === patterns.length
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}
