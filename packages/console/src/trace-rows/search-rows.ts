import type { CriticalPath } from './critical-path.ts'
import {
  parseDuration,
  type RowTrait,
  type SearchOperator,
  type SearchTerm,
} from './search-query.ts'
import { countTexts, type StringTable, textAt } from './string-table.ts'
import { FLAG, isFlagged, keyAt, kindAt, outcomeAt, type TraceRows } from './trace-rows.ts'

/** What a search looks at: the rows, and the terms of each. */
export type SearchedRows = {
  readonly rows: TraceRows
  readonly critical: CriticalPath
  /** `key`, a zero character, value. */
  readonly terms: StringTable
  /** Of each row where its terms begin and end in `termList`. */
  readonly termRange: (row: number) => readonly [number, number]
  readonly termList: Uint32Array
}

/** 1 for each row that all of `terms` hold for. */
export function searchRows(searched: SearchedRows, terms: readonly SearchTerm[]): Uint8Array {
  const hits = new Uint8Array(searched.rows.count).fill(1)
  for (const { condition, isNegated } of terms) {
    const test = testOf(searched, condition)
    for (let row = 0; row < hits.length; row++) {
      if (hits[row] === 1 && test(row) === isNegated) hits[row] = 0
    }
  }
  return hits
}

type RowTest = (row: number) => boolean

function testOf(searched: SearchedRows, condition: SearchTerm['condition']): RowTest {
  switch (condition.kind) {
    case 'text':
      return testText(searched, condition.text)
    case 'is':
      return testTrait(searched, condition.what)
    case 'compare':
      return testComparison(searched, condition.key, condition.operator, condition.value)
  }
}

/** In name, service, request or a term's value; or the row's id. Each distinct text is looked at once. */
function testText(searched: SearchedRows, text: string): RowTest {
  const { rows } = searched
  const wanted = text.toLowerCase()
  const strings = matching(rows.strings, (candidate) => candidate.toLowerCase().includes(wanted))
  const term = testTerms(searched, (_key, value) => value.toLowerCase().includes(wanted))
  const isId = /^[0-9a-f]{16}(?:-\d+)?$/.test(wanted)
  return (row) =>
    strings[rows.name[row] ?? 0] === 1 ||
    strings[rows.text[row] ?? 0] === 1 ||
    strings[rows.service[row] ?? 0] === 1 ||
    term(row) ||
    (isId && keyAt(rows, row) === wanted)
}

function testTerms(
  { terms, termRange, termList }: SearchedRows,
  accepts: (key: string, value: string) => boolean,
): RowTest {
  const matched = matching(terms, (text) => {
    const cut = text.indexOf('\u0000')
    return cut >= 0 && accepts(text.slice(0, cut), text.slice(cut + 1))
  })
  if (!matched.includes(1)) return () => false
  return (row) => {
    const [first, last] = termRange(row)
    for (let index = first; index < last; index++) {
      if (matched[termList[index] ?? 0] === 1) return true
    }
    return false
  }
}

function matching(table: StringTable, accepts: (text: string) => boolean): Uint8Array {
  const matched = new Uint8Array(countTexts(table))
  for (let number = 0; number < matched.length; number++) {
    if (accepts(textAt(table, number))) matched[number] = 1
  }
  return matched
}

function testTrait(searched: SearchedRows, trait: RowTrait): RowTest {
  const { rows, critical } = searched
  switch (trait) {
    case 'error':
      return (row) => outcomeAt(rows, row) !== 'ok'
    case 'slow': {
      const usual = usualDurations(rows)
      return (row) => (rows.duration[row] ?? 0) > SLOW_FACTOR * (usual[row] ?? Number.NaN)
    }
    case 'critical':
      return (row) => (critical.share[row] ?? 0) > 0
    case 'database':
      return (row) => kindAt(rows, row) === 'database'
    case 'external':
      return (row) => ['remote', 'aws', 'queue'].includes(kindAt(rows, row))
    case 'inferred':
      return (row) => isFlagged(rows, row, FLAG.inferred)
    case 'open':
      return (row) => isFlagged(rows, row, FLAG.inProgress)
  }
}

/** Slow for its kind: it takes more than so many times the median of at least so many of its kind. */
const SLOW_FACTOR = 3
const SLOW_KIND = 5

/** Of each row the median duration of rows with its service and name; NaN where they are too few. */
function usualDurations(rows: TraceRows): Float64Array {
  const usual = new Float64Array(rows.count).fill(Number.NaN)
  const kinds = new Map<number, number[]>()
  const texts = countTexts(rows.strings)
  for (let row = 0; row < rows.count; row++) {
    if (Number.isNaN(rows.duration[row] ?? Number.NaN)) continue
    const kind = (rows.service[row] ?? 0) * texts + (rows.name[row] ?? 0)
    const members = kinds.get(kind)
    if (members === undefined) kinds.set(kind, [row])
    else members.push(row)
  }
  for (const members of kinds.values()) {
    if (members.length < SLOW_KIND) continue
    const sorted = Float64Array.from(members, (row) => rows.duration[row] ?? 0).sort()
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0
    for (const row of members) usual[row] = median
  }
  return usual
}

function testComparison(
  searched: SearchedRows,
  key: string,
  operator: SearchOperator,
  value: string,
): RowTest {
  const { rows } = searched
  const column = { name: rows.name, service: rows.service, text: rows.text }[key]
  if (column !== undefined) {
    const matched = matching(rows.strings, (text) => compareTexts(text, operator, value))
    return (row) => matched[column[row] ?? 0] === 1
  }
  switch (key) {
    case 'duration': {
      const nanos = parseDuration(value) ?? Number.NaN
      return (row) => compareNumbers(rows.duration[row] ?? Number.NaN, operator, nanos)
    }
    case 'own': {
      const nanos = parseDuration(value) ?? Number.NaN
      return (row) => compareNumbers(rows.own[row] ?? Number.NaN, operator, nanos)
    }
    case 'status':
      return (row) =>
        (rows.status[row] ?? 0) > 0 &&
        compareNumbers(rows.status[row] ?? 0, operator, Number(value))
    case 'outcome':
      return (row) => compareTexts(outcomeAt(rows, row), operator, value)
    case 'kind':
      return (row) => compareTexts(kindAt(rows, row), operator, value)
    case 'id':
      return (row) => compareTexts(keyAt(rows, row), operator, value)
  }
  return testTerms(searched, (name, text) => name === key && compareTexts(text, operator, value))
}

function compareTexts(text: string, operator: SearchOperator, value: string): boolean {
  switch (operator) {
    case '=':
      return text.toLowerCase() === value.toLowerCase()
    case '!=':
      return text.toLowerCase() !== value.toLowerCase()
    case '~':
      return text.toLowerCase().includes(value.toLowerCase())
    default:
      return text !== '' && compareNumbers(Number(text), operator, Number(value))
  }
}

function compareNumbers(left: number, operator: SearchOperator, right: number): boolean {
  switch (operator) {
    case '=':
    case '~':
      return left === right
    case '!=':
      return left !== right
    case '>':
      return left > right
    case '>=':
      return left >= right
    case '<':
      return left < right
    case '<=':
      return left <= right
  }
}
