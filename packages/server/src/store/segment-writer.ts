import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FileSystem } from '../lib/file-system.ts'
import type { Log } from '../lib/log.ts'
import { type Database, StoreError } from './database.ts'
import type { ClosedFile } from './journal-directory.ts'
import { type JournalContents, readJournal } from './journal-format.ts'
import {
  type EncodedRows,
  INSERT_DOCUMENTS,
  INSERT_SPANS,
  INSERT_TRACE_MINUTES,
} from './segment-row.ts'

export type SegmentWriterOptions = {
  readonly database: Pick<Database, 'insert'>
  readonly files: FileSystem
  readonly log: Log
  readonly monotonicMs: () => number
  /** Every row of the file is in the engine. */
  readonly release: (file: ClosedFile) => Promise<void>
  /** Every row that can be read is in the engine, some could not be read. */
  readonly setAside: (file: ClosedFile) => Promise<void>
  readonly delays?: Partial<WriterDelays>
}

/** Milliseconds. */
export type WriterDelays = {
  /** After the first failure; doubled up to `most` while the engine stays away. */
  readonly first: number
  readonly most: number
  /** A file that the engine is up but refuses waits this long, and lets the others pass. */
  readonly refused: number
}

const WRITER_DELAYS: WriterDelays = { first: 50, most: 2000, refused: 30_000 }

export type SegmentWriterStatistics = {
  /** Closed files whose rows are not all in the engine. */
  readonly files: number
  readonly bytes: number
  /** How long the longest waiting of them has been closed; 0 for none. */
  readonly oldestMs: number
  readonly insertedSpans: number
  readonly insertedDocuments: number
  readonly insertedFiles: number
  readonly failedAttempts: number
  readonly corruptFrames: number
  readonly corruptFiles: number
  /** Why the last attempt failed; undefined after a success. */
  readonly problem: string | undefined
}

const REFUSALS_BEFORE_OTHERS_PASS = 3

type Queued = {
  readonly file: ClosedFile
  readonly sinceMs: number
  /** Not tried again before this. */
  notBeforeMs: number
  refusals: number
}

