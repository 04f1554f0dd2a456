import {
  bad,
  ok,
  type Rejection,
  type RequestContext,
  type Result,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import type { EncodedBatch } from './batch-encoder.ts'
import type { Ledger } from './lib/ledger.ts'
import { describeError, type Log } from './lib/log.ts'
import { EncoderError, type Encoders } from './parse-pool.ts'
import type { DatagramBatch } from './receive/udp-daemon.ts'
import type { OperationError } from './show/operation-error.ts'
import type { SentBody } from './show/request-body.ts'
import type { JournalRefusal } from './store/journal.ts'
import type { EncodedRows } from './store/segment-row.ts'

export type IngestOptions = {
  readonly encoders: Encoders
  /** Resolves when the rows are on the medium. */
  readonly append: (rows: EncodedRows) => Promise<Result<void, JournalRefusal>>
  readonly ledger: Ledger
  readonly log: Log
  readonly now: () => UnixNanos
  /** Who sent what came without a credential. */
  readonly defaults: RequestContext
  readonly maxInflatedBytes: number
}

/** Takes bytes from the sockets to the journal, and keeps account of every document. */
export class Ingest {
  readonly #options: IngestOptions
  #lastReceipt = 0n
  #inFlight = 0
  #drained = () => {}
  #ignoredValues = 0

  constructor(options: IngestOptions) {
    this.#options = options
  }

  /** Values of accepted documents left out because their type was wrong. */
  get ignoredValues(): number {
    return this.#ignoredValues
  }

  /** Resolves when all good documents of the body are on the medium, with the others. */
  putSegments(
    { bytes, encoding, release }: SentBody,
    context: RequestContext,
  ): Promise<Result<readonly Rejection[], OperationError>> {
    return this.#counted(async () => {
      const { encoders, ledger, maxInflatedBytes } = this.#options
      const received = this.#receipt(1)
      try {
        const request = { kind: 'request', bytes, encoding, maxInflatedBytes } as const
        const encoded = await encoders.encode({ ...request, received, context })
        if (!encoded.ok) return encoded
        ledger.receive('http', encoded.value.documents)
        const refusal = await this.#keep('http', encoded.value)
        return refusal === undefined ? ok(encoded.value.rejections) : bad(refusalError(refusal))
      } catch (error) {
        if (!(error instanceof EncoderError)) throw error
        return bad({ kind: 'failure', message: error.message })
      } finally {
        release()
      }
    })
  }

  /** Never rejects: what could not be kept is in the ledger. */
  putDatagrams({ bytes, ends, dropped }: DatagramBatch): Promise<void> {
    return this.#counted(async () => {
      const { encoders, ledger, defaults, log } = this.#options
      const count = ends.length
      ledger.receive('udp', count + dropped)
      ledger.drop('udp', 'queue-full', dropped)
      if (dropped > 0) log.warn('datagrams dropped: the queue is full', { dropped })
      if (count === 0) return
      const received = this.#receipt(count)
      try {
        const batch = { kind: 'datagrams', bytes, ends, received, context: defaults } as const
        const encoded = await encoders.encode(batch)
        if (!encoded.ok) throw new EncoderError(encoded.problem.message)
        const refusal = await this.#keep('udp', encoded.value)
        if (refusal !== undefined) log.warn('datagrams dropped', { reason: refusal.text, count })
      } catch (error) {
        if (!(error instanceof EncoderError)) throw error
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

  async #keep(source: string, encoded: EncodedBatch): Promise<JournalRefusal | undefined> {
    const { append, ledger } = this.#options
    for (const [reason, count] of encoded.rejected) ledger.reject(source, reason, count)
    this.#ignoredValues += encoded.ignoredValues
    const { documentCount } = encoded.rows
    if (documentCount === 0) return undefined
    const appended = await append(encoded.rows)
    if (appended.ok) {
      ledger.store(source, documentCount)
      return undefined
    }
    ledger.drop(source, appended.problem.code, documentCount)
    return appended.problem
  }

  /** The first of `count` stamps that nothing else gets; they only ever rise. */
  #receipt(count: number): UnixNanos {
    const now = this.#options.now()
    const receipt = now > this.#lastReceipt ? now : this.#lastReceipt + 1n
    this.#lastReceipt = receipt + BigInt(count - 1)
    return unixNanos(receipt)
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
