import { gzipSync } from 'node:zlib'
import { generateTrace, putBodies, seededRandom } from './generate.ts'
import { generateOtlpTraces, SPANS_PER_TRACE } from './generate-otlp.ts'
import { type LoadTarget, otlpTarget, segmentsTarget } from './load.ts'

/** What an ingest benchmark sends. */
export type IngestWorkload = {
  readonly unit: 'document' | 'span'
  readonly units: number
  readonly bodies: readonly Buffer[]
  readonly described: string
  readonly target: (endpoint: string) => LoadTarget
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
    target: segmentsTarget,
    lastTraceId,
    segmentsPerTrace: SEGMENTS_PER_TRACE,
  }
}

const TRACES_PER_REQUEST = 64

/** Whole traces of 8 spans of three services, 64 a request, in protobuf and gzip. */
export function otlpWorkload(count: number): IngestWorkload {
  const requests = Math.ceil(count / (TRACES_PER_REQUEST * SPANS_PER_TRACE))
  const random = seededRandom(4317)
  const start = BigInt(Date.now() - 60_000) * 1_000_000n
  let bytes = 0
  let sent = 0
  let lastTraceId = ''
  const bodies = Array.from({ length: requests }, () => {
    const request = generateOtlpTraces(TRACES_PER_REQUEST, start, random)
    const body = gzipSync(request.bytes)
    bytes += request.bytes.length
    sent += body.length
    lastTraceId = request.lastTraceId
    return body
  })
  const units = requests * TRACES_PER_REQUEST * SPANS_PER_TRACE
  const [each, zipped] = [(bytes / units).toFixed(0), (sent / units).toFixed(0)]
  return {
    unit: 'span',
    units,
    bodies,
    described: `${each} B of protobuf each, ${zipped} B in gzip, traces of ${SPANS_PER_TRACE}, ${TRACES_PER_REQUEST} traces a request`,
    target: otlpTarget,
    lastTraceId,
    segmentsPerTrace: 3,
  }
}
