/** One condition of a search within a trace; all of them must hold. */
export type SearchTerm = {
  readonly isNegated: boolean
  readonly condition:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'is'; readonly what: RowTrait }
    | {
        readonly kind: 'compare'
        readonly key: string
        readonly operator: SearchOperator
        readonly value: string
      }
}

export type SearchOperator = '=' | '!=' | '~' | '>' | '>=' | '<' | '<='

/** What `is:` asks for. */
const ROW_TRAITS = [
  'error',
  'slow',
  'critical',
  'database',
  'external',
  'inferred',
  'open',
] as const

export type RowTrait = (typeof ROW_TRAITS)[number]

/** A search as it was typed, or what is wrong with it. */
export type SearchQuery =
  | { readonly ok: true; readonly terms: readonly SearchTerm[] }
  | { readonly ok: false; readonly message: string }

const WORD = /([-!])?((?:"[^"]*"|[^\s"])+)/g
const COMPARISON = /^([^=!~<>":]+)(!=|>=|<=|=|~|>|<|:)(.*)$/s

/**
 * Reads a search: words that must occur, `"quoted words"`, `key=value` with `!=`, `~` (contains), `>`,
 * `>=`, `<`, `<=`, and `is:error` and the like. `-` or `!` before a term is its opposite.
 */
export function parseSearch(text: string): SearchQuery {
  const terms: SearchTerm[] = []
  for (const [, sign, word = ''] of text.matchAll(WORD)) {
    const condition = readCondition(word)
    if (typeof condition === 'string') return { ok: false, message: condition }
    terms.push({ isNegated: sign !== undefined, condition })
  }
  if ((text.match(/"/g)?.length ?? 0) % 2 === 1) {
    return { ok: false, message: 'A quotation mark is not closed' }
  }
  return { ok: true, terms }
}

function readCondition(word: string): SearchTerm['condition'] | string {
  const [, key, operator, rest = ''] = COMPARISON.exec(word) ?? []
  if (key === undefined || operator === undefined) return { kind: 'text', text: unquoted(word) }
  const value = unquoted(rest)
  if (key === 'is') {
    const what = ROW_TRAITS.find((trait) => trait === value)
    return what === undefined
      ? `is:${value} is not known: ${ROW_TRAITS.join(', ')}`
      : { kind: 'is', what }
  }
  // `https://…` and `a::b` are texts, not keys.
  if (operator === ':') return { kind: 'text', text: unquoted(word) }
  if (value === '') return `${key}${operator} lacks a value`
  return { kind: 'compare', key, operator: operator as SearchOperator, value }
}

function unquoted(text: string): string {
  return text.replaceAll('"', '')
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 6e10,
}

/** Nanoseconds of `250ms`, `1.5s`; a number alone is milliseconds. Undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit = 'ms'] = /^(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|min)?$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit] ?? 1)
}
