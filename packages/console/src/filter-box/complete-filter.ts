import {
  type AnnotationValue,
  FLAG_KEYWORDS,
  findKeyword,
  hasAnnotations,
  keywordsOf,
  operatorsOf,
  ROOT_CAUSE_PATHS,
  readTokensSoFar,
  type Token,
} from '@fluoroscope/model'
import type { Vocabulary } from '../vocabulary.ts'
import { type FilterSlot, type OperatorKind, slotAfter } from './filter-slot.ts'

/** Something that can stand where the caret is. */
export type Suggestion = {
  /** What is written for it. */
  readonly text: string
  /** What is shown, and what typing is compared with. */
  readonly label: string
  readonly detail: string
}

/** Suggestions, each to be written over the text from `from` to `to` (UTF-16 units). */
export type Completion = {
  readonly from: number
  readonly to: number
  /** As far as the word under the caret is typed. */
  readonly typed: string
  readonly suggestions: readonly Suggestion[]
}

const MAX_SUGGESTIONS = 50

/** What can be written at `caret`: what begins as typed first, then what contains it. */
export function completeFilter(text: string, caret: number, vocabulary: Vocabulary): Completion {
  const place = placeOf(text, caret)
  if (place === undefined) return { from: caret, to: caret, typed: '', suggestions: [] }
  const all = suggestionsFor(place.slot, vocabulary)
  return { ...place, suggestions: matching(all, place.typed).slice(0, MAX_SUGGESTIONS) }
}

/** A text in the quotes of the language. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

type Place = Pick<Completion, 'from' | 'to' | 'typed'> & { readonly slot: FilterSlot | 'key' }

function placeOf(text: string, caret: number): Place | undefined {
  const before = text.slice(0, caret)
  const { tokens, problem } = readTokensSoFar(before)
  if (problem !== undefined) return placeInOpenToken(text, caret, tokens, problem.offset)
  const last = tokens.at(-1)
  const isTouching = last !== undefined && last.offset + last.text.length === caret
  if (!isTouching || !/^(?:word|[(,{:!]|[<>=!]=?)$/.test(last.kind)) {
    // Right behind a string or a bracket nothing is being typed yet.
    if (isTouching) return undefined
    return { from: caret, to: caret, typed: '', slot: slotAfter(tokens) }
  }
  if (last.kind !== 'word') return { from: caret, to: caret, typed: '', slot: slotAfter(tokens) }
  const rest = /^[^\s"'(){}[\],:=<>!#]*/.exec(text.slice(caret))?.[0] ?? ''
  return {
    from: last.offset,
    to: caret + rest.length,
    typed: last.text,
    slot: slotAfter(tokens.slice(0, -1)),
  }
}

/** In a string, or between the brackets of an annotation, that are not closed before the caret. */
function placeInOpenToken(
  text: string,
  caret: number,
  tokens: readonly Token[],
  offset: number,
): Place | undefined {
  const open = text[offset]
  const close = { '"': '"', '[': ']' }[open ?? '']
  if (close === undefined) return undefined
  const to = text[caret] === close ? caret + 1 : caret
  const typed = text.slice(offset + 1, caret)
  return { from: offset, to, typed, slot: open === '[' ? 'key' : slotAfter(tokens) }
}

function suggestionsFor(slot: Place['slot'], vocabulary: Vocabulary): readonly Suggestion[] {
  if (slot === 'key') {
    return [...vocabulary.annotations.keys()].map((key) => ({
      text: `[${bracketKey(key)}] `,
      label: key,
      detail: 'annotation',
    }))
  }
  switch (slot.kind) {
    case 'term':
      return terms(slot.scope, vocabulary)
    case 'operator':
      return operators(slot.of)
    case 'value':
      return values(slot.keyword, vocabulary)
    case 'annotation-value':
      return [...(vocabulary.annotations.get(slot.key) ?? [])].map((value) =>
        valueSuggestion(value, `value of ${slot.key}`),
      )
    case 'service':
      return [
        ...texts(vocabulary.services, 'service'),
        { text: 'id(', label: 'id(…)', detail: 'by name, type, account' },
      ]
    case 'id-field':
      return ['name', 'type', 'account.id'].map((field) => ({
        text: `${field}: `,
        label: field,
        detail: 'field',
      }))
    case 'id-value':
      return slot.field === 'type'
        ? texts(vocabulary.serviceTypes, 'type')
        : texts(slot.field === 'name' ? vocabulary.services : new Set(), 'service')
    case 'connective':
      return [
        ...CONNECTIVES,
        ...(slot.braces ? [{ text: '{ ', label: '{ … }', detail: 'conditions on it' }] : []),
      ]
    case 'nothing':
      return []
  }
}

