import {
  bad,
  ok,
  type ReceivedDocument,
  type Rejection,
  type RequestContext,
  type Result,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import { parseDaemonDatagram } from './parse/daemon-datagram.ts'
import {
  parseDocumentBytes,
  parseDocumentText,
  type WireDocument,
} from './parse/segment-document.ts'
import {
  DEFAULT_REQUEST_LIMITS,
  parseTraceSegmentsRequest,
  type RequestProblem,
} from './parse/trace-segments-request.ts'
import { type ContentEncoding, inflate } from './receive/inflate.ts'
import type { OperationError } from './show/operation-error.ts'
import { type EncodedRows, RowEncoder } from './store/segment-row.ts'

/** Bytes as they were received; a worker takes ownership of them. */
export type Batch = Request | Datagrams

/** The body of one PutTraceSegments: its documents share a receipt. */
export type Request = {
  readonly kind: 'request'
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly encoding: ContentEncoding
  readonly maxInflatedBytes: number
  readonly received: UnixNanos
  readonly context: RequestContext
}

/** Datagrams one after the other, ending at `ends`: each has a receipt of its own, one nanosecond later. */
export type Datagrams = {
  readonly kind: 'datagrams'
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly ends: Uint32Array<ArrayBuffer>
  readonly received: UnixNanos
  readonly context: RequestContext
}

/** What became of a batch: rows for the journal, and a reason for every document that is not in them. */
export type EncodedBatch = {
  readonly rows: EncodedRows
  /** Documents in the batch; those that are not rejected are in `rows`. */
  readonly documents: number
  /** In the order of the documents; empty for datagrams, which nobody answers. */
  readonly rejections: readonly Rejection[]
  /** How many were rejected, by reason. */
  readonly rejected: ReadonlyMap<string, number>
  /** Values left out because their type was wrong. */
  readonly ignoredValues: number
}

/** Turns received bytes into rows: no I/O, no clock, so it runs on any thread. */
export class BatchEncoder {
  readonly #rows = new RowEncoder()

  /** A problem means that not even the documents could be told apart; nothing was taken then. */
  encode(batch: Batch): Result<EncodedBatch, OperationError> {
    return batch.kind === 'request' ? this.#encodeRequest(batch) : ok(this.#encodeDatagrams(batch))
  }

  #encodeRequest(batch: Request): Result<EncodedBatch, OperationError> {
    const body = inflate(batch.encoding, batch.bytes, batch.maxInflatedBytes)
    if (!body.ok) return bad(inflateError(body.problem, batch))
    const texts = parseTraceSegmentsRequest(body.value, {
      ...DEFAULT_REQUEST_LIMITS,
      maxBytes: batch.maxInflatedBytes,
    })
    if (!texts.ok) return bad(requestError(texts.problem))
    const outcome = new Outcome()
    const rejections: Rejection[] = []
    for (const text of texts.value) {
      const document = parseDocumentText(text)
      if (document.ok) this.#add(document.value, batch.received, batch.context, outcome)
      else {
        rejections.push(document.problem)
        outcome.reject(document.problem.code)
      }
    }
    return ok(outcome.encoded(this.#rows.take(), texts.value.length, rejections))
  }

  #encodeDatagrams({ bytes, ends, received, context }: Datagrams): EncodedBatch {
    const outcome = new Outcome()
    let start = 0
    for (const [index, end] of ends.entries()) {
      const body = parseDaemonDatagram(bytes.subarray(start, end))
      start = end
      if (!body.ok) {
        outcome.reject(body.problem)
        continue
      }
      const document = parseDocumentBytes(body.value)
      const receipt = unixNanos(received + BigInt(index))
      if (document.ok) this.#add(document.value, receipt, context, outcome)
      else outcome.reject(document.problem.code)
    }
    return outcome.encoded(this.#rows.take(), ends.length, [])
  }

  #add(
    { document, text, ignored }: WireDocument,
    received: UnixNanos,
    { account, region }: RequestContext,
    outcome: Outcome,
  ): void {
    const stored: ReceivedDocument = { document, received, account, region }
    this.#rows.add(stored, text)
    outcome.ignoredValues += ignored
  }
}

class Outcome {
  readonly #rejected = new Map<string, number>()
  ignoredValues = 0

  reject(reason: string): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1)
  }

  encoded(rows: EncodedRows, documents: number, rejections: readonly Rejection[]): EncodedBatch {
    const { ignoredValues } = this
    return { rows, documents, rejections, rejected: this.#rejected, ignoredValues }
  }
}

function inflateError(problem: 'malformed' | 'too-large', batch: Request): OperationError {
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
