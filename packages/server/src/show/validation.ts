import type * as v from 'valibot'
import type { OperationError } from './operation-error.ts'

type Issue = v.BaseIssue<unknown>

/**
 * What AWS says of an input that breaks its model (xray-behaviour 1.3): a value of the wrong type is a
 * `SerializationException`, everything else one `ValidationException` that names all places.
 */
export function inputError(issues: readonly Issue[]): OperationError {
  const wrongType = issues.find((issue) => constraintOf(issue) === undefined)
  if (wrongType !== undefined) {
    const place = pathOf(wrongType)
    return { kind: 'serialization', message: `Unexpected type of value at '${place}'` }
  }
  const texts = issues.map(describe)
  const plural = texts.length === 1 ? '' : 's'
  return {
    kind: 'validation',
    message: `${texts.length} validation error${plural} detected: ${texts.join('; ')}`,
  }
}

function describe(issue: Issue): string {
  const constraint = constraintOf(issue)
  const failed = 'failed to satisfy constraint'
  if (isMissing(issue)) return `Value null at '${pathOf(issue)}' ${failed}: ${constraint}`
  if (isListMember(issue)) {
    const list = (issue.path?.at(-1)?.input ?? []) as readonly unknown[]
    const value = `[${list.map(printValue).join(', ')}]`
    const member = `Member must satisfy constraint: [${constraint}]`
    return `Value '${value}' at '${pathOf(issue)}' ${failed}: ${member}`
  }
  const part = mapPart(issue)
  if (part !== undefined) {
    const value = printValue(issue.path?.at(-1)?.input)
    const member = `Map ${part} must satisfy constraint: [${constraint}]`
    return `Value '${value}' at '${pathOf(issue)}' ${failed}: ${member}`
  }
  return `Value '${printValue(issue.input)}' at '${pathOf(issue)}' ${failed}: ${constraint}`
}

/** Undefined where the type itself is wrong. */
function constraintOf(issue: Issue): string | undefined {
  if (isMissing(issue)) return 'Member must not be null'
  const requirement = 'requirement' in issue ? String(issue.requirement) : ''
  switch (issue.type) {
    case 'picklist':
      return typeof issue.input === 'string'
        ? `Member must satisfy enum value set: ${enumText(issue.expected)}`
        : undefined
    case 'min_length':
      return `Member must have length greater than or equal to ${requirement}`
    case 'max_length':
    case 'max_entries':
      return `Member must have length less than or equal to ${requirement}`
    case 'min_value':
      return `Member must have value greater than or equal to ${requirement}`
    case 'max_value':
      return `Member must have value less than or equal to ${requirement}`
    case 'regex':
      return `Member must satisfy regular expression pattern: ${patternText(issue)}`
    default:
      return undefined
  }
}

function patternText({ requirement }: Issue & { readonly requirement?: unknown }): string {
  return requirement instanceof RegExp ? requirement.source.replace(/^\^|\$$/g, '') : ''
}

function isMissing({ kind, received }: Issue): boolean {
  return kind === 'schema' && (received === 'undefined' || received === 'null')
}

/** A constraint on a plain member of a list is told of the whole list. */
function isListMember(issue: Issue): boolean {
  return typeof issue.path?.at(-1)?.key === 'number'
}

/** A constraint on a key or value of a map is told of the whole map. */
function mapPart(issue: Issue): 'keys' | 'value' | undefined {
  const last = issue.path?.at(-1)
  if (last?.origin === 'key') return 'keys'
  return last !== undefined && issue.path?.at(-2)?.key === 'Attributes' ? 'value' : undefined
}

/** `samplingStatisticsDocuments.1.member.clientID`: lower camel case, lists counted from 1. */
function pathOf(issue: Issue): string {
  const items = issue.path ?? []
  const isOfWhole = isListMember(issue) || mapPart(issue) !== undefined
  const steps = isOfWhole && !isMissing(issue) ? items.slice(0, -1) : items
  return steps
    .map(({ key }) => (typeof key === 'number' ? `${key + 1}.member` : lowerFirst(String(key))))
    .join('.')
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

/** Valibot prints `("A" | "B")`. */
function enumText(expected: string | null): string {
  const names = [...(expected ?? '').matchAll(/"([^"]*)"/g)].map((match) => match[1])
  return `[${names.join(', ')}]`
}

const MAX_ECHO = 100

function printValue(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value, bigintText) : String(value)
  return text.length > MAX_ECHO ? `${text.slice(0, MAX_ECHO)}…` : text
}

/** Values of a list have been read already: times are instants by then. */
function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
