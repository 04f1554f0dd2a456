import {
  type AnnotationValue,
  type FilterExpression,
  FLAG_KEYWORDS,
  NUMBER_KEYWORDS,
  printFilter,
  ROOT_CAUSE_KINDS,
  TEXT_KEYWORDS,
} from '@fluoroscope/model'
import { ANNOTATION_PREFIX, PATH_ARROW, type TraceFact } from './answer/trace-facts.ts'

/** A filter expression for exactly the traces that have `fact`; undefined where the language has no word. */
export function factFilter(fact: TraceFact, isNegated = false): string | undefined {
  const expression = expressionOf(fact)
  if (expression === undefined) return undefined
  return printFilter(isNegated ? { kind: 'not', term: expression } : expression)
}

/** What a key is called on the page. */
export function factKeyText(key: string): string {
  return KEY_WORDS[key] ?? (key.startsWith(ANNOTATION_PREFIX) ? key.slice(11) : key)
}

const KEY_WORDS: Readonly<Record<string, string>> = {
  outcome: 'Outcome',
  entry: 'Entry service',
  service: 'Service',
  'http.url': 'URL',
  'http.method': 'Method',
  'http.status': 'Status',
  'http.useragent': 'User agent',
  'http.clientip': 'Client IP',
  user: 'User',
  availabilityzone: 'Availability zone',
  'instance.id': 'Instance',
  'resource.arn': 'Resource',
  partial: 'Partial',
  exception: 'Exception',
  'cause.fault': 'Fault root cause',
  'cause.error': 'Error root cause',
  'cause.responsetime': 'Response time root cause',
}

function expressionOf({ key, value }: TraceFact): FilterExpression | undefined {
  if (key.startsWith(ANNOTATION_PREFIX)) return annotationTerm(key.slice(11), value)
  const keyword = NUMBER_KEYWORDS.find((word) => word === key)
  if (keyword !== undefined && typeof value === 'number') {
    return { kind: 'number', keyword, operator: '=', value }
  }
  const text = TEXT_KEYWORDS.find((word) => word === key)
  if (text !== undefined) {
    return { kind: 'text', keyword: text, operator: '=', value: String(value) }
  }
  return ownKeyTerm(key, String(value))
}

/** Keys that are no words of the language, and what says the same in it. */
function ownKeyTerm(key: string, value: string): FilterExpression | undefined {
  switch (key) {
    case 'outcome': {
      const keyword = FLAG_KEYWORDS.find((word) => word === value)
      return keyword === undefined ? undefined : { kind: 'flag', keyword }
    }
    case 'partial':
      return { kind: 'flag', keyword: 'partial' }
    case 'service':
      return serviceTerm(value, undefined)
    case 'entry':
      return serviceTerm(value, { kind: 'flag', keyword: 'root' })
    case 'exception':
      return { kind: 'or', terms: [exceptionTerm('fault', value), exceptionTerm('error', value)] }
  }
  const cause = ROOT_CAUSE_KINDS.find((kind) => key === `cause.${kind}`)
  return cause === undefined ? undefined : pathTerm(cause, value.split(PATH_ARROW))
}

function annotationTerm(key: string, value: AnnotationValue): FilterExpression {
  if (typeof value === 'string') {
    return { kind: 'annotation', key, test: { kind: 'text', operator: '=', value } }
  }
  if (typeof value === 'number') {
    return { kind: 'annotation', key, test: { kind: 'number', operator: '=', value } }
  }
  return { kind: 'annotation', key, test: { kind: 'boolean', operator: '=', value } }
}

function serviceTerm(name: string, where: FilterExpression | undefined): FilterExpression {
  return { kind: 'service', selector: { name, type: undefined, account: undefined }, where }
}

function exceptionTerm(cause: 'fault' | 'error', value: string): FilterExpression {
  const where: FilterExpression = { kind: 'text', keyword: 'name', operator: '=', value }
  return { kind: 'root-cause', cause, level: 'exception', where }
}

/** Each service of the path at its place, the last one at the end (xray-behaviour 10.3). */
function pathTerm(
  cause: (typeof ROOT_CAUSE_KINDS)[number],
  services: readonly string[],
): FilterExpression {
  const terms = services.map((value, index): FilterExpression => {
    const places: FilterExpression[] = [
      { kind: 'number', keyword: 'index', operator: '=', value: index },
    ]
    if (index === services.length - 1) places.push({ kind: 'flag', keyword: 'last' })
    const name: FilterExpression = { kind: 'text', keyword: 'name', operator: '=', value }
    const where: FilterExpression = { kind: 'and', terms: [...places, name] }
    return { kind: 'root-cause', cause, level: 'service', where }
  })
  const [first] = terms
  return terms.length === 1 && first !== undefined ? first : { kind: 'and', terms }
}
