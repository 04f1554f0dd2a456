import type {
  AnnotationTest,
  FilterExpression,
  FilterTerm,
  FlagKeyword,
  NumberOperator,
  ServiceSelector,
  TextKeyword,
  TextOperator,
} from '@fluoroscope/model'
import { compareNumber, unreachable } from '@fluoroscope/model'
import { float64, identifier, integer, joinSql, type Sql, sql, text } from '../store/sql.ts'

/** A condition on one row of `spans`. */
export type RowCondition = {
  readonly condition: Sql
  /** Skip indexes lead to its rows where they are few (`0010-annotation-indexes.sql`). */
  readonly indexed: boolean
}

/**
 * What the table `spans` can say of a filter: conditions on one row, each of which some row of every
 * trace that matches meets, be it the row of a version that no longer stands. So they may let through
 * traces that do not match, and never hold back one that does (`matchesFilter` decides). Those with an
 * index first; empty where the rows tell nothing. Values are bound.
 * @param expression without groups
 */
export function compileFilter(expression: FilterExpression): readonly RowCondition[] {
  return conditionsOf(expression).slice(0, MAX_CONDITIONS)
}

/** Each costs a look over the rows, and the first few leave little for the others. */
const MAX_CONDITIONS = 4

function conditionsOf(expression: FilterExpression): readonly RowCondition[] {
  switch (expression.kind) {
    case 'and': {
      const conditions = expression.terms.flatMap(conditionsOf)
      return conditions.toSorted((left, right) => Number(right.indexed) - Number(left.indexed))
    }
    case 'or': {
      // One condition of each side: the rows of one side say nothing of a trace that matches the other.
      const sides = expression.terms.map((term) => conditionsOf(term)[0])
      const indexed = sides.every((side) => side?.indexed === true)
      const either = allOf(
        sides.map((side) => side?.condition),
        ' OR ',
      )
      return either.map((condition) => ({ condition, indexed }))
    }
    case 'not':
      return expression.term.kind === 'not' ? conditionsOf(expression.term.term) : []
    default:
      return termConditions(expression)
  }
}

function termConditions(term: FilterTerm): readonly RowCondition[] {
  const conditions = rowConditions(term)
  const indexed = isIndexed(term)
  return conditions.map((condition) => ({ condition, indexed }))
}

/** Filters know values, no parts of them and no order. */
function isIndexed(term: FilterTerm): boolean {
  if (term.kind === 'text') return term.keyword === 'user' && term.operator === '='
  if (term.kind !== 'annotation') return false
  const { test } = term
  // Flags have two values; their names are looked for.
  if (test === undefined || test.kind === 'boolean') return true
  // What a map does not hold is empty, or 0, to the engine.
  return test.operator === '=' && test.value !== '' && test.value !== 0
}

function rowConditions(term: FilterTerm): readonly Sql[] {
  switch (term.kind) {
    case 'service': {
      const own = term.where === undefined ? undefined : rowCondition(term.where)
      return [serviceRow(term.selector, own)].filter(isKnown)
    }
    case 'edge':
      return [serviceRow(term.from, undefined), serviceRow(term.to, undefined)].filter(isKnown)
    case 'root-cause':
      // Paths of failures begin with a flag that was set; those of times are in no column.
      return term.cause === 'responsetime' ? [] : [flagColumn(term.cause)]
    case 'root-cause-json':
    case 'group':
      return []
    default: {
      const condition = simpleCondition(term)
      if (condition === undefined) return []
      // Of a trace these tell what its segments say, annotations also what subsegments do.
      return term.kind === 'annotation' ? [condition] : [sql`(kind = 'segment' AND ${condition})`]
    }
  }
}

type SimpleTerm = Exclude<
  FilterTerm,
  { readonly kind: 'service' | 'edge' | 'root-cause' | 'root-cause-json' | 'group' }
>

