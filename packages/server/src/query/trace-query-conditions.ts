import type {
  FieldExpression,
  FieldReference,
  PipelineStage,
  SpansetExpression,
  StaticValue,
  TraceQuery,
} from '@fluoroscope/model'
import { unreachable } from '@fluoroscope/model'
import { identifier, integer, joinSql, type Sql, sql, text, unsigned } from '../store/sql.ts'
import type { RowCondition } from './compile-filter.ts'
import { nearMinutes } from './narrow-candidates.ts'
import type { TimeWindow } from './trace-search.ts'

/**
 * What the table `spans` can say of a TraceQL query: conditions on one row, each of which some row of every
 * trace that matches meets. As with `compileFilter` they may let through what does not match, and never hold
 * back what does. Rows of what was sent as spans tell what it means to X-Ray: these traces are all let
 * through.
 * @param window in which the traces start
 */
export function traceQueryConditions(
  query: TraceQuery,
  window: TimeWindow,
): readonly RowCondition[] {
  const conditions = query.flatMap(stageConditions).slice(0, MAX_CONDITIONS)
  const wasSentAsSpans = sql`trace_id IN (
    SELECT trace_id FROM documents WHERE ${nearMinutes(window)} AND format = 'otlp'
  )`
  return conditions.map((condition) => ({
    condition: sql`(${condition} OR ${wasSentAsSpans})`,
    indexed: false,
  }))
}

/** Each costs a look over the rows, and the first few leave little for the others. */
const MAX_CONDITIONS = 4

function stageConditions(stage: PipelineStage): readonly Sql[] {
  switch (stage.kind) {
    case 'spanset-filter':
    case 'spanset-operation':
    case 'pipeline':
      return spansetConditions(stage)
    case 'scalar-filter':
    case 'by':
    case 'coalesce':
    case 'select':
      return []
    default:
      return unreachable(stage)
  }
}

function spansetConditions(expression: SpansetExpression): readonly Sql[] {
  switch (expression.kind) {
    case 'spanset-filter':
      return fieldConditions(expression.where)
    case 'pipeline':
      return expression.stages.flatMap(stageConditions)
    case 'spanset-operation': {
      const [left, right] = [
        spansetConditions(expression.left),
        spansetConditions(expression.right),
      ]
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
function fieldConditions(where: FieldExpression): readonly Sql[] {
  if (where.kind !== 'binary') return []
  const { operator, left, right } = where
  switch (operator) {
    case '&&':
      return [...fieldConditions(left), ...fieldConditions(right)]
    case '||':
      return eitherOf(fieldConditions(left)[0], fieldConditions(right)[0])
    default: {
      if (right.kind !== 'static') return []
      if (left.kind !== 'attribute' && left.kind !== 'intrinsic') return []
      const condition = comparison(left, operator, right.value)
      return condition === undefined ? [] : [condition]
    }
  }
}

function eitherOf(left: Sql | undefined, right: Sql | undefined): readonly Sql[] {
  return left === undefined || right === undefined ? [] : [sql`(${left} OR ${right})`]
}

function comparison(field: FieldReference, operator: string, value: StaticValue): Sql | undefined {
  if (field.kind === 'intrinsic' && field.name === 'span:duration') {
    return durationCondition(operator, value)
  }
  if (operator !== '=') return undefined
  if (value.type === 'string' && LONE_SURROGATE.test(value.value)) return undefined
  if (field.kind === 'attribute') return attributeCondition(field.scope, field.name, value)
  switch (field.name) {
    case 'span:name':
    case 'trace:rootName':
      return value.type === 'string' ? sql`name = ${text(value.value)}` : undefined
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

const FAILED = sql`(fault OR error OR throttle OR http_status >= 400)`

const MAX_INT64 = 2n ** 63n - 1n

function durationCondition(operator: string, value: StaticValue): Sql | undefined {
  if (operator !== '=' && operator !== '>' && operator !== '>=') return undefined
  const nanos = wholeNanos(value)
  if (nanos === undefined || nanos <= 0n || nanos > MAX_INT64) return undefined
  return sql`(in_progress OR duration >= ${integer(nanos)})`
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

/** Spans have the name of their segment as that of their service (`resourceOfSegment`). */
function serviceRow(name: string): Sql {
  return sql`(kind = 'segment' AND name = ${text(name)})`
}

const SERVICE_NAME = 'service.name'

/**
 * Attributes whose keys have no dot come from annotations alone, under their own key; the others may tell
 * a field of the document (`attributesOfEntity`).
 */
function attributeCondition(scope: string, name: string, value: StaticValue): Sql | undefined {
  if (name === SERVICE_NAME && value.type === 'string' && scope !== 'span') {
    if (scope === 'resource') return serviceRow(value.value)
    return scope === 'any' ? sql`(${serviceRow(value.value)} OR ${hasAnnotation(name)})` : undefined
  }
  if ((scope !== 'any' && scope !== 'span') || LONE_SURROGATE.test(name)) return undefined
  const column = columnCondition(name, value)
  if (column !== undefined) return sql`(${column} OR ${hasAnnotation(name)})`
  return name.includes('.') ? undefined : annotationCondition(name, value)
}

const MAX_STATUS = 65_535n

function columnCondition(name: string, value: StaticValue): Sql | undefined {
  if (name === 'http.response.status_code') {
    if (value.type !== 'integer' || value.value < 1n || value.value > MAX_STATUS) return undefined
    return sql`http_status = ${unsigned(value.value)}`
  }
  const column = TEXT_COLUMNS.get(name)
  if (column === undefined || value.type !== 'string' || value.value === '') return undefined
  return sql`${identifier(column)} = ${text(value.value)}`
}

const TEXT_COLUMNS: ReadonlyMap<string, string> = new Map([
  ['http.request.method', 'http_method'],
  ['url.full', 'http_url'],
  ['user_agent.original', 'http_user_agent'],
  ['enduser.id', 'user'],
])

function annotationCondition(name: string, value: StaticValue): Sql | undefined {
  const key = text(name)
  switch (value.type) {
    case 'string':
      return sql`(mapContains(annotation_strings, ${key}) AND
        annotation_strings[${key}] = ${text(value.value)})`
    case 'integer':
    case 'float':
    case 'duration':
      return sql`mapContains(annotation_numbers, ${key})`
    case 'boolean':
      return sql`mapContains(annotation_bools, ${key})`
    default:
      return undefined
  }
}

function hasAnnotation(name: string): Sql {
  const maps = ['annotation_strings', 'annotation_numbers', 'annotation_bools']
  return joinSql(
    maps.map((map) => sql`mapContains(${identifier(map)}, ${text(name)})`),
    ' OR ',
  )
}
