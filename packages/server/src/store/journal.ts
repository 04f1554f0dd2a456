import { bad, ok, type Result } from '@fluoroscope/model'
import type { FileSystem, WritableFile } from '../lib/file-system.ts'
import type { Log } from '../lib/log.ts'
import { type ClosedFile, corruptPath, journalPath, recoverJournal } from './journal-directory.ts'
import {
  encodeFileHeader,
  encodeFrame,
  FILE_HEADER_BYTES,
  FRAME_HEADER_BYTES,
} from './journal-format.ts'
import type { EncodedRows } from './segment-row.ts'

export type JournalOptions = {
  readonly directory: string
  readonly files: FileSystem
  readonly log: Log
  /** 16 random bytes, new for each journal opened: they make insert tokens unique. */
  readonly writer: Uint8Array
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number
  readonly limits?: Partial<JournalLimits>
  /** How long the longest of the files handed over earlier has waited to be inserted; undefined for none. */
  readonly waitedMs: () => number | undefined
  /** Takes over a file that is closed; called in the order of sequences. */
  readonly onClosed: (file: ClosedFile) => void
}

export type JournalLimits = {
  /** Files not yet released, together with what waits for the disk. */
  readonly totalBytes: number
  /** Rows in memory that wait for the disk. */
  readonly waitingBytes: number
  /** One group commit takes at most this much, but always one append. */
  readonly groupBytes: number
  /** A file is closed at the first of these. */
  readonly fileBytes: number
  readonly fileSpans: number
  readonly fileAgeMs: number
  /**
   * The age of a file while earlier ones are still being inserted: each costs the engine anew. Where those
   * have waited for long it is half as long, up to the most: the further behind, the fewer files.
   */
  readonly fileAgeBehindMs: number
  readonly fileAgeMostMs: number
}

export const JOURNAL_LIMITS: JournalLimits = {
  totalBytes: 4 * 2 ** 30,
  waitingBytes: 64 * 2 ** 20,
  groupBytes: 8 * 2 ** 20,
  fileBytes: 16 * 2 ** 20,
  fileSpans: 50_000,
  fileAgeMs: 300,
  fileAgeBehindMs: 900,
  fileAgeMostMs: 30_000,
}

const PROBLEM_REMEMBERED_MS = 10_000
const LOOK_AGAIN_MS = 30

/** Nothing of the rows is kept; the sender may come again later. */
export type JournalRefusal = {
  readonly code: 'journal-full' | 'disk-full' | 'stopping'
  readonly text: string
}

export type JournalStatistics = {
  readonly bytes: number
  readonly files: number
  readonly waitingBytes: number
  readonly commits: number
  readonly appends: number
  readonly refused: number
  /** Writes that failed, each with all of its group refused. */
  readonly failedCommits: number
  /** Sum and greatest of the times of write and sync together. */
  readonly commitMs: number
  readonly slowestCommitMs: number
  /** Why nothing can be written now. */
  readonly problem: string | undefined
}

type Waiting = {
  readonly rows: EncodedRows
  readonly bytes: number
  readonly answer: (result: Result<void, JournalRefusal>) => void
}

type OpenFile = {
  readonly file: WritableFile
  readonly path: string
  readonly sequence: bigint
  /** What is on the medium; 0 until the header is. */
  bytes: number
  spans: number
}

/**
 * Rows on the medium before they are acknowledged, in files that go to the engine once closed.
 * `append` joins a group commit: one write and one fdatasync for all that waits.
 */
export class Journal {
  readonly #options: JournalOptions
  readonly #limits: JournalLimits
  #next = 1n
  #open: OpenFile | undefined
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #rollDue = false
  #rollTimer: NodeJS.Timeout | undefined
  #work: Promise<void> | undefined
  #state: 'new' | 'open' | 'stopping' = 'new'
  /** Closed and neither released nor set aside. */
  readonly #kept = new Set<bigint>()
  #keptBytes = 0
  readonly #counts = { commits: 0, appends: 0, refused: 0, failedCommits: 0, commitMs: 0 }
  #slowestCommitMs = 0
  #problem: { readonly text: string; readonly sinceMs: number } | undefined

  constructor(options: JournalOptions) {
    this.#options = options
    this.#limits = { ...JOURNAL_LIMITS, ...options.limits }
  }

  /**
   * Makes the directory and hands over what an earlier run left.
   * @throws UnknownJournalVersion, or the system's error
   */
  async start(): Promise<void> {
    const { directory, files, log, onClosed } = this.#options
    await files.makeDirectory(directory)
    const { left, next } = await recoverJournal(files, directory, log)
    this.#next = next
    this.#state = 'open'
    for (const file of left) {
      this.#keep(file)
      onClosed(file)
    }
  }

