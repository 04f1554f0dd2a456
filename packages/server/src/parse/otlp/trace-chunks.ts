import { bad, ok, type Result, type TraceId } from '@fluoroscope/model'
import { traceIdAt } from './otlp-spans.ts'
import { type OtlpResource, type OtlpScope, SPAN, type SpanBatch } from './span-batch.ts'

/** What one request brought of one trace. */
export type TraceChunk = {
  readonly traceId: TraceId
  /** Indexes in the batch, in the order of the request. */
  readonly spans: readonly number[]
  /** A TracesData message (opentelemetry-proto, trace v1). */
  readonly bytes: Uint8Array
}

/**
 * Parts a request into its traces. Spans, resources and scopes are the bytes that were sent, one after
 * the other in messages of their own; a resource is in the chunk of every trace that it has spans of.
 * @param maxBytes of all chunks together: many traces of one large resource are larger than the request
 */
export function chunksOf(
  batch: SpanBatch,
  maxBytes: number,
): Result<readonly TraceChunk[], 'too-large'> {
  const chunks: TraceChunk[] = []
  let left = maxBytes
  for (const spans of spansByTrace(batch)) {
    const groups = groupsOf(batch, spans)
    const size = sizeOf(groups)
    if (size > left) return bad('too-large')
    left -= size
    const [first = 0] = spans
    const traceId = traceIdAt(batch, batch.spans, first, SPAN.traceId)
    chunks.push({ traceId, spans, bytes: writeChunk(batch, groups, size) })
  }
  return ok(chunks)
}

function spansByTrace({ spans, bytes }: SpanBatch): Iterable<readonly number[]> {
  const traces = new Map<string, number[]>()
  for (let index = 0; index < spans.count; index++) {
    const at = spans.get(index, SPAN.traceId)
    const key = bytes.toString('latin1', at, at + 16)
    const trace = traces.get(key)
    if (trace === undefined) traces.set(key, [index])
    else trace.push(index)
  }
  return traces.values()
}

/** Spans of one scope of one resource, and the sizes of the messages they make. */
type ScopeGroup = { readonly scope: OtlpScope; readonly spans: number[]; size: number }
type ResourceGroup = {
  readonly resource: OtlpResource
  readonly scopes: ScopeGroup[]
  size: number
}

function groupsOf(batch: SpanBatch, spans: readonly number[]): readonly ResourceGroup[] {
  const groups: ResourceGroup[] = []
  let resource: ResourceGroup | undefined
  let scope: ScopeGroup | undefined
  for (const span of spans) {
    const itsScope = batch.scopes[batch.spans.get(span, SPAN.scope)] as OtlpScope
    if (scope?.scope !== itsScope) {
      const itsResource = batch.resources[itsScope.resource] as OtlpResource
      if (resource?.resource !== itsResource) {
        resource = { resource: itsResource, scopes: [], size: ownSize(itsResource) }
        groups.push(resource)
      }
      scope = { scope: itsScope, spans: [], size: ownSize(itsScope) }
      resource.scopes.push(scope)
    }
    scope.spans.push(span)
    const [from, to] = rangeOf(batch, span)
    scope.size += fieldSize(to - from)
  }
  for (const group of groups) for (const { size } of group.scopes) group.size += fieldSize(size)
  return groups
}

function rangeOf({ spans }: SpanBatch, span: number): readonly [from: number, to: number] {
  return [spans.get(span, SPAN.bytes), spans.get(span, SPAN.bytes + 1)]
}

/** Of the resource or scope itself and its schema URL. */
function ownSize({ bytes, schemaUrl }: OtlpResource | OtlpScope): number {
  return optionalSize(bytes.length) + optionalSize(Buffer.byteLength(schemaUrl))
}

function sizeOf(groups: readonly ResourceGroup[]): number {
  return groups.reduce((sum, { size }) => sum + fieldSize(size), 0)
}

function optionalSize(length: number): number {
  return length === 0 ? 0 : fieldSize(length)
}

/** Of a field below 16 that holds `length` bytes: tag, length and content. */
function fieldSize(length: number): number {
  return 1 + varintSize(length) + length
}

function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest > 0x7f; rest >>>= 7) size += 1
  return size
}

/** Tags of fields that hold bytes; ResourceSpans and ScopeSpans have the same numbers for the same. */
const OWNER = 0x0a
const CONTENT = 0x12
const SCHEMA_URL = 0x1a

function writeChunk(batch: SpanBatch, groups: readonly ResourceGroup[], size: number): Uint8Array {
  const chunk = Buffer.allocUnsafeSlow(size)
  let at = 0
  for (const group of groups) {
    at = writeHead(chunk, at, OWNER, group.size)
    at = writeOwner(chunk, at, group.resource)
    for (const { scope, spans, size: scopeSize } of group.scopes) {
      at = writeHead(chunk, at, CONTENT, scopeSize)
      at = writeOwner(chunk, at, scope)
      for (const span of spans) {
        const [from, to] = rangeOf(batch, span)
        at = writeHead(chunk, at, CONTENT, to - from)
        at += batch.bytes.copy(chunk, at, from, to)
      }
      at = writeSchemaUrl(chunk, at, scope)
    }
    at = writeSchemaUrl(chunk, at, group.resource)
  }
  return chunk
}

function writeOwner(chunk: Buffer, at: number, { bytes }: OtlpResource | OtlpScope): number {
  if (bytes.length === 0) return at
  const next = writeHead(chunk, at, OWNER, bytes.length)
  chunk.set(bytes, next)
  return next + bytes.length
}

function writeSchemaUrl(
  chunk: Buffer,
  at: number,
  { schemaUrl }: OtlpResource | OtlpScope,
): number {
  const length = Buffer.byteLength(schemaUrl)
  if (length === 0) return at
  const next = writeHead(chunk, at, SCHEMA_URL, length)
  return next + chunk.write(schemaUrl, next, 'utf8')
}

function writeHead(chunk: Buffer, at: number, tag: number, length: number): number {
  chunk[at] = tag
  let next = at + 1
  let rest = length
  for (; rest > 0x7f; rest >>>= 7) chunk[next++] = (rest & 0x7f) | 0x80
  chunk[next++] = rest
  return next
}
