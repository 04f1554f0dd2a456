import {
  bad,
  type FieldExpression,
  isJsonObject,
  ok,
  type Result,
  type TraceId,
  type TraceQuery,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import type { SpanTree } from '../../analyse/span-tree.ts'
import { serviceOfSpan, spanDuration } from '../../analyse/span-tree.ts'
import { readInstant, readLength, readTraceId, readWhole } from '../query-parameters.ts'
import { type JaegerTag, tagsOf, tagsOfSpan } from './jaeger-trace.ts'

/** What `/api/traces` is asked for (jaegertracing/jaeger, cmd/query/app/query_parser.go). */
export type JaegerQuery = {
  /** Not empty where traces are asked for by their ids alone. */
  readonly traceIds: readonly TraceId[]
  readonly service: string
  readonly operation: string
  readonly tags: ReadonlyMap<string, string>
  /** Both ends belong to the range. */
  readonly from: UnixNanos
  readonly to: UnixNanos
  readonly minDuration: bigint | undefined
  readonly maxDuration: bigint | undefined
  readonly limit: number
}

const NANOS_PER_MICRO = 1000n
const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1500
const DEFAULT_LOOK_BACK = 172_800_000_000_000n

/** @returns the query, or what is wrong with which parameter */
export function readJaegerQuery(
  query: URLSearchParams,
  now: UnixNanos,
): Result<JaegerQuery, string> {
  const traceIds = readTraceIds(query)
  if (!traceIds.ok) return traceIds
  const range = readRange(query, now)
  if (!range.ok) return range
  const tags = readTags(query)
  if (!tags.ok) return tags
  const limit = readWhole(query, 'limit', DEFAULT_LIMIT, [1, MAX_LIMIT])
  if (!limit.ok) return limit
  const minDuration = readLength(query, 'minDuration')
  if (!minDuration.ok) return minDuration
  const maxDuration = readLength(query, 'maxDuration')
  if (!maxDuration.ok) return maxDuration
  const [least, most] = [minDuration.value, maxDuration.value]
  if (least !== undefined && most !== undefined && most < least) {
    return bad("'maxDuration' should be greater than 'minDuration'")
  }
  const service = query.get('service') ?? ''
  if (service === '' && traceIds.value.length === 0) return bad("parameter 'service' is required")
  return ok({
    traceIds: traceIds.value,
    service,
    operation: query.get('operation') ?? '',
    tags: tags.value,
    ...range.value,
    minDuration: least,
    maxDuration: most,
    limit: limit.value,
  })
}

function readTraceIds(query: URLSearchParams): Result<readonly TraceId[], string> {
  const ids: TraceId[] = []
  for (const text of query.getAll('traceID')) {
    const id = readTraceId(text)
    if (id === undefined) return bad(`cannot parse traceID param: '${text}'`)
    ids.push(id)
  }
  if (ids.length > MAX_LIMIT) return bad(`at most ${MAX_LIMIT} parameters 'traceID'`)
  return ok(ids)
}

/** Without a start as far back as `lookback` says, else two days. */
function readRange(
  query: URLSearchParams,
  now: UnixNanos,
): Result<{ readonly from: UnixNanos; readonly to: UnixNanos }, string> {
  const start = readInstant(query, 'start', NANOS_PER_MICRO)
  if (!start.ok) return start
  const end = readInstant(query, 'end', NANOS_PER_MICRO)
  if (!end.ok) return end
  const to = end.value ?? now
  if (start.value !== undefined) return ok({ from: start.value, to })
  // The console of Jaeger sends `custom` here, with a start.
  const lookBack = readLength(query, 'lookback')
  if (!lookBack.ok) return lookBack
  return ok({ from: unixNanos(to - (lookBack.value ?? DEFAULT_LOOK_BACK)), to })
}

/** `tag=key:value`, as often as wanted, and `tags={"key":"value"}`. */
function readTags(query: URLSearchParams): Result<ReadonlyMap<string, string>, string> {
  const tags = new Map<string, string>()
  for (const text of query.getAll('tag')) {
    const at = text.indexOf(':')
    if (at < 0) return bad(`malformed 'tag' parameter, expecting key:value, received: ${text}`)
    tags.set(text.slice(0, at), text.slice(at + 1))
  }
  for (const text of query.getAll('tags')) {
    const map = readTextMap(text)
    if (map === undefined) {
      return bad(`malformed 'tags' parameter, expecting a JSON object of texts, received: ${text}`)
    }
    for (const [key, value] of map) tags.set(key, value)
  }
  return ok(tags)
}

function readTextMap(text: string): readonly (readonly [string, string])[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
  if (!isJsonObject(value)) return undefined
  const entries = Object.entries(value)
  const texts = entries.flatMap(([key, each]) => (typeof each === 'string' ? [[key, each]] : []))
  return texts.length === entries.length ? (texts as [string, string][]) : undefined
}

/** As Jaeger searches: one span of the trace has to meet all that is asked for. */
export function matchesJaegerQuery(query: JaegerQuery, { nodes }: SpanTree): boolean {
  return nodes.some(({ span }) => {
    if (serviceOfSpan(span) !== query.service) return false
    if (query.operation !== '' && span.name !== query.operation) return false
    if (!hasLength(query, spanDuration(span))) return false
    if (query.tags.size === 0) return true
    const told = [
      ...tagsOfSpan(span),
      ...tagsOf(span.resource.attributes),
      ...span.events.flatMap(({ name, attributes }) => [
        { key: 'event', value: name },
        ...tagsOf(attributes),
      ]),
    ]
    return [...query.tags].every(([key, value]) => told.some((tag) => isTag(tag, key, value)))
  })
}

function isTag(tag: Pick<JaegerTag, 'key' | 'value'>, key: string, value: string): boolean {
  return tag.key === key && String(tag.value) === value
}

/** Of a span that has not ended the length is not known. */
function hasLength(query: JaegerQuery, duration: bigint | undefined): boolean {
  const { minDuration, maxDuration } = query
  if (minDuration === undefined && maxDuration === undefined) return true
  if (duration === undefined) return false
  if (minDuration !== undefined && duration < minDuration) return false
  return maxDuration === undefined || duration <= maxDuration
}

/** What every trace that matches fulfils, in TraceQL: it narrows down what has to be looked at. */
export function impliedQuery(
  query: Pick<JaegerQuery, 'service'> & Partial<JaegerQuery>,
): TraceQuery {
  const conditions = [
    comparison(
      '=',
      { kind: 'attribute', scope: 'resource', name: SERVICE_NAME, offset: 0 },
      {
        type: 'string',
        value: query.service,
      },
    ),
  ]
  if (query.operation) {
    const name = { kind: 'intrinsic', name: 'span:name', offset: 0 } as const
    conditions.push(comparison('=', name, { type: 'string', value: query.operation }))
  }
  if (query.minDuration !== undefined) {
    const duration = { kind: 'intrinsic', name: 'span:duration', offset: 0 } as const
    conditions.push(comparison('>=', duration, { type: 'duration', value: query.minDuration }))
  }
  const where = conditions.reduce((left, right) => {
    return { kind: 'binary', operator: '&&', left, right, offset: 0 }
  })
  return [{ kind: 'spanset-filter', where }]
}

const SERVICE_NAME = 'service.name'

function comparison(
  operator: '=' | '>=',
  left: FieldExpression,
  value: (FieldExpression & { readonly kind: 'static' })['value'],
): FieldExpression {
  return { kind: 'binary', operator, left, right: { kind: 'static', value, offset: 0 }, offset: 0 }
}
