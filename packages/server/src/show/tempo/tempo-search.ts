import { type FieldReference, traceIdHex } from '@fluoroscope/model'
import type { SpanSearchResult, SpanTrace } from '../../analyse/span-search.ts'
import { type SpanNode, serviceOfSpan, spanDuration } from '../../analyse/span-tree.ts'
import { type FieldValue, isList, type ScalarValue } from '../../analyse/traceql/field-value.ts'
import { printField } from '../../analyse/traceql/query-fields.ts'
import { readFieldValue } from '../../analyse/traceql/read-field.ts'
import type { Spanset } from '../../analyse/traceql/spanset.ts'
import type { TempoSearch } from './tempo-request.ts'

type Json = Readonly<Record<string, unknown>>

/** Tempo's words for a trace whose root has not arrived. */
const NO_ROOT = '<root span not yet received>'
const NANOS_PER_MILLI = 1_000_000n

/** What a search shows of a trace; undefined where it does not match. */
export function searchMatch(search: TempoSearch, { id, tree }: SpanTrace): Json | undefined {
  const spansets = search.matcher.match(tree)
  const [first] = spansets
  if (first === undefined) return undefined
  const { root } = tree
  const shown = spansets.map((spanset) => spansetJson(search, spanset, tree))
  return {
    traceID: traceIdHex(id),
    rootServiceName: root === undefined ? NO_ROOT : serviceOfSpan(root.span),
    rootTraceName: root?.span.name ?? '',
    startTimeUnixNano: String(tree.start),
    durationMs: Number(tree.duration / NANOS_PER_MILLI),
    spanSet: shown[0],
    spanSets: shown,
    serviceStats: serviceStats(tree.nodes),
  }
}

/** How many traces a search looked at, and whether that was all it had to: Grafana shows jobs as progress. */
export function searchMetrics({ inspected, isComplete }: SpanSearchResult<unknown>): Json {
  return { inspectedTraces: inspected, completedJobs: isComplete ? 1 : 0, totalJobs: 1 }
}

function spansetJson(
  { spansPerSpanset, matcher }: TempoSearch,
  { spans, attributes }: Spanset,
  tree: SpanTrace['tree'],
): Json {
  const shown = spans.slice(0, spansPerSpanset)
  return {
    spans: shown.map((node) => spanJson(node, matcher.fields, tree)),
    matched: spans.length,
    ...(attributes.size === 0
      ? {}
      : { attributes: [...attributes].flatMap(([key, value]) => attributeJson(key, value)) }),
  }
}

function spanJson(
  node: SpanNode,
  fields: readonly FieldReference[],
  tree: SpanTrace['tree'],
): Json {
  const { span } = node
  const attributes = fields.flatMap((field) => {
    if (field.kind === 'intrinsic' && TOLD_ELSEWHERE.has(field.name)) return []
    const key = field.kind === 'attribute' ? field.name : printField(field)
    return attributeJson(key, readFieldValue(field, node, tree))
  })
  return {
    spanID: span.id,
    name: span.name,
    startTimeUnixNano: String(span.start),
    durationNanos: String(spanDuration(span) ?? 0n),
    ...(attributes.length === 0 ? {} : { attributes }),
  }
}

/** The trace and its spans have members for these. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set([
  'span:duration',
  'span:name',
  'span:id',
  'trace:duration',
  'trace:rootName',
  'trace:rootService',
  'trace:id',
])

function attributeJson(key: string, value: FieldValue): readonly Json[] {
  if (value === undefined) return []
  if (!isList(value)) return [{ key, value: valueJson(value) }]
  return [{ key, value: { arrayValue: { values: value.map(valueJson) } } }]
}

function valueJson(value: ScalarValue): Json {
  switch (typeof value) {
    case 'bigint':
      return { intValue: String(value) }
    case 'number':
      return { doubleValue: Number.isFinite(value) ? value : String(value) }
    case 'boolean':
      return { boolValue: value }
    default:
      return { stringValue: scalarText(value) }
  }
}

/** Status and kind by name. */
export function scalarText(value: ScalarValue): string {
  if (typeof value !== 'object') return String(value)
  return 'status' in value ? value.status : value.kind
}

function serviceStats(nodes: readonly SpanNode[]): Json {
  const stats = new Map<string, { spanCount: number; errorCount?: number }>()
  for (const { span } of nodes) {
    const service = serviceOfSpan(span)
    const known = stats.get(service) ?? { spanCount: 0 }
    stats.set(service, known)
    known.spanCount += 1
    if (span.status.code === 'error') known.errorCount = (known.errorCount ?? 0) + 1
  }
  return Object.fromEntries(stats)
}