/**
 * Brings closed journal files into the engine, one after the other, and has each deleted once all
 * of it is there. A file waits on disk, is read for each attempt and not kept in memory.
 */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions
  readonly #delays: WriterDelays
  #queue: Queued[] = []
  #work: Promise<void> | undefined
  readonly #gaveUp = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #state: 'new' | 'running' | 'stopped' = 'new'
  #problem: string | undefined
  readonly #counts = {
    insertedSpans: 0,
    insertedDocuments: 0,
    insertedFiles: 0,
    failedAttempts: 0,
    corruptFrames: 0,
    corruptFiles: 0,
  }

  constructor(options: SegmentWriterOptions) {
    this.#options = options
    this.#delays = { ...WRITER_DELAYS, ...options.delays }
  }

  /** May be called before `start`: the file waits. */
  offer(file: ClosedFile): void {
    const now = this.#options.monotonicMs()
    this.#queue.push({ file, sinceMs: now, notBeforeMs: now, refusals: 0 })
    this.#wake()
  }

  /**
   * Milliseconds that the next file has waited for the engine; undefined where none does. One that the
   * engine refused does not count.
   */
  get waitedMs(): number | undefined {
    const due = this.#due()
    return due && this.#options.monotonicMs() - due.sinceMs
  }

  start(): void {
    this.#state = 'running'
    this.#wake()
  }

  /** Inserts what was offered, for at most `withinMs`; the rest stays on disk for the next start. */
  async stop(withinMs: number): Promise<void> {
    const signal = this.#gaveUp.signal
    const timer = setTimeout(() => this.#gaveUp.abort(), withinMs)
    const gaveUp = once(signal, 'abort')
    while (this.#work !== undefined && !signal.aborted) {
      await Promise.race([this.#work, gaveUp])
    }
    clearTimeout(timer)
    clearTimeout(this.#timer)
    this.#state = 'stopped'
    this.#gaveUp.abort()
  }

  statistics(): SegmentWriterStatistics {
    const now = this.#options.monotonicMs()
    return {
      ...this.#counts,
      files: this.#queue.length,
      bytes: this.#queue.reduce((sum, { file }) => sum + file.bytes, 0),
      oldestMs: this.#queue.reduce((most, { sinceMs }) => Math.max(most, now - sinceMs), 0),
      problem: this.#problem,
    }
  }

  #wake(): void {
    if (this.#state !== 'running') return
    this.#work ??= this.#run().finally(() => {
      this.#work = undefined
      if (this.#due() !== undefined) this.#wake()
      else this.#wakeLater()
    })
  }

  async #run(): Promise<void> {
    let delayMs = this.#delays.first
    for (let queued = this.#due(); queued !== undefined; queued = this.#due()) {
      const failure = await this.#insert(queued.file)
      if (failure === undefined) {
        this.#queue.splice(this.#queue.indexOf(queued), 1)
        this.#problem = undefined
        delayMs = this.#delays.first
        continue
      }
      if (this.#state !== 'running') return
      this.#told(queued.file, failure)
      if (!isPassing(failure)) this.#letOthersPass(queued)
      await this.#pause(delayMs)
      delayMs = Math.min(delayMs * 2, this.#delays.most)
    }
  }

  /** The first file whose time has come. */
  #due(): Queued | undefined {
    if (this.#state !== 'running' || this.#gaveUp.signal.aborted) return undefined
    const now = this.#options.monotonicMs()
    return this.#queue.find(({ notBeforeMs }) => notBeforeMs <= now)
  }

  #wakeLater(): void {
    clearTimeout(this.#timer)
    if (this.#queue.length === 0 || this.#state !== 'running') return
    this.#timer = setTimeout(() => this.#wake(), this.#delays.first)
    this.#timer.unref()
  }

  async #insert(file: ClosedFile): Promise<unknown> {
    try {
      const bytes = (await this.#options.files.read(file.path)).subarray(0, file.bytes)
      const contents = readJournal(bytes, file.sequence)
      await this.#insertRows(contents)
      await this.#dispose(file, contents)
      return undefined
    } catch (cause) {
      return cause ?? new Error('unknown')
    }
  }

  /**
   * Minutes first: they only lead to documents. Documents last: what looks for changes by their
   * `inserted` then finds all else of them there already. Each is added once however often this is
   * repeated, by its token.
   */
  async #insertRows({ token, frames }: JournalContents): Promise<void> {
    const { database } = this.#options
    const section = (of: (rows: EncodedRows) => Uint8Array) =>
      frames.map(({ rows }) => of(rows)).filter((bytes) => bytes.byteLength > 0)
    const inserts = [
      [INSERT_TRACE_MINUTES, section((rows) => rows.minutes), `${token}-minutes`],
      [INSERT_SPANS, section((rows) => rows.spans), `${token}-spans`],
      [INSERT_DOCUMENTS, section((rows) => rows.documents), `${token}-documents`],
    ] as const
    for (const [statement, parts, part] of inserts) {
      if (parts.length > 0) await database.insert(statement, each(parts), part)
    }
  }

  /** The rows are in the engine: from here on nothing may lead to another attempt. */
  async #dispose(file: ClosedFile, contents: JournalContents): Promise<void> {
    const { log, release, setAside } = this.#options
    const { frames, damage, tornAt } = contents
    this.#counts.insertedFiles += 1
    for (const { rows } of frames) {
      this.#counts.insertedSpans += rows.spanCount
      this.#counts.insertedDocuments += rows.documentCount
    }
    const torn = tornAt === undefined ? [] : [{ offset: tornAt, reason: 'cut off' }]
    for (const { offset, reason } of [...damage, ...torn]) {
      this.#counts.corruptFrames += 1
      log.error('journal damaged: acknowledged rows are lost', { file: file.path, offset, reason })
    }
    const isDamaged = damage.length > 0 || tornAt !== undefined
    if (isDamaged) this.#counts.corruptFiles += 1
    try {
      await (isDamaged ? setAside(file) : release(file))
    } catch (cause) {
      log.warn('cannot clear a journal file away', { file: file.path, reason: String(cause) })
    }
  }

  #told(file: ClosedFile, failure: unknown): void {
    this.#counts.failedAttempts += 1
    const reason = failure instanceof Error ? failure.message : String(failure)
    this.#problem = `cannot insert into the store: ${reason}`
    this.#options.log.warn('cannot insert a journal file', { file: file.path, reason })
  }

  /** A file that the engine refuses again and again must not hold up all that come after it. */
  #letOthersPass(queued: Queued): void {
    queued.refusals += 1
    if (queued.refusals < REFUSALS_BEFORE_OTHERS_PASS) return
    queued.notBeforeMs = this.#options.monotonicMs() + this.#delays.refused
    this.#options.log.error('the store refuses a journal file, it is kept and tried again later', {
      file: queued.file.path,
    })
  }

  async #pause(delayMs: number): Promise<void> {
    const signal = this.#gaveUp.signal
    // Rejects only where the writer gave up, which the loop sees by itself.
    await sleep(delayMs, undefined, { signal }).catch(() => undefined)
  }
}

/** The engine is away or has no room: the same file will pass later, and so will no other now. */
function isPassing(failure: unknown): boolean {
  if (!(failure instanceof StoreError)) return false
  return failure.reason === 'unavailable' || failure.reason === 'disk-full'
}

async function* each(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}
