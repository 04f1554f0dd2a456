import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Result, UnixNanos } from '@fluoroscope/model'
import { type FileSystem, NODE_FILE_SYSTEM } from '../lib/file-system.ts'
import type { Log } from '../lib/log.ts'
import { checkServer, explainServer } from './check-server.ts'
import { ClickHouseDatabase, type Endpoint } from './click-house-database.ts'
import { type DataDirectory, openDataDirectory } from './data-directory.ts'
import { type Database, StoreError } from './database.ts'
import { EmbeddedEngine } from './engine/embedded-engine.ts'
import { EngineProbe } from './engine-probe.ts'
import {
  Journal,
  type JournalLimits,
  type JournalRefusal,
  type JournalStatistics,
} from './journal.ts'
import { Lease } from './lease.ts'
import { migrate, readMigrations } from './migrate.ts'
import { Retention } from './retention.ts'
import { SharedReports } from './sampling-reports.ts'
import type { EncodedRows } from './segment-row.ts'
import { SegmentWriter, type SegmentWriterStatistics, type WriterDelays } from './segment-writer.ts'
import { SetAsideFiles } from './set-aside-files.ts'
import type { StoreAddress } from './store-address.ts'
import { PLAIN_TABLES } from './table-layout.ts'

export type StoreOptions = {
  /** Of this server alone: its journal and, embedded, the engine's tables. */
  readonly directory: string
  readonly engine: EngineChoice
  readonly retentionDays: number
  readonly log: Log
  readonly now: () => UnixNanos
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number
  readonly journalLimits?: Partial<JournalLimits>
  readonly writerDelays?: Partial<WriterDelays>
  readonly files?: FileSystem
}

type EngineChoice =
  | { readonly kind: 'embedded'; readonly memoryBytes: number; readonly readers: number }
  /** A ClickHouse server or cluster elsewhere. */
  | { readonly kind: 'server'; readonly address: StoreAddress }

export type StoreRefusal = JournalRefusal

export type StoreHealth = {
  /** What is sent now would be acknowledged. */
  readonly canStore: boolean
  /** What is asked now would be answered. */
  readonly canAnswer: boolean
  /** For a person; may hold more than what stops the store. */
  readonly problems: readonly string[]
}

export type StoreStatistics = {
  readonly journal: JournalStatistics
  readonly writer: SegmentWriterStatistics
  /** Journal files of earlier runs found at the start. */
  readonly replayedFiles: number
  readonly engineRestarts: number
  /** Damaged journal files that wait for a person. */
  readonly setAsideFiles: number
}

/** Everything that keeps traces: journal, writer, engine, retention, in the order they depend. */
export class Store {
  readonly database: Database
  readonly #options: StoreOptions
  readonly #client: ClickHouseDatabase
  readonly #journal: Journal
  readonly #writer: SegmentWriter
  readonly #retention: Retention
  readonly #probe: EngineProbe
  readonly #setAside: SetAsideFiles
  readonly #stopping = new AbortController()
  /** Tells this server from others of the store. */
  readonly #name = randomBytes(16).toString('hex')
  #directory: DataDirectory | undefined
  #engine: EmbeddedEngine | undefined
  #preparing: Promise<void> | undefined
  /** Why the tables cannot be used yet; undefined once they can. */
  #unprepared: string | undefined = 'the tables are not ready yet'
  #replayedFiles = 0
  #stopped: Promise<void> | undefined

