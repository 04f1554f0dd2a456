import {
  bad,
  ok,
  type Rejection,
  type RequestContext,
  type Result,
  rejectionOf,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import { BatchOutcome, type EncodedBatch } from './batch-outcome.ts'
import { OtlpEncoder } from './otlp-encoder.ts'
import { parseDaemonDatagram } from './parse/daemon-datagram.ts'
import { decodeUtf8 } from './parse/decode-utf8.ts'
import { type PacketKind, packetKindOf, type SpanEncoding } from './parse/otlp/otlp-body.ts'
import { parseDocumentText } from './parse/segment-document.ts'
import {
  DEFAULT_REQUEST_LIMITS,
  parseTraceSegmentsRequest,
  type RequestProblem,
} from './parse/trace-segments-request.ts'
import { type ContentEncoding, inflate } from './receive/inflate.ts'
import type { OperationError } from './show/operation-error.ts'
import { RowEncoder } from './store/segment-row.ts'
import type { Receipt } from './store/span-row.ts'

/** Bytes as they were received; a worker takes ownership of them. */
export type Batch = Request | OtlpRequest | Datagrams

type Sent = {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly received: UnixNanos
  readonly context: RequestContext
}

type Body = Sent & {
  readonly encoding: ContentEncoding
  readonly maxInflatedBytes: number
}

/** The body of one PutTraceSegments: its documents share a receipt. */
export type Request = Body & { readonly kind: 'request'; readonly keepUnsampled: boolean }

/** The body of one request of spans, of OTLP or Zipkin. */
export type OtlpRequest = Body & {
  readonly kind: 'otlp'
  readonly format: SpanEncoding
  readonly source: 'otlp-http' | 'otlp-grpc' | 'zipkin'
}

/** Datagrams one after the other, ending at `ends`: each has a receipt of its own, one nanosecond later. */
export type Datagrams = Sent & {
  readonly kind: 'datagrams'
  readonly ends: Uint32Array<ArrayBuffer>
  readonly keepUnsampled: boolean
}

/** Turns received bytes into rows: no I/O, no clock, so it runs on any thread. */
export class BatchEncoder {
  readonly #rows = new RowEncoder()
  readonly #otlp = new OtlpEncoder(this.#rows)

  /** A problem means that not even the documents could be told apart; nothing was taken then. */
  encode(batch: Batch): Result<EncodedBatch, OperationError> {
    switch (batch.kind) {
      case 'request':
        return this.#encodeRequest(batch)
      case 'otlp':
        return this.#encodeOtlp(batch)
      case 'datagrams':
        return ok(this.#encodeDatagrams(batch))
    }
  }

  #encodeRequest(batch: Request): Result<EncodedBatch, OperationError> {
    const body = inflate(batch.encoding, batch.bytes, batch.maxInflatedBytes)
    if (!body.ok) return bad(inflateError(body.problem, batch))
    const texts = parseTraceSegmentsRequest(body.value, {
      ...DEFAULT_REQUEST_LIMITS,
      maxBytes: batch.maxInflatedBytes,
    })
    if (!texts.ok) return bad(requestError(texts.problem))
    const outcome = new BatchOutcome()
    const receipt = { received: batch.received, ...batch.context }
    for (const text of texts.value) {
      const rejection = this.#add(text, 'http', receipt, batch.keepUnsampled, outcome)
      if (rejection !== undefined) outcome.rejections.push(rejection)
    }
    return ok(outcome.encoded(this.#rows.take()))
  }

  #encodeOtlp(batch: OtlpRequest): Result<EncodedBatch, OperationError> {
    const body = inflate(batch.encoding, batch.bytes, batch.maxInflatedBytes)
    if (!body.ok) return bad(inflateError(body.problem, batch))
    const outcome = new BatchOutcome()
    const added = this.#otlp.addRequest(
      body.value,
      batch.format,
      KEPT_FACTOR * batch.maxInflatedBytes,
      batch.source,
      { received: batch.received, ...batch.context },
      outcome,
    )
    if (added.ok) return ok(outcome.encoded(this.#rows.take()))
    const { kind, message } = added.problem
    return bad({ kind: kind === 'too-large' ? 'too-large' : 'serialization', message })
  }

  #encodeDatagrams({ bytes, ends, received, context, keepUnsampled }: Datagrams): EncodedBatch {
    const outcome = new BatchOutcome()
    let start = 0
    for (const [index, end] of ends.entries()) {
      const body = parseDaemonDatagram(bytes.subarray(start, end))
      start = end
      if (!body.ok) {
        outcome.reject('udp', body.problem)
        continue
      }
      const text = decodeUtf8(body.value)
      const receipt = { received: unixNanos(received + BigInt(index)), ...context }
      if (text === undefined) outcome.reject('udp', 'ParseError')
      else this.#add(text, 'udp', receipt, keepUnsampled, outcome)
    }
    return outcome.encoded(this.#rows.take())
  }

  /** Adds a document, or a packet of OTLP in its place; undefined where nothing of it was rejected. */
  #add(
    text: string,
    source: 'http' | 'udp',
    receipt: Receipt,
    keepUnsampled: boolean,
    outcome: BatchOutcome,
  ): Rejection | undefined {
    const packet = packetKindOf(text)
    if (packet !== undefined) return this.#addPacket(packet, text, receipt, keepUnsampled, outcome)
    const document = parseDocumentText(text)
    if (!document.ok) {
      outcome.reject(source, document.problem.code)
      return document.problem
    }
    this.#rows.add({ document: document.value.document, ...receipt }, document.value.text)
    outcome.accept(source)
    outcome.ignoredValues += document.value.ignored
    return undefined
  }

  #addPacket(
    kind: PacketKind,
    text: string,
    receipt: Receipt,
    keepUnsampled: boolean,
    outcome: BatchOutcome,
  ): Rejection | undefined {
    if (kind === 'metrics') {
      outcome.sampleOut('otlp-udp', 'metrics')
      return undefined
    }
    const isLeftOut = kind === 'unsampled' && !keepUnsampled
    const before = outcome.spanMessages.length
    const added = isLeftOut
      ? this.#otlp.leaveOutPacket(text, outcome)
      : this.#otlp.addPacket(text, KEPT_FACTOR * text.length, receipt, outcome)
    if (!added.ok) {
      outcome.reject('otlp-udp', `${added.problem.kind}-packet`)
      return rejectionOf('ParseError', 'entity')
    }
    const isWhole = outcome.spanMessages.length === before
    return isWhole ? undefined : rejectionOf('InvalidSpans', 'entity')
  }
}

/** How much larger what is kept of a trace request may be than the request: resources are repeated. */
const KEPT_FACTOR = 4

function inflateError(problem: 'malformed' | 'too-large', batch: Body): OperationError {
  return problem === 'too-large'
    ? {
        kind: 'too-large',
        message: `The body inflates to more than ${batch.maxInflatedBytes} bytes`,
      }
    : { kind: 'serialization', message: `The body is not valid ${batch.encoding}` }
}

function requestError({ code, message }: RequestProblem): OperationError {
  switch (code) {
    case 'SerializationException':
      return { kind: 'serialization', message }
    case 'ValidationException':
      return { kind: 'validation', message }
    case 'InvalidRequestException':
      return { kind: 'invalid-request', message }
  }
}
