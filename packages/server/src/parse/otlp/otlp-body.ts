import { bad, type Result, unreachable } from '@fluoroscope/model'
import { decodeZipkin, type ZipkinEncoding } from '../zipkin/zipkin-request.ts'
import type { SpanBatch } from './span-batch.ts'
import type { TraceDecoder, TraceRequestProblem } from './trace-decoder.ts'
import { decodeTraceJson } from './trace-json.ts'

/** The two encodings of OTLP over HTTP. */
export type OtlpEncoding = 'protobuf' | 'json'

/** All encodings of requests of spans. */
export type SpanEncoding = OtlpEncoding | ZipkinEncoding

/** Reads a request of spans in any encoding; see {@link TraceDecoder.decode}. */
export function decodeTraceRequest(
  decoder: TraceDecoder,
  encoding: SpanEncoding,
  body: Uint8Array,
): Result<SpanBatch, TraceRequestProblem> {
  switch (encoding) {
    case 'protobuf':
      return decoder.decode(body)
    case 'json':
      return decodeTraceJson(decoder, body)
    case 'zipkin-json':
    case 'zipkin-protobuf':
      return decodeZipkin(decoder, encoding, body)
    default:
      return unreachable(encoding)
  }
}

/** What AWS's distributions of OpenTelemetry send in place of a segment document (xray-behaviour 5.6). */
export type PacketKind = 'sampled' | 'unsampled' | 'metrics'

const PREFIXES: readonly (readonly [prefix: string, kind: PacketKind])[] = [
  ['T1S', 'sampled'],
  ['T1U', 'unsampled'],
  ['M1', 'metrics'],
]

/** Tells a packet of OTLP from a document; undefined for a document. */
export function packetKindOf(text: string): PacketKind | undefined {
  return PREFIXES.find(([prefix]) => text.startsWith(prefix))?.[1]
}

const TRACES_PREFIX = /^T1[SU]/
const BASE64 = /^[A-Za-z0-9+/]*={0,2}\s*$/

/** Reads a packet of spans, sampled or not: base 64 of a trace request in protobuf. */
export function decodeTracePacket(
  decoder: TraceDecoder,
  packet: string,
): Result<SpanBatch, TraceRequestProblem> {
  const text = packet.replace(TRACES_PREFIX, '')
  if (!BASE64.test(text)) return bad({ kind: 'malformed', message: 'The packet is not base 64' })
  return decoder.decode(Buffer.from(text, 'base64'))
}