  constructor(options: StoreOptions) {
    const { log, monotonicMs, now, directory, engine, files = NODE_FILE_SYSTEM } = options
    this.#options = options
    this.#client = new ClickHouseDatabase(() => this.#endpoint())
    this.database = this.#client
    this.#journal = new Journal({
      directory: `${directory}/journal`,
      files,
      log,
      monotonicMs,
      writer: randomBytes(16),
      ...(options.journalLimits === undefined ? {} : { limits: options.journalLimits }),
      waitedMs: () => this.#writer.waitedMs,
      onClosed: (file) => this.#writer.offer(file),
    })
    this.#writer = new SegmentWriter({
      database: this.database,
      files,
      log,
      monotonicMs,
      release: (file) => this.#journal.release(file),
      setAside: (file) => this.#journal.setAside(file),
      ...(options.writerDelays === undefined ? {} : { delays: options.writerDelays }),
    })
    this.#retention = new Retention({
      database: this.database,
      log,
      now,
      days: options.retentionDays,
      layout: engine.kind === 'server' ? engine.address.layout : PLAIN_TABLES,
      lease: this.lease('retention'),
    })
    this.#probe = new EngineProbe(this.database)
    this.#setAside = new SetAsideFiles({ directory: `${directory}/journal`, files, log })
  }

  /** Work that one of the servers of this store does; undefined where there is only this one. */
  lease(name: string): Lease | undefined {
    const { engine, monotonicMs } = this.#options
    if (engine.kind === 'embedded') return undefined
    return new Lease({ database: this.database, name, holder: this.#name, monotonicMs })
  }

  /** Reports of sampling for the servers of this store; undefined where there is only this one. */
  sharedReports(): SharedReports | undefined {
    const { engine, monotonicMs, log } = this.#options
    if (engine.kind === 'embedded') return undefined
    return new SharedReports({ database: this.database, server: this.#name, log, monotonicMs })
  }

  /** The embedded engine's process, where there is one now. */
  get enginePid(): number | undefined {
    return this.#engine?.pid
  }

  /**
   * Resolves when rows are accepted; what an earlier run left goes on being inserted behind that.
   * A server that cannot be reached is no reason to refuse rows: the journal keeps them for it.
   * @throws StoreError, UnknownJournalVersion, or the system's error; nothing stays open then
   */
  async start(): Promise<void> {
    try {
      this.#directory = await openDataDirectory(this.#options.directory)
      await both(this.#startEngine(this.#directory), this.#startJournal())
      await this.#prepareOnce()
    } catch (cause) {
      if (!this.#isAway(cause)) {
        await this.stop()
        throw cause
      }
      this.#cannotPrepare('the store does not answer, rows are kept in the journal', cause)
      this.#preparing = this.#prepareLater()
    }
    this.#probe.start()
  }

  /** Resolves when the rows are on the medium, or were refused; never rejects. */
  append(rows: EncodedRows): Promise<Result<void, StoreRefusal>> {
    return this.#journal.append(rows)
  }

  /** Refuses new rows, inserts what it can within `drainMs`, and closes all. May be called twice. */
  stop(drainMs = DRAIN_MS): Promise<void> {
    this.#stopped ??= this.#stop(drainMs)
    return this.#stopped
  }

  health(): StoreHealth {
    const stopping = this.#stopping.signal.aborted ? 'the server is stopping' : undefined
    const unable = stopping ?? this.#journal.statistics().problem
    const silent = stopping ?? this.#unprepared ?? this.#probe.problem
    const behind = this.#writer.statistics().problem
    const problems = [unable, silent, behind, this.#setAside.problem].filter(
      (problem) => problem !== undefined,
    )
    return {
      canStore: unable === undefined,
      canAnswer: silent === undefined,
      problems: [...new Set(problems)],
    }
  }

  statistics(): StoreStatistics {
    return {
      journal: this.#journal.statistics(),
      writer: this.#writer.statistics(),
      replayedFiles: this.#replayedFiles,
      engineRestarts: this.#engine?.restarts ?? 0,
      setAsideFiles: this.#setAside.count,
    }
  }

  async #startEngine(directory: DataDirectory): Promise<void> {
    const { engine, log } = this.#options
    if (engine.kind === 'server') return
    const { memoryBytes, readers } = engine
    this.#engine = new EmbeddedEngine({
      directory: directory.engine,
      spoolDirectory: directory.spool,
      memoryBytes,
      readers,
      log,
    })
    await this.#engine.start()
  }

  async #startJournal(): Promise<void> {
    await this.#journal.start()
    await this.#setAside.start()
    this.#replayedFiles = this.#writer.statistics().files
    if (this.#replayedFiles === 0) return
    this.#options.log.info('journal files of an earlier run are inserted', {
      files: this.#replayedFiles,
    })
  }

  /** Tables first, then the rows that wait for them. */
  async #prepareOnce(): Promise<void> {
    const { engine } = this.#options
    if (engine.kind === 'server') await this.#prepareServer(engine.address)
    else await migrate(this.database, await readMigrations())
    this.#unprepared = undefined
    this.#writer.start()
    this.#retention.start()
  }

  async #prepareServer(address: StoreAddress): Promise<void> {
    try {
      await checkServer(this.#client, address)
      const { layout } = address
      await migrate(this.database, await readMigrations(), { layout, isShared: true })
    } catch (cause) {
      throw cause instanceof StoreError ? explainServer(cause, address) : cause
    }
  }

  #cannotPrepare(what: string, cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause)
    this.#unprepared = `the tables are not ready yet: ${reason}`
    this.#options.log.error(what, { reason })
  }

  async #prepareLater(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      // Rejects only when the store stops, which the loop sees by itself.
      await sleep(PREPARE_AGAIN_MS, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      try {
        await this.#prepareOnce()
        return
      } catch (cause) {
        this.#cannotPrepare('the store cannot be prepared yet', cause)
      }
    }
  }

  /** Only a server elsewhere may be away: the embedded engine is ours to start. */
  #isAway(cause: unknown): boolean {
    const isElsewhere = this.#options.engine.kind === 'server'
    return isElsewhere && cause instanceof StoreError && cause.reason === 'unavailable'
  }

  async #endpoint(): Promise<Endpoint> {
    const { engine } = this.#options
    if (engine.kind === 'server') return engine.address.endpoint
    if (this.#engine === undefined)
      throw new StoreError('the engine was not started', 'unavailable')
    return await this.#engine.endpoint()
  }

  async #stop(drainMs: number): Promise<void> {
    this.#stopping.abort()
    await this.#preparing
    await this.#journal.stop()
    await this.#writer.stop(drainMs)
    await this.#probe.stop()
    await this.#setAside.stop()
    await this.#retention.stop()
    await this.#engine?.stop()
    await this.#client.stop()
    await this.#directory?.close()
  }
}

const DRAIN_MS = 10_000
const PREPARE_AGAIN_MS = 1000

/** Waits for the two to end before it says that one failed: what is stopped then is not starting. */
async function both(one: Promise<void>, other: Promise<void>): Promise<void> {
  for (const outcome of await Promise.allSettled([one, other])) {
    if (outcome.status === 'rejected') throw outcome.reason
  }
}