function simpleCondition(term: SimpleTerm): Sql | undefined {
  switch (term.kind) {
    case 'flag':
      return flagCondition(term.keyword)
    case 'present':
      return undefined
    case 'number':
      return numberCondition(term)
    case 'text':
      return textCondition(term)
    case 'annotation':
      return annotationCondition(term.key, term.test)
    default:
      return unreachable(term)
  }
}

/** What the row of a segment, or of the call it is inferred from, has to meet within braces. */
function rowCondition(where: FilterExpression): Sql | undefined {
  switch (where.kind) {
    case 'and': {
      const known = where.terms.map(rowCondition).filter(isKnown)
      return known.length === 0 ? undefined : sql`(${joinSql(known, ' AND ')})`
    }
    case 'or':
      return allOf(where.terms.map(rowCondition), ' OR ')[0]
    case 'not':
      return where.term.kind === 'not' ? rowCondition(where.term.term) : undefined
    case 'flag':
    case 'present':
    case 'number':
    case 'text':
      return simpleCondition(where)
    default:
      // An annotation may be that of another row of the segment.
      return undefined
  }
}

/** A service has a segment of its own, or is what a call calls; its client goes by the root's name. */
function serviceRow(selector: ServiceSelector, own: Sql | undefined): Sql | undefined {
  const { name, type, account } = selector
  const reporting: Sql[] = []
  const called: Sql[] = []
  if (name !== undefined) {
    reporting.push(sql`name = ${text(name)}`)
    called.push(sql`callee_name = ${text(name)}`)
  }
  if (type !== undefined && type !== CLIENT) {
    reporting.push(sql`origin = ${text(type)}`)
    called.push(sql`callee_type = ${text(type)}`)
  }
  if (account !== undefined) {
    const belongs = sql`(account = ${text(account)} OR aws_account = ${text(account)})`
    reporting.push(belongs)
    called.push(belongs)
  }
  if (own !== undefined) {
    reporting.push(own)
    called.push(own)
  }
  if (reporting.length === 0) return undefined
  const [segment, call] = [joinSql(reporting, ' AND '), joinSql(called, ' AND ')]
  return sql`((kind = 'segment' AND ${segment}) OR (callee_type != '' AND ${call}))`
}

const CLIENT = 'client'

/** Where all are known: one condition of them. */
function allOf(conditions: readonly (Sql | undefined)[], separator: string): readonly Sql[] {
  const known = conditions.filter(isKnown)
  if (known.length < conditions.length) return []
  return known.length === 1 ? known : [sql`(${joinSql(known, separator)})`]
}

function isKnown(condition: Sql | undefined): condition is Sql {
  return condition !== undefined
}

function flagColumn(keyword: 'fault' | 'error' | 'throttle'): Sql {
  return identifier(keyword)
}

function flagCondition(keyword: FlagKeyword): Sql | undefined {
  switch (keyword) {
    case 'fault':
      return sql`(fault OR http_status >= 500 AND http_status <= 599)`
    case 'error':
      return sql`(error OR http_status >= 400 AND http_status <= 499)`
    case 'throttle':
      return sql`(throttle OR http_status = 429)`
    default:
      return undefined
  }
}

/** Nanoseconds by which a sum of times may differ from what a comparison in seconds sees. */
const ROUNDING_NANOS = 1000
const NANOS_PER_SECOND = 1e9
const MAX_NANOS = 2 ** 62

function numberCondition({
  keyword,
  operator,
  value,
}: FilterTerm & { readonly kind: 'number' }): Sql | undefined {
  if (keyword === 'http.status') {
    // 0 stands for none.
    if (compareNumber(0, operator, value)) return undefined
    return sql`http_status ${operatorOf(operator)} ${float64(value)}`
  }
  if (keyword !== 'responsetime' || !operator.startsWith('>')) return undefined
  const nanos = Math.floor(value * NANOS_PER_SECOND) - ROUNDING_NANOS
  if (!(nanos > 0 && nanos < MAX_NANOS)) return undefined
  return sql`(NOT in_progress AND duration >= ${integer(nanos)})`
}

