import { bad, KNOWN_ATTRIBUTES, ok, type Result } from '@fluoroscope/model'
import type { BatchOutcome, IngestSource } from './batch-outcome.ts'
import { OtlpRows } from './otlp-rows.ts'
import { decodeTracePacket, decodeTraceRequest, type SpanEncoding } from './parse/otlp/otlp-body.ts'
import type { SpanBatch } from './parse/otlp/span-batch.ts'
import { chunksOf } from './parse/otlp/trace-chunks.ts'
import { TraceDecoder, type TraceRequestProblem } from './parse/otlp/trace-decoder.ts'
import type { RowEncoder } from './store/segment-row.ts'
import type { Receipt, SpanRow } from './store/span-row.ts'

/** Makes rows of trace requests of OTLP. */
export class OtlpEncoder {
  readonly #rows: RowEncoder
  readonly #decoder = new TraceDecoder(KNOWN_ATTRIBUTES)

  constructor(rows: RowEncoder) {
    this.#rows = rows
  }

  /**
   * Adds the rows of a request.
   * @param maxBytes of what is kept of it: a resource is kept with each trace that it has spans of
   */
  addRequest(
    body: Uint8Array,
    encoding: SpanEncoding,
    maxBytes: number,
    source: IngestSource,
    receipt: Receipt,
    outcome: BatchOutcome,
  ): Result<void, TraceRequestProblem> {
    const batch = decodeTraceRequest(this.#decoder, encoding, body)
    if (!batch.ok) return batch
    return this.#addBatch(batch.value, maxBytes, source, receipt, outcome)
  }

  /** Adds the rows of a packet of the daemon's protocol. */
  addPacket(
    packet: string,
    maxBytes: number,
    receipt: Receipt,
    outcome: BatchOutcome,
  ): Result<void, TraceRequestProblem> {
    const batch = decodeTracePacket(this.#decoder, packet)
    if (!batch.ok) return batch
    return this.#addBatch(batch.value, maxBytes, 'otlp-udp', receipt, outcome)
  }

  /** Counts the spans of a packet that is not to be kept. */
  leaveOutPacket(packet: string, outcome: BatchOutcome): Result<void, TraceRequestProblem> {
    const batch = decodeTracePacket(this.#decoder, packet)
    if (!batch.ok) return batch
    countRejected(batch.value, 'otlp-udp', outcome)
    outcome.sampleOut('otlp-udp', 'unsampled', batch.value.spans.count)
    return ok(undefined)
  }

  #addBatch(
    batch: SpanBatch,
    maxBytes: number,
    source: IngestSource,
    receipt: Receipt,
    outcome: BatchOutcome,
  ): Result<void, TraceRequestProblem> {
    const chunks = chunksOf(batch, maxBytes)
    if (!chunks.ok) return bad({ kind: 'too-large', message: TOO_MANY_RESOURCES })
    const rows = new OtlpRows(batch)
    for (const { traceId, spans, bytes } of chunks.value) {
      this.#rows.addChunk(receipt, traceId, rowsOf(rows, spans), bytes)
    }
    countRejected(batch, source, outcome)
    outcome.accept(source, batch.spans.count)
    outcome.tolerate('ended-before-start', batch.endedBeforeStart)
    outcome.tolerate('invalid-link', batch.invalidLinks)
    outcome.tolerate('invalid-text', batch.brokenTexts.count + batch.replacedTexts)
    outcome.tolerate('own-parent', batch.ownParents)
    return ok(undefined)
  }
}

const TOO_MANY_RESOURCES =
  'Resources of this size cannot be kept with each of so many traces; send fewer traces a request'

function countRejected(batch: SpanBatch, source: IngestSource, outcome: BatchOutcome): void {
  for (const [reason, count] of batch.rejected) outcome.reject(source, reason, count)
  outcome.spanMessages.push(...batch.rejections.map(({ message }) => message))
}

function* rowsOf(rows: OtlpRows, spans: readonly number[]): Generator<SpanRow> {
  for (const index of spans) yield* rows.of(index)
}
