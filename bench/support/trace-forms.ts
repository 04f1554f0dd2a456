import {
  isOtlpArray,
  KNOWN_ATTRIBUTES,
  type OtlpSpan,
  printSegment,
  printSubsegment,
  traceIdHex,
} from '@fluoroscope/model'
import { SpanDocuments } from '../../packages/server/src/parse/otlp/span-documents.ts'
import { TraceDecoder } from '../../packages/server/src/parse/otlp/trace-decoder.ts'

/** The spans of a trace request of OTLP as objects. */
export function spansOf(request: Uint8Array): readonly OtlpSpan[] {
  return read(request).map(({ span }) => span)
}

/** The segment documents that its spans become, each with its subsegments in it, as SDKs send them. */
export function segmentDocuments(request: Uint8Array): readonly string[] {
  const documents = read(request).flatMap(({ documents }) => documents)
  const subsegments = new Map<string, object[]>()
  for (const document of documents) {
    if (document.kind === 'segment') continue
    const siblings = subsegments.get(document.parentId) ?? []
    siblings.push(printSubsegment(document.subsegment))
    subsegments.set(document.parentId, siblings)
  }
  return documents.flatMap((document) => {
    if (document.kind !== 'segment') return []
    const children = subsegments.get(document.segment.id)
    const segment = printSegment(document.segment)
    return [
      JSON.stringify(children === undefined ? segment : { ...segment, subsegments: children }),
    ]
  })
}

/** The spans in Zipkin's JSON, as OpenTelemetry's exporter to Zipkin writes them. */
export function zipkinSpans(spans: readonly OtlpSpan[]): readonly object[] {
  return spans.map((span) => {
    const peer = span.attributes.get('peer.service') ?? span.attributes.get('server.address')
    const isCall = span.kind === 'client' || span.kind === 'producer'
    return {
      traceId: traceIdHex(span.traceId),
      id: span.id,
      ...(span.parentId === undefined ? {} : { parentId: span.parentId }),
      name: span.name,
      ...(span.kind === 'internal' ? {} : { kind: span.kind.toUpperCase() }),
      timestamp: Number(span.start / 1000n),
      duration: Math.max(1, Number((span.end - span.start) / 1000n)),
      localEndpoint: { serviceName: String(span.resource.attributes.get('service.name')) },
      ...(isCall && peer !== undefined ? { remoteEndpoint: { serviceName: String(peer) } } : {}),
      annotations: span.events.map(({ time, name, attributes }) => ({
        timestamp: Number(time / 1000n),
        value: `"${name}": ${JSON.stringify(tagsOf(attributes))}`,
      })),
      tags: {
        ...tagsOf(span.attributes),
        'otel.scope.name': span.scope.name,
        'otel.scope.version': span.scope.version,
        ...(span.status.code === 'error'
          ? { 'otel.status_code': 'ERROR', error: span.status.message }
          : {}),
      },
    }
  })
}

function read(request: Uint8Array) {
  const batch = new TraceDecoder(KNOWN_ATTRIBUTES).decode(request)
  if (!batch.ok) throw new Error(batch.problem.message)
  const documents = new SpanDocuments(batch.value)
  return Array.from({ length: batch.value.spans.count }, (_, index) => documents.of(index))
}

function tagsOf(attributes: OtlpSpan['attributes']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...attributes].map(([key, value]) => [
      key,
      isOtlpArray(value) ? JSON.stringify(value) : String(value),
    ]),
  )
}