function terms(
  scope: Parameters<typeof keywordsOf>[0],
  vocabulary: Vocabulary,
): readonly Suggestion[] {
  const keywords = keywordsOf(scope).map((keyword) => ({
    text: `${keyword} `,
    label: keyword,
    detail: KIND_TEXT[findKeyword(keyword)?.kind ?? 'text'],
  }))
  const annotations = hasAnnotations(scope)
    ? [...vocabulary.annotations.keys()].map((key) => ({
        text: /^\w+$/.test(key) ? `annotation.${key} ` : `annotation[${bracketKey(key)}] `,
        label: `annotation.${key}`,
        detail: 'annotation',
      }))
    : []
  if (scope !== 'trace') return [...keywords, ...annotations]
  const services = [...vocabulary.services].map((name) => ({
    text: `service(${quoted(name)}) `,
    label: `service(${quoted(name)})`,
    detail: 'service',
  }))
  return [...keywords, ...services, ...annotations, ...CALLS]
}

const KIND_TEXT = { flag: 'yes or no', number: 'number', text: 'text' } as const

const CALLS: readonly Suggestion[] = [
  { text: 'service(', label: 'service(…)', detail: 'a service of the trace' },
  { text: 'edge(', label: 'edge(…, …)', detail: 'a call between services' },
  { text: 'group.name = ', label: 'group.name', detail: 'traces of a group' },
  { text: 'NOT ', label: 'NOT', detail: 'the opposite' },
  ...ROOT_CAUSE_PATHS.map((path) => ({ text: `${path} { `, label: path, detail: 'root cause' })),
]

function operators(of: OperatorKind): readonly Suggestion[] {
  const names = of === 'group' ? ['=', '!='] : operatorsOf(of)
  const own = names.map((name) => ({ text: `${name} `, label: name, detail: 'operator' }))
  if (of === 'group') return own
  return of === 'flag' ? [...CONNECTIVES, ...own] : [...own, ...CONNECTIVES]
}

const CONNECTIVES: readonly Suggestion[] = [
  { text: 'AND ', label: 'AND', detail: 'both' },
  { text: 'OR ', label: 'OR', detail: 'either' },
]

function values(keyword: string, vocabulary: Vocabulary): readonly Suggestion[] {
  if (FLAG_KEYWORDS.some((flag) => flag === keyword)) {
    return [true, false].map((value) => valueSuggestion(value, keyword))
  }
  const known: Readonly<Record<string, Iterable<AnnotationValue>>> = {
    'http.status': [...vocabulary.statuses].sort((a, b) => a - b),
    'http.method': vocabulary.methods,
    'http.url': vocabulary.urls,
    user: vocabulary.users,
    name: vocabulary.services,
    type: vocabulary.serviceTypes,
    'group.name': vocabulary.groups,
  }
  return [...(known[keyword] ?? [])].map((value) => valueSuggestion(value, keyword))
}

function texts(words: ReadonlySet<string>, detail: string): readonly Suggestion[] {
  return [...words].map((word) => ({ text: quoted(word), label: word, detail }))
}

function valueSuggestion(value: AnnotationValue, detail: string): Suggestion {
  const written = typeof value === 'string' ? quoted(value) : String(value)
  return { text: `${written} `, label: String(value), detail }
}

/** Between brackets a key needs quotes where it holds what would end it. */
function bracketKey(key: string): string {
  return /^[^\]\s"]+$/.test(key) ? key : quoted(key)
}

/** Nothing where a word is typed whole: it needs no help, and the list would lie over the page. */
function matching(all: readonly Suggestion[], typed: string): readonly Suggestion[] {
  const wanted = typed.toLowerCase()
  if (wanted === '') return all
  if (all.some(({ label }) => label.toLowerCase() === wanted)) return []
  const begins = all.filter(({ label }) => label.toLowerCase().startsWith(wanted))
  const contains = all.filter(
    ({ label }) =>
      label.toLowerCase().includes(wanted) && !begins.some((one) => one.label === label),
  )
  return [...begins, ...contains]
}
