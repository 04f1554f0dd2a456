import { isOtlpArray, type OtlpAttributes, type OtlpSpan, type OtlpValue } from '@fluoroscope/model'

/** A span and where it stands in its trace. */
export type SpanNode = {
  readonly span: OtlpSpan
  /** Undefined for a root, and where the parent has not arrived. */
  readonly parent: SpanNode | undefined
  /** By start, then id. */
  readonly children: readonly SpanNode[]
}

/** The spans of one trace, as those see it who think in spans. */
export type SpanTree = {
  /** By start, then id. */
  readonly nodes: readonly SpanNode[]
  /** The earliest span that names no parent; undefined while none has arrived. */
  readonly root: SpanNode | undefined
  /** Of the earliest span. */
  readonly start: bigint
  /** From the earliest start to the latest end, in nanoseconds. */
  readonly duration: bigint
}

type MutableNode = SpanNode & { parent: SpanNode | undefined; readonly children: SpanNode[] }

/** Lays out the spans of one trace; of spans with the same id only the first counts as a parent. */
export function spanTree(spans: readonly OtlpSpan[]): SpanTree {
  const nodes = spans.toSorted(compareSpans).map(nodeOf)
  const byId = new Map<string, MutableNode>()
  for (const node of nodes) if (!byId.has(node.span.id)) byId.set(node.span.id, node)
  for (const node of nodes) {
    const { parentId } = node.span
    const parent = parentId === undefined ? undefined : byId.get(parentId)
    if (parent === undefined || parent === node) continue
    node.parent = parent
    parent.children.push(node)
  }
  const root = nodes.find(({ span }) => span.parentId === undefined)
  const start = nodes[0]?.span.start ?? 0n
  const end = nodes.reduce((latest, { span }) => laterOf(latest, endOfSpan(span)), start)
  return { nodes, root, start, duration: end - start }
}

function nodeOf(span: OtlpSpan): MutableNode {
  return { span, parent: undefined, children: [] }
}

function compareSpans(left: OtlpSpan, right: OtlpSpan): number {
  if (left.start !== right.start) return left.start < right.start ? -1 : 1
  if (left.id === right.id) return 0
  return left.id < right.id ? -1 : 1
}

function laterOf<Instant extends bigint>(left: Instant, right: bigint): Instant | bigint {
  return right > left ? right : left
}

/** In nanoseconds; undefined while it is in progress. A span that ends before it starts has no length. */
export function spanDuration(span: OtlpSpan): bigint | undefined {
  return span.end === 0n ? undefined : endOfSpan(span) - span.start
}

function endOfSpan({ start, end }: OtlpSpan): bigint {
  return end > start ? end : start
}

/** `service.name` of the resource; empty for none. */
export function serviceOfSpan({ resource }: OtlpSpan): string {
  const name = resource.attributes.get('service.name')
  return typeof name === 'string' ? name : ''
}

/** A value as text: lists and maps as JSON, bytes in base 64 (OpenTelemetry's transformation to Jaeger). */
export function textOfValue(value: OtlpValue): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
    ? JSON.stringify(plainValue(value))
    : String(plainValue(value) ?? '')
}

function plainValue(value: OtlpValue): unknown {
  if (isOtlpArray(value)) return value.map(plainValue)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      [...(value as OtlpAttributes)].map(([key, each]) => [key, plainValue(each)]),
    )
  }
  return value
}
