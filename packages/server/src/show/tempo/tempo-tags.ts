import {
  type AttributeScope,
  bad,
  type FieldReference,
  INTRINSICS,
  ok,
  parseTraceQuery,
  type Result,
} from '@fluoroscope/model'
import type { SpanSearch, SpanSearchResult } from '../../analyse/span-search.ts'
import type { SpanNode, SpanTree } from '../../analyse/span-tree.ts'
import { isList, type ScalarValue } from '../../analyse/traceql/field-value.ts'
import { readFieldValue } from '../../analyse/traceql/read-field.ts'
import { readWhole } from '../query-parameters.ts'
import type { SpanReads } from '../read-route.ts'
import { readTempoRange, readTraceQuery } from './tempo-request.ts'
import { scalarText } from './tempo-search.ts'

/** Scopes of attributes in Tempo's order; `intrinsic` is no scope of attributes. */
export type TagScope = Exclude<AttributeScope, 'any'>
export const TAG_SCOPES: readonly TagScope[] = [
  'span',
  'resource',
  'event',
  'link',
  'instrumentation',
]

/** All names that are no attributes, sorted. */
export const INTRINSIC_TAGS: readonly string[] = [...INTRINSICS.keys()].sort()

/** Names and values are those of so many of the newest traces of the range. */
const MAX_TRACES = 1000
const DEFAULT_LIMIT = 5000

export type TagSearch = Pick<SpanSearch, 'range' | 'implied' | 'limit' | 'maxInspected'> & {
  /** Spans whose tags are told. */
  readonly spansOf: (tree: SpanTree) => readonly SpanNode[]
  /** Names of a scope, or values, that are told at most. */
  readonly maxTags: number
}

/** What tag names and values are asked for; a `q` that is no query asks for all, as with Tempo. */
export function readTagSearch(query: URLSearchParams, reads: SpanReads): Result<TagSearch, string> {
  const range = readTempoRange(query, reads.now())
  if (!range.ok) return range
  const limit = readWhole(query, 'limit', DEFAULT_LIMIT, [0, DEFAULT_LIMIT])
  if (!limit.ok) return limit
  const text = query.get('q') ?? ''
  const wanted = text === '' ? undefined : readTraceQuery(text)
  const matcher = wanted?.ok === true ? wanted.value.matcher : undefined
  return ok({
    range: range.value,
    implied: wanted?.ok === true ? wanted.value.implied : undefined,
    limit: Number.POSITIVE_INFINITY,
    maxInspected: MAX_TRACES,
    maxTags: limit.value === 0 ? DEFAULT_LIMIT : limit.value,
    spansOf: (tree) =>
      matcher === undefined ? tree.nodes : matcher.match(tree).flatMap(({ spans }) => spans),
  })
}

export type FoundTags<Tag> = {
  readonly tags: readonly Tag[]
  readonly result: SpanSearchResult<never>
}

/** Names of attributes of each scope, sorted. @throws StoreError */
export async function findTagNames(
  reads: SpanReads,
  search: TagSearch,
): Promise<FoundTags<{ readonly scope: TagScope; readonly names: readonly string[] }>> {
  const names = new Map(TAG_SCOPES.map((scope) => [scope, new Set<string>()]))
  const result = await reads.search<never>(search, ({ tree }) => {
    for (const { span } of search.spansOf(tree)) {
      addKeys(names.get('span'), span)
      addKeys(names.get('resource'), span.resource)
      addKeys(names.get('instrumentation'), span.scope)
      for (const event of span.events) addKeys(names.get('event'), event)
      for (const link of span.links) addKeys(names.get('link'), link)
    }
    return undefined
  })
  const tags = [...names].map(([scope, found]) => {
    return { scope, names: [...found].sort().slice(0, search.maxTags) }
  })
  return { tags, result }
}

function addKeys(
  names: Set<string> | undefined,
  { attributes }: { readonly attributes: ReadonlyMap<string, unknown> },
): void {
  for (const key of attributes.keys()) names?.add(key)
}

export type TagValue = {
  readonly type: 'string' | 'int' | 'float' | 'bool' | 'keyword'
  readonly value: string
}

/** Values of a field, sorted. @throws StoreError */
export async function findTagValues(
  reads: SpanReads,
  search: TagSearch,
  field: FieldReference,
): Promise<FoundTags<TagValue>> {
  const values = new Map<string, TagValue>()
  const add = (scalar: ScalarValue) => {
    const type = typeOf(scalar)
    const value = scalarText(scalar)
    values.set(`${type} ${value}`, { type, value })
  }
  const result = await reads.search<never>(search, ({ tree }) => {
    for (const node of search.spansOf(tree)) {
      const value = readFieldValue(field, node, tree)
      if (value === undefined) continue
      for (const each of isList(value) ? value : [value]) add(each)
    }
    return undefined
  })
  const sorted = [...values].sort(byKey).map(([, value]) => value)
  return { tags: sorted.slice(0, search.maxTags), result }
}

function byKey([left]: readonly [string, TagValue], [right]: readonly [string, TagValue]): number {
  return left < right ? -1 : 1
}

function typeOf(value: ScalarValue): TagValue['type'] {
  switch (typeof value) {
    case 'bigint':
      return 'int'
    case 'number':
      return 'float'
    case 'boolean':
      return 'bool'
    case 'string':
      return 'string'
    default:
      return 'keyword'
  }
}

/** `span.key`, `.key` or an intrinsic, as a query writes it. */
export function readTagField(text: string): Result<FieldReference, string> {
  const parsed = parseTraceQuery(`{ ${text} = nil }`)
  const [stage] = parsed.ok ? parsed.value : []
  const where = stage?.kind === 'spanset-filter' ? stage.where : undefined
  const field = where?.kind === 'binary' ? where.left : undefined
  if (field?.kind === 'attribute' || field?.kind === 'intrinsic') return ok(field)
  return bad(`the tag '${text}' is no attribute such as span.key or .key, and no intrinsic`)
}

/** A name without a scope, as the older API has it; some stand for intrinsics. */
export function plainTagField(name: string): FieldReference {
  const intrinsic = INTRINSICS.get(OLD_NAMES.get(name) ?? name)
  if (intrinsic !== undefined) return { kind: 'intrinsic', name: intrinsic, offset: 0 }
  return { kind: 'attribute', scope: 'any', name, offset: 0 }
}

const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['status.code', 'status'],
  ['root.name', 'rootName'],
  ['root.service.name', 'rootServiceName'],
])