function textCondition({
  keyword,
  operator,
  value,
}: FilterTerm & { readonly kind: 'text' }): Sql | undefined {
  const columns = columnsOf(keyword)
  // The empty text stands for none.
  if (columns === undefined || value === '') return undefined
  if (operator === '!=') return undefined
  const conditions = columns.map((column) => compareColumn(column, operator, value))
  return allOf(conditions, ' OR ')[0]
}

/** `where` of a service may ask its name and type, which a call tells in other columns. */
function columnsOf(keyword: TextKeyword): readonly Sql[] | undefined {
  switch (keyword) {
    case 'http.url':
      return [identifier('http_url')]
    case 'http.method':
      return [identifier('http_method')]
    case 'http.useragent':
      return [identifier('http_user_agent')]
    case 'http.clientip':
      return [identifier('http_client_ip')]
    case 'user':
      return [identifier('user')]
    case 'resource.arn':
      return [identifier('resource_arn')]
    case 'instance.id':
      return [identifier('instance_id')]
    case 'availabilityzone':
      return [identifier('availability_zone')]
    case 'name':
      return [identifier('name'), identifier('callee_name')]
    case 'type':
      return [identifier('origin'), identifier('callee_type')]
    default:
      return undefined
  }
}

/** Half of a surrogate pair has no UTF-8: what the engine would compare is something else. */
const LONE_SURROGATE = /\p{Surrogate}/u

function compareColumn(column: Sql, operator: TextOperator, value: string): Sql | undefined {
  if (LONE_SURROGATE.test(value)) return undefined
  switch (operator) {
    case '=':
      return sql`${column} = ${text(value)}`
    case '!=':
      return sql`${column} != ${text(value)}`
    case 'CONTAINS':
      return sql`position(${column}, ${text(value)}) > 0`
    case 'BEGINSWITH':
      return sql`startsWith(${column}, ${text(value)})`
    case 'ENDSWITH':
      return sql`endsWith(${column}, ${text(value)})`
    default:
      return unreachable(operator)
  }
}

function annotationCondition(key: string, test: AnnotationTest | undefined): Sql | undefined {
  if (LONE_SURROGATE.test(key)) return undefined
  const name = text(key)
  if (test === undefined) {
    // Spelt so that the index of keys has a say in each of the three.
    return sql`(mapContains(annotation_strings, ${name}) OR mapContains(annotation_numbers, ${name})
      OR (mapContains(annotation_bools, ${name}) AND annotation_bools[${name}]))`
  }
  const map = identifier(MAPS[test.kind])
  const compared = compareAnnotation(sql`${map}[${name}]`, test)
  if (compared === undefined) return sql`mapContains(${map}, ${name})`
  return sql`(mapContains(${map}, ${name}) AND ${compared})`
}

const MAPS = {
  text: 'annotation_strings',
  number: 'annotation_numbers',
  boolean: 'annotation_bools',
} as const

function compareAnnotation(column: Sql, test: AnnotationTest): Sql | undefined {
  switch (test.kind) {
    case 'text':
      return compareColumn(column, test.operator, test.value)
    case 'number':
      return sql`${column} ${operatorOf(test.operator)} ${float64(test.value)}`
    case 'boolean': {
      const wanted = test.value === (test.operator === '=')
      return wanted ? column : sql`NOT ${column}`
    }
    default:
      return unreachable(test)
  }
}

function operatorOf(operator: NumberOperator): Sql {
  switch (operator) {
    case '=':
      return sql`=`
    case '!=':
      return sql`!=`
    case '<':
      return sql`<`
    case '<=':
      return sql`<=`
    case '>':
      return sql`>`
    case '>=':
      return sql`>=`
    default:
      return unreachable(operator)
  }
}
