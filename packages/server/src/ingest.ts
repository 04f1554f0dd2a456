import { bad, ok, type Rejection, type RequestContext, type Result } from '@fluoroscope/model'
import type { Batch } from './batch-encoder.ts'
import type { EncodedBatch } from './batch-outcome.ts'
import type { Ledger } from './lib/ledger.ts'
import { describeError, type Log } from './lib/log.ts'
import { EncoderError, type Encoders } from './parse-pool.ts'
import type { ReceiptClock } from './receipt-clock.ts'
import type { DatagramBatch } from './receive/udp-daemon.ts'
import type { OperationError } from './show/operation-error.ts'
import type { RejectedSpans, SentSpans } from './show/otlp-traces.ts'
import type { SentBody } from './show/request-body.ts'
import type { JournalRefusal } from './store/journal.ts'
import type { EncodedRows } from './store/segment-row.ts'

export type IngestOptions = {
  readonly encoders: Encoders
  /** Resolves when the rows are on the medium. */
  readonly append: (rows: EncodedRows) => Promise<Result<void, JournalRefusal>>
  readonly ledger: Ledger
  readonly log: Log
  readonly receipts: ReceiptClock
  /** Who sent what came without a credential. */
  readonly defaults: RequestContext
  readonly maxInflatedBytes: number
  /** Packets of spans that were not sampled are kept too, instead of being counted as sampled out. */
  readonly keepUnsampled: boolean
}

/** Takes bytes from the sockets to the journal, and keeps account of every document. */
export class Ingest {
  readonly #options: IngestOptions
  #inFlight = 0
  #drained = () => {}
  #ignoredValues = 0
  readonly #oddities = new Map<string, number>()

  constructor(options: IngestOptions) {
    this.#options = options
  }

  /** Values of accepted documents left out because their type was wrong. */
  get ignoredValues(): number {
    return this.#ignoredValues
  }

  /** Oddities of spans that were kept all the same, by what they are. */
  get oddities(): ReadonlyMap<string, number> {
    return this.#oddities
  }

  /** Resolves when all good documents of the body are on the medium, with the others. */
  async putSegments(
    { bytes, encoding, release }: SentBody,
    context: RequestContext,
  ): Promise<Result<readonly Rejection[], OperationError>> {
    const { maxInflatedBytes, keepUnsampled } = this.#options
    const received = this.#options.receipts.take(1)
    const sent = { bytes, encoding, maxInflatedBytes, received, context }
    const encoded = await this.#put({ kind: 'request', ...sent, keepUnsampled }, release)
    return encoded.ok ? ok(encoded.value.rejections) : encoded
  }

  /** Resolves when all good spans of a request are on the medium, with what was not good. */
  async putSpans(
    { bytes, encoding, format, source, release }: SentSpans,
    context: RequestContext,
  ): Promise<Result<RejectedSpans, OperationError>> {
    const { maxInflatedBytes } = this.#options
    const received = this.#options.receipts.take(1)
    const sent = { bytes, encoding, maxInflatedBytes, received, context }
    const encoded = await this.#put({ kind: 'otlp', ...sent, format, source }, release)
    if (!encoded.ok) return encoded
    const { counts, spanMessages } = encoded.value
    const count = counts.reduce((sum, { received: all, accepted }) => sum + all - accepted, 0)
    return ok({ count, messages: spanMessages })
  }

  /** Never rejects: what could not be kept is in the ledger. */
  putDatagrams({ bytes, ends, dropped }: DatagramBatch): Promise<void> {
    return this.#counted(async () => {
      const { encoders, ledger, defaults, log, keepUnsampled } = this.#options
      const count = ends.length
      ledger.receive('udp', dropped)
      ledger.drop('udp', 'queue-full', dropped)
      if (dropped > 0) log.warn('datagrams dropped: the queue is full', { dropped })
      if (count === 0) return
      const received = this.#options.receipts.take(count)
      try {
        const sent = { bytes, ends, received, context: defaults, keepUnsampled }
        const encoded = await encoders.encode({ kind: 'datagrams', ...sent })
        if (!encoded.ok) throw new EncoderError(encoded.problem.message)
        const refusal = await this.#keep(encoded.value)
        if (refusal !== undefined) log.warn('datagrams dropped', { reason: refusal.text, count })
      } catch (error) {
        if (!(error instanceof EncoderError)) throw error
        ledger.receive('udp', count)
        ledger.drop('udp', 'parser-failed', count)
        log.error('datagrams dropped: their parser failed', { count, ...describeError(error) })
      }
    })
  }

  /** Resolves when everything that was put has been answered. */
  async drain(): Promise<void> {
    if (this.#inFlight === 0) return
    await new Promise<void>((resolve) => {
      this.#drained = resolve
    })
  }

  #put(batch: Batch, release: () => void): Promise<Result<EncodedBatch, OperationError>> {
    return this.#counted(async () => {
      try {
        const encoded = await this.#options.encoders.encode(batch)
        if (!encoded.ok) return encoded
        const refusal = await this.#keep(encoded.value)
        return refusal === undefined ? encoded : bad(refusalError(refusal))
      } catch (error) {
        if (!(error instanceof EncoderError)) throw error
        return bad({ kind: 'failure', message: error.message })
      } finally {
        release()
      }
    })
  }

  async #keep(encoded: EncodedBatch): Promise<JournalRefusal | undefined> {
    const { append, ledger } = this.#options
    for (const { source, received, sampledOut, rejected } of encoded.counts) {
      ledger.receive(source, received)
      for (const [reason, count] of sampledOut) ledger.sampleOut(source, reason, count)
      for (const [reason, count] of rejected) ledger.reject(source, reason, count)
    }
    this.#ignoredValues += encoded.ignoredValues
    for (const [oddity, count] of encoded.oddities) {
      this.#oddities.set(oddity, (this.#oddities.get(oddity) ?? 0) + count)
    }
    if (encoded.rows.documentCount === 0) return undefined
    const appended = await append(encoded.rows)
    for (const { source, accepted } of encoded.counts) {
      if (appended.ok) ledger.store(source, accepted)
      else ledger.drop(source, appended.problem.code, accepted)
    }
    return appended.ok ? undefined : appended.problem
  }

  async #counted<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#inFlight += 1
    try {
      return await work()
    } finally {
      this.#inFlight -= 1
      if (this.#inFlight === 0) this.#drained()
    }
  }
}

/** Full journals empty themselves; a full disk and a stopping server do not. */
function refusalError({ code, text }: JournalRefusal): OperationError {
  return { kind: code === 'journal-full' ? 'throttled' : 'unavailable', message: text }
}
