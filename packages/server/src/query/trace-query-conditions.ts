import type {
  FieldExpression,
  FieldReference,
  PipelineStage,
  SpansetExpression,
  StaticValue,
  TraceQuery,
} from '@fluoroscope/model'
import { isAnnotationKey, isFreeAttribute, unreachable } from '@fluoroscope/model'
import { UNTOLD_SERVICE } from '../store/span-row.ts'
import {
  float64,
  identifier,
  integer,
  joinSql,
  type Sql,
  sql,
  text,
  unsigned,
} from '../store/sql.ts'
import type { RowCondition } from './compile-filter.ts'
import { nearMinutes } from './narrow-candidates.ts'
import type { TimeWindow } from './trace-search.ts'

/**
 * What the table `spans` can say of a TraceQL query: conditions on one row, each of which some row of every
 * trace that matches meets. As with `compileFilter` they may let through what does not match, and never hold
 * back what does. Where rows of what was sent as spans tell only what it means to X-Ray, or nothing at all,
 * these traces are let through.
 * @param window in which the traces start
 */
export function traceQueryConditions(
  query: TraceQuery,
  window: TimeWindow,
): readonly RowCondition[] {
  const wasSentAsSpans = sql`trace_id IN (
    SELECT trace_id FROM documents WHERE ${nearMinutes(window)} AND format = 'otlp'
  )`
  const tests = query.flatMap(stageTests).toSorted((left, right) => rank(left) - rank(right))
  return tests.slice(0, MAX_CONDITIONS).map(({ row, tellsSpans }) => ({
    condition: sql`(${row} OR ${tellsSpans ? sql`service = ${text(UNTOLD_SERVICE)}` : wasSentAsSpans})`,
    indexed: false,
  }))
}

/** What a row meets. */
type RowTest = {
  readonly row: Sql
  /** A row of what was sent as a span meets it too, unless it tells no service. */
  readonly tellsSpans: boolean
}

/** What holds back more comes first. */
function rank({ tellsSpans }: RowTest): number {
  return tellsSpans ? 0 : 1
}

/** Each costs a look over the rows, and the first few leave little for the others. */
const MAX_CONDITIONS = 4

function stageTests(stage: PipelineStage): readonly RowTest[] {
  switch (stage.kind) {
    case 'spanset-filter':
    case 'spanset-operation':
    case 'pipeline':
      return spansetTests(stage)
    case 'scalar-filter':
    case 'by':
    case 'coalesce':
    case 'select':
      return []
    default:
      return unreachable(stage)
  }
}

function spansetTests(expression: SpansetExpression): readonly RowTest[] {
  switch (expression.kind) {
    case 'spanset-filter':
      return fieldTests(expression.where)
    case 'pipeline':
      return expression.stages.flatMap(stageTests)
    case 'spanset-operation': {
      const [left, right] = [spansetTests(expression.left), spansetTests(expression.right)]
      switch (expression.operator) {
        case '||':
          return eitherOf(left[0], right[0])
        case '!>':
        case '!>>':
        case '!<':
        case '!<<':
        case '!~':
          // The left side may be empty.
          return right
        default:
          return [...left, ...right]
      }
    }
    default:
      return unreachable(expression)
  }
}

/** What rows of a trace meet that has a span of which `where` holds. */
function fieldTests(where: FieldExpression): readonly RowTest[] {
  if (where.kind !== 'binary') return []
  const { operator, left, right } = where
  switch (operator) {
    case '&&':
      return [...fieldTests(left), ...fieldTests(right)]
    case '||':
      return eitherOf(fieldTests(left)[0], fieldTests(right)[0])
    default: {
      if (right.kind !== 'static') return []
      if (left.kind !== 'attribute' && left.kind !== 'intrinsic') return []
      const condition = comparison(left, operator, right.value)
      return condition === undefined ? [] : [condition]
    }
  }
}

function eitherOf(left: RowTest | undefined, right: RowTest | undefined): readonly RowTest[] {
  if (left === undefined || right === undefined) return []
  const row = sql`(${left.row} OR ${right.row})`
  return [{ row, tellsSpans: left.tellsSpans && right.tellsSpans }]
}

function tellsSpans(row: Sql): RowTest {
  return { row, tellsSpans: true }
}

function tellsDocuments(row: Sql): RowTest {
  return { row, tellsSpans: false }
}

function comparison(
  field: FieldReference,
  operator: string,
  value: StaticValue,
): RowTest | undefined {
  if (field.kind === 'intrinsic' && field.name === 'span:duration') {
    return durationCondition(operator, value)
  }
  if (operator !== '=') return undefined
  if (value.type === 'string' && LONE_SURROGATE.test(value.value)) return undefined
  if (field.kind === 'attribute') return attributeCondition(field.scope, field.name, value)
  switch (field.name) {
    case 'span:name':
    case 'trace:rootName':
      return value.type === 'string' ? tellsDocuments(sql`name = ${text(value.value)}`) : undefined
    case 'trace:rootService':
      return value.type === 'string' ? serviceRow(value.value) : undefined
    case 'span:status':
      return value.type === 'status' && value.value === 'error' ? FAILED : undefined
    default:
      return undefined
  }
}