  /** Resolves when the rows are on the medium, or were refused. The arrays must not change till then. */
  append(rows: EncodedRows): Promise<Result<void, JournalRefusal>> {
    const bytes = FRAME_HEADER_BYTES + rowBytes(rows)
    const refusal = this.#refuse(bytes)
    if (refusal !== undefined) {
      this.#counts.refused += 1
      return Promise.resolve(bad(refusal))
    }
    return new Promise((answer) => {
      this.#waiting.push({ rows, bytes, answer })
      this.#waitingBytes += bytes
      this.#wake()
    })
  }

  /** Deletes a file whose rows are all in the engine. Where that fails it is inserted again at the next start, to no effect. */
  async release(file: ClosedFile): Promise<void> {
    await this.#options.files.remove(file.path)
    this.#forget(file)
  }

  /** Keeps a damaged file for a person to look at; it counts no longer towards the limit. */
  async setAside(file: ClosedFile): Promise<void> {
    await this.#options.files.rename(file.path, corruptPath(file.path))
    this.#forget(file)
  }

  /** Commits what waits, closes the file and hands it over; later appends are refused. */
  async stop(): Promise<void> {
    this.#state = 'stopping'
    this.#wake()
    while (this.#work !== undefined) await this.#work
    clearTimeout(this.#rollTimer)
  }

  statistics(): JournalStatistics {
    return {
      ...this.#counts,
      bytes: this.#bytes(),
      files: this.#kept.size + (this.#open === undefined ? 0 : 1),
      waitingBytes: this.#waitingBytes,
      slowestCommitMs: this.#slowestCommitMs,
      problem: this.#currentProblem(),
    }
  }

  /**
   * Only the next append shows whether the disk takes rows again. A server whose callers wait for it
   * to be well would never get one, so a problem that was not met again is forgotten.
   */
  #currentProblem(): string | undefined {
    if (this.#problem === undefined) return undefined
    const age = this.#options.monotonicMs() - this.#problem.sinceMs
    return age < PROBLEM_REMEMBERED_MS ? this.#problem.text : undefined
  }

  #refuse(bytes: number): JournalRefusal | undefined {
    if (this.#state !== 'open') return { code: 'stopping', text: 'the journal is closed' }
    const { totalBytes, waitingBytes } = this.#limits
    if (this.#bytes() + this.#waitingBytes + bytes > totalBytes) {
      const text = `the journal is full: ${this.#bytes()} bytes that the engine has not taken yet`
      this.#problem = { text, sinceMs: this.#options.monotonicMs() }
      return { code: 'journal-full', text }
    }
    if (this.#waitingBytes + bytes > waitingBytes) {
      return { code: 'journal-full', text: `${this.#waitingBytes} bytes wait for the disk` }
    }
    return undefined
  }

  #bytes(): number {
    return this.#keptBytes + (this.#open?.bytes ?? 0)
  }

  #wake(): void {
    this.#work ??= this.#run().finally(() => {
      this.#work = undefined
      // What was asked for between the last look and now.
      if (this.#waiting.length > 0 || this.#mustRoll()) this.#wake()
    })
  }

  async #run(): Promise<void> {
    for (;;) {
      if (this.#mustRoll()) await this.#roll()
      else if (this.#waiting.length > 0) await this.#commit(this.#takeGroup())
      else return
    }
  }

  #mustRoll(): boolean {
    if (this.#open === undefined) return false
    return this.#state === 'stopping' ? this.#waiting.length === 0 : this.#rollDue
  }

  #takeGroup(): readonly Waiting[] {
    let bytes = 0
    let count = 0
    for (const { bytes: more } of this.#waiting) {
      if (count > 0 && bytes + more > this.#limits.groupBytes) break
      bytes += more
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const begun = this.#options.monotonicMs()
    const failure = await this.#write(group.map((waiting) => waiting.rows)).then(
      () => undefined,
      (cause: unknown) => cause ?? new Error('unknown'),
    )
    for (const { bytes } of group) this.#waitingBytes -= bytes
    if (failure !== undefined) {
      await this.#fail(group, failure)
      return
    }
    const took = this.#options.monotonicMs() - begun
    this.#counts.commits += 1
    this.#counts.appends += group.length
    this.#counts.commitMs += took
    this.#slowestCommitMs = Math.max(this.#slowestCommitMs, took)
    this.#problem = undefined
    for (const { answer } of group) answer(ok(undefined))
  }

  /** Puts one frame on the medium; rejects where any part of that is not certain. */
  async #write(group: readonly EncodedRows[]): Promise<void> {
    this.#open ??= await this.#create()
    const open = this.#open
    const isNew = open.bytes === 0
    const offset = isNew ? FILE_HEADER_BYTES : open.bytes
    const frame = encodeFrame(open.sequence, offset, group)
    const parts = isNew ? [encodeFileHeader(open.sequence, this.#options.writer), ...frame] : frame
    const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0)
    const written = await open.file.write(parts, open.bytes)
    if (written !== bytes) throw new Error(`short write: ${written} of ${bytes} bytes`)
    await open.file.sync()
    if (isNew) await this.#options.files.syncDirectory(this.#options.directory)
    open.bytes += bytes
    for (const rows of group) open.spans += rows.spanCount
    const { fileBytes, fileSpans } = this.#limits
    if (open.bytes >= fileBytes || open.spans >= fileSpans) this.#rollDue = true
  }

  async #create(): Promise<OpenFile> {
    const sequence = this.#next
    this.#next += 1n
    const path = journalPath(this.#options.directory, sequence)
    const file = await this.#options.files.create(path)
    this.#rollAfter(this.#limits.fileAgeMs, this.#options.monotonicMs())
    return { file, path, sequence, bytes: 0, spans: 0 }
  }

  #rollAfter(delayMs: number, openedMs: number): void {
    this.#rollTimer = setTimeout(() => {
      const ageMs = this.#options.monotonicMs() - openedMs
      if (ageMs < this.#fileAgeBehindMs()) {
        this.#rollAfter(LOOK_AGAIN_MS, openedMs)
        return
      }
      this.#rollDue = true
      this.#wake()
    }, delayMs)
  }

  /** 0 where nothing waits. */
  #fileAgeBehindMs(): number {
    const waitedMs = this.#options.waitedMs()
    if (waitedMs === undefined) return 0
    const { fileAgeBehindMs, fileAgeMostMs } = this.#limits
    return Math.min(Math.max(waitedMs / 2, fileAgeBehindMs), fileAgeMostMs)
  }

  async #roll(): Promise<void> {
    const open = this.#takeOpen()
    if (open === undefined) return
    await this.#attempt('close', open, () => open.file.close())
    this.#handOver(open)
  }

  /**
   * Refuses the group and leaves the file: after a failed sync nothing is known of what was written
   * since the last, so the file ends there and a new one is begun by the next append.
   */
  async #fail(group: readonly Waiting[], failure: unknown): Promise<void> {
    const reason = failure instanceof Error ? failure.message : String(failure)
    this.#counts.failedCommits += 1
    this.#counts.refused += group.length
    const text = `cannot write to the journal: ${reason}`
    this.#problem = { text, sinceMs: this.#options.monotonicMs() }
    this.#options.log.error('cannot write to the journal', { reason, refused: group.length })
    const refusal: JournalRefusal = { code: 'disk-full', text }
    for (const { answer } of group) answer(bad(refusal))
    const open = this.#takeOpen()
    if (open === undefined) return
    await this.#attempt('cut', open, () => open.file.cut(open.bytes))
    await this.#attempt('close', open, () => open.file.close())
    if (open.bytes > 0) this.#handOver(open)
    else await this.#attempt('remove', open, () => this.#options.files.remove(open.path))
  }

  #takeOpen(): OpenFile | undefined {
    clearTimeout(this.#rollTimer)
    this.#rollDue = false
    const open = this.#open
    this.#open = undefined
    return open
  }

  #handOver({ path, sequence, bytes }: OpenFile): void {
    this.#keep({ path, sequence, bytes })
    this.#options.onClosed({ path, sequence, bytes })
  }

  #keep(file: ClosedFile): void {
    this.#kept.add(file.sequence)
    this.#keptBytes += file.bytes
  }

  #forget(file: ClosedFile): void {
    if (this.#kept.delete(file.sequence)) this.#keptBytes -= file.bytes
  }

  /** What is acknowledged does not hang on these calls, so a failure is only told. */
  async #attempt(what: string, open: OpenFile, call: () => Promise<void>): Promise<void> {
    try {
      await call()
    } catch (cause) {
      this.#options.log.warn(`cannot ${what} a journal file`, {
        file: open.path,
        reason: String(cause),
      })
    }
  }
}

function rowBytes(rows: EncodedRows): number {
  return rows.spans.byteLength + rows.documents.byteLength + rows.minutes.byteLength
}
