import { Worker } from 'node:worker_threads'
import type { Result } from '@fluoroscope/model'
import { type Batch, BatchEncoder } from './batch-encoder.ts'
import type { EncodedBatch } from './batch-outcome.ts'
import { describeError, type Log } from './lib/log.ts'
import type { OperationError } from './show/operation-error.ts'

/** Where batches are parsed and encoded; takes ownership of their bytes. */
export type Encoders = {
  start(): void
  /** @throws EncoderError when the batch ended its worker, or took too long */
  encode(batch: Batch): Promise<Result<EncodedBatch, OperationError>>
  /** Workers that ended by themselves or had to be ended. */
  readonly crashes: number
  /** Batches given and not answered. */
  readonly waiting: number
  stop(): Promise<void>
}

/** The batch, or one beside it, broke the worker; nothing of it was kept. */
export class EncoderError extends Error {
  override readonly name = 'EncoderError'
}

/** The same work on the thread of the caller, for tests and for running from source. */
export function inlineEncoders(): Encoders {
  return {
    crashes: 0,
    waiting: 0,
    start: () => {},
    encode: async (batch) => new BatchEncoder().encode(batch),
    stop: async () => {},
  }
}

export type ParsePoolOptions = {
  readonly script: URL
  readonly size: number
  readonly log: Log
  /** For one batch, 15 seconds. */
  readonly timeoutMs?: number
  /** Of the objects of one worker, 768 MiB. */
  readonly maxHeapMiB?: number
}

/**
 * Worker threads that parse. A batch that ends its worker, by memory or by time, fails alone with the
 * at most one batch queued behind it there; the worker is replaced.
 */
export class ParsePool implements Encoders {
  readonly #options: ParsePoolOptions
  readonly #slots: Slot[] = []
  readonly #queue: Task[] = []
  #crashes = 0
  #stopping = false
  readonly #reopening = new Set<NodeJS.Timeout>()

  constructor(options: ParsePoolOptions) {
    this.#options = options
  }

  get crashes(): number {
    return this.#crashes
  }

  get waiting(): number {
    return this.#slots.reduce((sum, { tasks }) => sum + tasks.length, this.#queue.length)
  }

  start(): void {
    for (let index = 0; index < this.#options.size; index += 1) this.#slots.push(this.#open())
  }

  /** Ends the workers; what still waits fails. Drain first. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const timer of this.#reopening) clearTimeout(timer)
    const slots = this.#slots.splice(0)
    await Promise.all(slots.map(({ worker }) => worker.terminate()))
    const left = [...slots.flatMap(({ tasks }) => tasks), ...this.#queue.splice(0)]
    for (const task of left) task.reject(new EncoderError('the parser was stopped'))
  }

  encode(batch: Batch): Promise<Result<EncodedBatch, OperationError>> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ batch, resolve, reject })
      this.#dispatch()
    })
  }

  #open(): Slot {
    const worker = new Worker(this.#options.script, {
      resourceLimits: { maxOldGenerationSizeMb: this.#options.maxHeapMiB ?? MAX_HEAP_MIB },
    })
    const slot: Slot = { worker, tasks: [], timer: undefined, problem: undefined }
    worker.on('message', (answer: ParseAnswer) => this.#answer(slot, answer))
    worker.on('error', (error) => {
      slot.problem = error
    })
    worker.on('exit', () => this.#close(slot))
    return slot
  }

  #dispatch(): void {
    const free = this.#slots
      .filter(({ tasks }) => tasks.length < TASKS_PER_WORKER)
      .sort((left, right) => left.tasks.length - right.tasks.length)
    for (const slot of free) {
      const task = this.#queue.shift()
      if (task === undefined) return
      slot.tasks.push(task)
      if (slot.tasks.length === 1) this.#watch(slot)
      slot.worker.postMessage(task.batch, transferables(task.batch))
    }
  }

  /** Answers come in the order of the batches. */
  #answer(slot: Slot, answer: ParseAnswer): void {
    const task = slot.tasks.shift()
    this.#watch(slot)
    task?.resolve(answer)
    this.#dispatch()
  }

  /** Gives the first batch of a worker its time. */
  #watch(slot: Slot): void {
    clearTimeout(slot.timer)
    if (slot.tasks.length === 0) return
    slot.timer = setTimeout(() => {
      slot.problem = new Error('a batch took too long to parse')
      void slot.worker.terminate()
    }, this.#options.timeoutMs ?? TIMEOUT_MS)
  }

  #close(slot: Slot): void {
    clearTimeout(slot.timer)
    const index = this.#slots.indexOf(slot)
    if (this.#stopping || index < 0) return
    this.#crashes += 1
    this.#slots.splice(index, 1)
    this.#reopen()
    const cause = slot.problem ?? new Error('the worker ended')
    this.#options.log.error('a parser ended and is replaced', {
      batches: slot.tasks.length,
      ...describeError(cause),
    })
    for (const task of slot.tasks) task.reject(new EncoderError('the parser ended', { cause }))
  }

  /** Not at once: a worker that cannot even start must not be tried in a loop. */
  #reopen(): void {
    const timer = setTimeout(() => {
      this.#reopening.delete(timer)
      this.#slots.push(this.#open())
      this.#dispatch()
    }, REOPEN_MS)
    this.#reopening.add(timer)
  }
}

export type ParseAnswer = Result<EncodedBatch, OperationError>

/** One is parsed while the next is on its way. */
const TASKS_PER_WORKER = 2
const TIMEOUT_MS = 15_000
const REOPEN_MS = 100
const MAX_HEAP_MIB = 768

type Task = {
  readonly batch: Batch
  resolve(answer: ParseAnswer): void
  reject(error: EncoderError): void
}

type Slot = {
  readonly worker: Worker
  readonly tasks: Task[]
  timer: NodeJS.Timeout | undefined
  problem: Error | undefined
}

function transferables(batch: Batch): ArrayBuffer[] {
  const { buffer } = batch.bytes
  return batch.kind === 'datagrams' ? [buffer, batch.ends.buffer] : [buffer]
}