/** Half of a surrogate pair has no UTF-8: what the engine would compare is something else. */
const LONE_SURROGATE = /\p{Surrogate}/u

const FAILED = tellsDocuments(sql`(fault OR error OR throttle OR http_status >= 400)`)

const MAX_INT64 = 2n ** 63n - 1n

function durationCondition(operator: string, value: StaticValue): RowTest | undefined {
  if (operator !== '=' && operator !== '>' && operator !== '>=') return undefined
  const nanos = wholeNanos(value)
  if (nanos === undefined || nanos <= 0n || nanos > MAX_INT64) return undefined
  return tellsSpans(sql`(in_progress OR duration >= ${integer(nanos)})`)
}

/** At most the value; undefined for what is no number. */
function wholeNanos(value: StaticValue): bigint | undefined {
  switch (value.type) {
    case 'integer':
    case 'duration':
      return value.value
    case 'float':
      return Number.isFinite(value.value) ? BigInt(Math.floor(value.value)) : undefined
    default:
      return undefined
  }
}

/** Spans of segments have the name of their segment as that of their service (`resourceOfSegment`). */
function serviceRow(name: string): RowTest {
  const of = text(name)
  return tellsSpans(sql`(service = ${of} OR (kind = 'segment' AND name = ${of}))`)
}

const SERVICE_NAME = 'service.name'

/**
 * Attributes that mean nothing to X-Ray come from annotations alone, under their own key; the others may
 * tell a field of the document (`attributesOfEntity`), and fields may tell them (`readSpan`).
 */
function attributeCondition(scope: string, name: string, value: StaticValue): RowTest | undefined {
  if (name === SERVICE_NAME && value.type === 'string' && scope !== 'span') {
    if (scope === 'resource') return serviceRow(value.value)
    return scope === 'any' ? eitherOf(serviceRow(value.value), hasAnnotation(name))[0] : undefined
  }
  if ((scope !== 'any' && scope !== 'span') || LONE_SURROGATE.test(name)) return undefined
  // An attribute of the resource is not in the rows; those of segments have keys with dots.
  const mayBeOfResource = scope === 'any' && name.includes('.')
  const isAnnotation = isFreeAttribute(name) && !mayBeOfResource
  const condition = isAnnotation
    ? annotationCondition(name, value)
    : eitherOf(columnCondition(name, value), hasAnnotation(name))[0]
  const isWhole = scope === 'span' && isAnnotationKey(name)
  return condition && { ...condition, tellsSpans: condition.tellsSpans && isWhole }
}

const MAX_STATUS = 65_535n

function columnCondition(name: string, value: StaticValue): RowTest | undefined {
  if (name === 'http.response.status_code') {
    if (value.type !== 'integer' || value.value < 1n || value.value > MAX_STATUS) return undefined
    return tellsSpans(sql`http_status = ${unsigned(value.value)}`)
  }
  const column = TEXT_COLUMNS.get(name)
  if (column === undefined || value.type !== 'string' || value.value === '') return undefined
  return tellsDocuments(sql`${identifier(column)} = ${text(value.value)}`)
}

const TEXT_COLUMNS: ReadonlyMap<string, string> = new Map([
  ['http.request.method', 'http_method'],
  ['url.full', 'http_url'],
  ['user_agent.original', 'http_user_agent'],
  ['enduser.id', 'user'],
])

function annotationCondition(name: string, value: StaticValue): RowTest | undefined {
  const key = text(name)
  switch (value.type) {
    case 'string':
      return tellsSpans(sql`(mapContains(annotation_strings, ${key}) AND
        annotation_strings[${key}] = ${text(value.value)})`)
    case 'integer': {
      // Beyond, a double would round it: it is kept as its digits.
      const isExact = value.value <= MAX_SAFE && value.value >= -MAX_SAFE
      return isExact
        ? tellsSpans(sql`(mapContains(annotation_numbers, ${key}) AND
        annotation_numbers[${key}] = ${float64(Number(value.value))})`)
        : undefined
    }
    case 'float':
    case 'duration':
      return tellsDocuments(sql`mapContains(annotation_numbers, ${key})`)
    case 'boolean':
      return tellsSpans(sql`(mapContains(annotation_bools, ${key}) AND
        ${value.value ? sql`` : sql`NOT `}annotation_bools[${key}])`)
    default:
      return undefined
  }
}

const MAX_SAFE = 2n ** 53n

function hasAnnotation(name: string): RowTest {
  const maps = ['annotation_strings', 'annotation_numbers', 'annotation_bools']
  const row = joinSql(
    maps.map((map) => sql`mapContains(${identifier(map)}, ${text(name)})`),
    ' OR ',
  )
  return tellsSpans(row)
}
