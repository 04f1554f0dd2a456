import { gzipSync } from 'node:zlib'
import type { RunningServer } from '../../test/support/server.ts'
import { generateTrace, putBodies, seededRandom } from './generate.ts'
import { generateOtlpTraces, SPANS_PER_TRACE } from './generate-otlp.ts'
import {
  httpSender,
  otlpGrpcSender,
  otlpTarget,
  type Sender,
  segmentsTarget,
  zipkinTarget,
} from './load.ts'
import { segmentDocuments, spansOf, zipkinSpans } from './trace-forms.ts'

/** What an ingest benchmark sends. */
export type IngestWorkload = {
  readonly unit: 'document' | 'span'
  readonly units: number
  readonly bodies: readonly Buffer[]
  readonly described: string
  readonly open: (server: RunningServer, connections: number) => Sender
  /** Of the trace that is sent last, and how many segments it has. */
  readonly lastTraceId: string
  readonly segmentsPerTrace: number
}

const SEGMENTS_PER_TRACE = 5

/** Segment documents with 2 subsegments, 50 a request. */
export function segmentWorkload(count: number): IngestWorkload {
  const random = seededRandom(1)
  const now = Date.now() / 1000
  const documents: string[] = []
  let lastTraceId = ''
  for (let index = 0; documents.length < count; index++) {
    const trace = generateTrace(index, SEGMENTS_PER_TRACE, now - 60 + random() * 60, random)
    documents.push(...trace.documents)
    lastTraceId = trace.traceId
  }
  const bytes = documents.reduce((sum, document) => sum + document.length, 0)
  const each = (bytes / documents.length).toFixed(0)
  return {
    unit: 'document',
    units: documents.length,
    bodies: putBodies(documents),
    described: `${each} B each, 2 subsegments, 50 a request`,
    open: openSegments,
    lastTraceId,
    segmentsPerTrace: SEGMENTS_PER_TRACE,
  }
}

/** The ways in which the same spans can be sent. */
export const PROTOCOLS = ['x-ray', 'otlp', 'otlp-grpc', 'zipkin'] as const
export type Protocol = (typeof PROTOCOLS)[number]

const TRACES_PER_REQUEST = 64

/**
 * Whole traces of 8 spans of three services, the same whatever the protocol. `x-ray`: segments with their
 * subsegments in them, 50 a request; `otlp`: 64 traces a request, in protobuf and gzip; `zipkin`: the same
 * in JSON and gzip.
 */
export function spanWorkload(protocol: Protocol, count: number): IngestWorkload {
  const requests = Math.ceil(count / (TRACES_PER_REQUEST * SPANS_PER_TRACE))
  const random = seededRandom(4317)
  const start = BigInt(Date.now() - 60_000) * 1_000_000n
  const form = FORMS[protocol]
  const bodies: Buffer[] = []
  let lastTraceId = ''
  let plain = 0
  for (let index = 0; index < requests; index++) {
    const request = generateOtlpTraces(TRACES_PER_REQUEST, start, random)
    const sent = form.encode(request.bytes)
    bodies.push(...sent.bodies)
    plain += sent.plainBytes
    lastTraceId = request.lastTraceId
  }
  const units = requests * TRACES_PER_REQUEST * SPANS_PER_TRACE
  const onWire = bodies.reduce((sum, body) => sum + body.length, 0)
  const [each, wire] = [(plain / units).toFixed(0), (onWire / units).toFixed(0)]
  return {
    unit: 'span',
    units,
    bodies,
    described: `${form.described}: ${each} B each, ${wire} B on the wire, traces of ${SPANS_PER_TRACE}`,
    open: form.open,
    lastTraceId,
    segmentsPerTrace: 3,
  }
}

type Form = Pick<IngestWorkload, 'described' | 'open'> & {
  /** The bodies of a trace request of OTLP, and their size before compression. */
  readonly encode: (request: Uint8Array) => {
    readonly bodies: readonly Buffer[]
    readonly plainBytes: number
  }
}

const FORMS: Readonly<Record<Protocol, Form>> = {
  'x-ray': {
    described: 'X-Ray documents, 50 a request, as SDKs send them',
    encode: (request) => {
      const bodies = putBodies(segmentDocuments(request))
      return { bodies, plainBytes: bodies.reduce((sum, body) => sum + body.length, 0) }
    },
    open: openSegments,
  },
  otlp: {
    described: 'OTLP over HTTP, protobuf in gzip, 64 traces a request',
    encode: (request) => ({ bodies: [gzipSync(request)], plainBytes: request.length }),
    open: (server, connections) => httpSender(otlpTarget(server.endpoint), connections),
  },
  'otlp-grpc': {
    described: 'OTLP over gRPC, protobuf in gzip, 64 traces a request',
    encode: (request) => ({ bodies: [grpcBody(request)], plainBytes: request.length }),
    open: (server, connections) =>
      otlpGrpcSender(`127.0.0.1:${server.ready.otlpGrpc}`, connections),
  },
  zipkin: {
    described: 'Zipkin v2, JSON in gzip, 64 traces a request',
    encode: (request) => {
      const json = Buffer.from(JSON.stringify(zipkinSpans(spansOf(request))))
      return { bodies: [gzipSync(json)], plainBytes: json.length }
    },
    open: (server, connections) =>
      httpSender(zipkinTarget(`http://127.0.0.1:${server.ready.zipkin}`), connections),
  },
}

function openSegments(server: RunningServer, connections: number): Sender {
  return httpSender(segmentsTarget(server.endpoint), connections)
}

/** Flag, length and message, as gRPC frames them. */
function grpcBody(request: Uint8Array): Buffer {
  const message = gzipSync(request)
  const prefix = Buffer.alloc(5, 1)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}
