import { type EntityId, parseEntityId, parseTraceId, type TraceId } from '@fluoroscope/model'
import { MemberError } from '../otlp/json-member.ts'
import type { SpanRejectionReason } from '../otlp/span-batch.ts'

/** One span of Zipkin v2 (openzipkin/zipkin-api), checked; times in microseconds. */
export type ZipkinSpan = {
  readonly traceId: TraceId
  readonly id: EntityId
  readonly parentId: EntityId | undefined
  /** Undefined for work within a service. */
  readonly kind: ZipkinKind | undefined
  readonly name: string
  /** Since 1970. */
  readonly start: number
  /** Undefined where it is not over, as far as the sender knows. */
  readonly duration: number | undefined
  readonly localEndpoint: ZipkinEndpoint
  readonly remoteEndpoint: ZipkinEndpoint
  readonly annotations: readonly ZipkinAnnotation[]
  readonly tags: ReadonlyMap<string, string>
  readonly debug: boolean
  /** The id is that of the caller's half: both sides of a call report the same one. */
  readonly shared: boolean
  /** Its texts that are not Unicode: U+FFFD stands there. */
  readonly replacedTexts: number
}

export const ZIPKIN_KINDS = ['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER'] as const
export type ZipkinKind = (typeof ZIPKIN_KINDS)[number]

export type ZipkinEndpoint = {
  readonly serviceName?: string | undefined
  readonly ipv4?: string | undefined
  readonly ipv6?: string | undefined
  readonly port?: number | undefined
}

export type ZipkinAnnotation = { readonly timestamp: number; readonly value: string }

/** A span as it was read, before its ids and times were looked at. */
export type ZipkinDraft = Omit<ZipkinSpan, 'traceId' | 'id' | 'parentId' | 'start'> & {
  readonly traceId: string | undefined
  readonly id: string | undefined
  readonly parentId: string | undefined
  readonly timestamp: number | undefined
}

/** Why a span of a request is not kept. */
export type ZipkinDefect = { readonly reason: SpanRejectionReason; readonly message: string }

/** What a request holds: its spans, and those that are wrong. */
export type ZipkinList = {
  readonly spans: ZipkinSpan[]
  readonly defects: ZipkinDefect[]
  /** Spans that named themselves as their parent: they are told without one. */
  ownParents: number
}

/** Adds the span that `read` makes to the list; what is wrong with it costs that span only. */
export function addZipkinSpan(list: ZipkinList, path: string, read: () => ZipkinDraft): void {
  try {
    const span = checkSpan(read(), path)
    const isOwnParent = span.parentId === span.id
    if (isOwnParent) list.ownParents += 1
    list.spans.push(isOwnParent ? { ...span, parentId: undefined } : span)
  } catch (error) {
    if (!(error instanceof MemberError)) throw error
    list.defects.push({ reason: error.reason, message: error.message })
  }
}

/**
 * Ids may lack leading zeros, as in Zipkin; a trace id of 64 bits is padded to 128 with zeros, as
 * OpenTelemetry's B3 propagators do, so that both are one trace.
 * @throws MemberError
 */
function checkSpan(draft: ZipkinDraft, path: string): ZipkinSpan {
  const traceId = parseTraceId(
    hexOf(draft.traceId, 32, `${path}.traceId`, 'invalid-trace-id') ?? missing(path, 'traceId'),
  )
  const id = entityId(draft.id, `${path}.id`, 'invalid-span-id')
  if (traceId === undefined) return missing(path, 'traceId')
  if (id === undefined) return missing(path, 'id')
  const parentId = entityId(draft.parentId, `${path}.parentId`, 'invalid-parent-span-id')
  const start = startOf(draft, path)
  if (start + (draft.duration ?? 0) > Number.MAX_SAFE_INTEGER) {
    throw new MemberError(`${path}.duration`, 'reaches beyond the year 2255', 'invalid-time')
  }
  // Spelled out: spreading the draft was the largest single cost of reading a list.
  return {
    traceId,
    id,
    parentId,
    kind: draft.kind,
    name: draft.name,
    start,
    duration: draft.duration,
    localEndpoint: named(draft.localEndpoint),
    remoteEndpoint: named(draft.remoteEndpoint),
    annotations: draft.annotations,
    tags: draft.tags,
    debug: draft.debug,
    shared: draft.shared,
    replacedTexts: draft.replacedTexts,
  }
}

/** An empty name is none. */
function named(endpoint: ZipkinEndpoint): ZipkinEndpoint {
  return endpoint.serviceName === '' ? { ...endpoint, serviceName: undefined } : endpoint
}

/** Where no start is told, the first annotation is the first that is known of the span. */
function startOf({ timestamp, annotations }: ZipkinDraft, path: string): number {
  if (timestamp !== undefined && timestamp > 0) return timestamp
  const times = annotations.map((annotation) => annotation.timestamp)
  if (times.length > 0) return times.reduce((least, time) => Math.min(least, time))
  throw new MemberError(`${path}.timestamp`, 'is missing', 'invalid-time')
}

/** Undefined for one that is not told or all zero: Zipkin reads such a parent as none. */
function entityId(
  text: string | undefined,
  path: string,
  reason: SpanRejectionReason,
): EntityId | undefined {
  const hex = hexOf(text, 16, path, reason)
  return hex === undefined ? undefined : parseEntityId(hex)
}

const HEX = /^[0-9a-fA-F]+$/

function hexOf(
  text: string | undefined,
  digits: 16 | 32,
  path: string,
  reason: SpanRejectionReason,
): string | undefined {
  if (text === undefined) return undefined
  if (!HEX.test(text) || text.length > digits) {
    throw new MemberError(path, `is not 1 to ${digits} hex digits`, reason)
  }
  const padded = text.padStart(digits, '0')
  return /^0+$/.test(padded) ? undefined : padded
}

function missing(path: string, member: 'traceId' | 'id'): never {
  const reason = member === 'id' ? 'invalid-span-id' : 'invalid-trace-id'
  throw new MemberError(`${path}.${member}`, 'is missing or all zero', reason)
}
