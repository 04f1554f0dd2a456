import {
  isOtlpArray,
  type OtlpAttributes,
  type OtlpResource,
  type OtlpSpan,
  type OtlpValue,
  traceIdHex,
} from '@fluoroscope/model'
import type { SpanTrace } from '../../analyse/span-search.ts'
import { serviceOfSpan, spanDuration, textOfValue } from '../../analyse/span-tree.ts'

/** Jaeger's JSON model (jaegertracing/jaeger, internal/uimodel). Times are microseconds. */
export type JaegerTrace = {
  readonly traceID: string
  readonly spans: readonly JaegerSpan[]
  readonly processes: Readonly<Record<string, JaegerProcess>>
  readonly warnings: readonly string[] | null
}

type JaegerSpan = {
  readonly traceID: string
  readonly spanID: string
  readonly flags?: number
  readonly operationName: string
  readonly references: readonly JaegerReference[]
  readonly startTime: number
  readonly duration: number
  readonly tags: readonly JaegerTag[]
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly JaegerTag[] }[]
  readonly processID: string
  readonly warnings: readonly string[] | null
}

type JaegerReference = {
  readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM'
  readonly traceID: string
  readonly spanID: string
}

type JaegerProcess = {
  readonly serviceName: string
  readonly tags: readonly JaegerTag[]
}

export type JaegerTag = {
  readonly key: string
  readonly type: 'string' | 'bool' | 'int64' | 'float64' | 'binary'
  readonly value: string | number | boolean
}

export function jaegerTrace({ id, tree, limitExceeded }: SpanTrace): JaegerTrace {
  const processes = new Processes()
  const spans = tree.nodes.map(({ span }) => jaegerSpan(span, processes.idOf(span)))
  const warnings = limitExceeded ? ['the trace is too large to be shown whole'] : null
  return { traceID: traceIdHex(id), spans, processes: processes.all, warnings }
}

/** One process for each resource, however many spans and senders tell the same. */
class Processes {
  readonly #byResource = new Map<OtlpResource, string>()
  readonly #byContent = new Map<string, string>()
  readonly #all: Record<string, JaegerProcess> = {}

  get all(): Readonly<Record<string, JaegerProcess>> {
    return this.#all
  }

  idOf(span: OtlpSpan): string {
    const known = this.#byResource.get(span.resource)
    if (known !== undefined) return known
    const process = jaegerProcess(span)
    const content = JSON.stringify(process)
    const id = this.#byContent.get(content) ?? `p${this.#byContent.size + 1}`
    this.#byContent.set(content, id)
    this.#byResource.set(span.resource, id)
    this.#all[id] = process
    return id
  }
}

function jaegerProcess(span: OtlpSpan): JaegerProcess {
  const tags = tagsOf(span.resource.attributes).filter(({ key }) => key !== 'service.name')
  return { serviceName: serviceOfSpan(span), tags }
}

function jaegerSpan(span: OtlpSpan, processID: string): JaegerSpan {
  const duration = spanDuration(span)
  const flags = span.flags & W3C_FLAGS
  return {
    traceID: traceIdHex(span.traceId),
    spanID: span.id,
    ...(flags === 0 ? {} : { flags }),
    operationName: span.name,
    references: referencesOf(span),
    startTime: micros(span.start),
    duration: micros(duration ?? 0n),
    tags: tagsOfSpan(span),
    logs: span.events.map(({ time, name, attributes }) => ({
      timestamp: micros(time),
      fields: [...(name === '' ? [] : [textTag('event', name)]), ...tagsOf(attributes)],
    })),
    processID,
    warnings: duration === undefined ? ['the span has not ended'] : null,
  }
}

const W3C_FLAGS = 0xff

/** Rounded down, as Jaeger does. */
function micros(nanos: bigint): number {
  return Number(nanos / 1000n)
}

/** The parent, then what the span links to (OpenTelemetry's transformation to Jaeger). */
function referencesOf({ traceId, parentId, links }: OtlpSpan): readonly JaegerReference[] {
  const follows = links.map((link) => ({
    refType: 'FOLLOWS_FROM' as const,
    traceID: traceIdHex(link.traceId),
    spanID: link.id,
  }))
  if (parentId === undefined) return follows
  return [{ refType: 'CHILD_OF', traceID: traceIdHex(traceId), spanID: parentId }, ...follows]
}

/** Attributes, and what Jaeger has no members for (OpenTelemetry's transformation to Jaeger). */
export function tagsOfSpan(span: OtlpSpan): readonly JaegerTag[] {
  const { kind, status, scope, traceState } = span
  const tags = [...tagsOf(span.attributes)]
  if (scope.name !== '') tags.push(textTag('otel.scope.name', scope.name))
  if (scope.version !== '') tags.push(textTag('otel.scope.version', scope.version))
  if (kind !== 'unspecified') tags.push(textTag('span.kind', kind))
  if (status.code !== 'unset') tags.push(textTag('otel.status_code', status.code.toUpperCase()))
  if (status.code === 'error') tags.push({ key: 'error', type: 'bool', value: true })
  if (status.message !== '') tags.push(textTag('otel.status_description', status.message))
  if (traceState !== '') tags.push(textTag('w3c.tracestate', traceState))
  return tags
}

export function tagsOf(attributes: OtlpAttributes): readonly JaegerTag[] {
  return [...attributes].map(([key, value]) => tagOf(key, value))
}

function textTag(key: string, value: string): JaegerTag {
  return { key, type: 'string', value }
}

/** Whole numbers that JavaScript cannot hold are texts, as Jaeger writes them. */
function tagOf(key: string, value: OtlpValue): JaegerTag {
  switch (typeof value) {
    case 'boolean':
      return { key, type: 'bool', value }
    case 'number':
      return { key, type: 'float64', value: Number.isFinite(value) ? value : String(value) }
    case 'bigint': {
      const number = Number(value)
      return { key, type: 'int64', value: Number.isSafeInteger(number) ? number : String(value) }
    }
    default: {
      const isBinary = !isOtlpArray(value) && value instanceof Uint8Array
      return { key, type: isBinary ? 'binary' : 'string', value: textOfValue(value) }
    }
  }
}
