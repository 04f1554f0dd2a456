import type { ServiceGraph, UnixNanos } from '@fluoroscope/model'
import type { Log } from '../lib/log.ts'
import {
  engineNow,
  findChangedMinutes,
  findNeglectedMinutes,
  findProgress,
  saveProgress,
} from '../query/graph-changes.ts'
import {
  findGraphMinutes,
  findMergedGraph,
  type GraphMinute,
  insertGraphMinutes,
} from '../query/graph-minutes.ts'
import { findMinutesOfTraces } from '../query/graph-spans.ts'
import { MAX_LISTED_MINUTES, MAX_LISTED_RANGES, type MinuteRange } from '../query/minute-list.ts'
import { type Database, StoreError } from '../store/database.ts'
import { DirtyMinutes } from './dirty-minutes.ts'
import { rangesWithout, splitRange } from './minute-ranges.ts'
import { type MinuteBatch, planBatches, readTraces } from './minute-traces.ts'
import { GraphBuilder } from './service-graph-builder.ts'
import { addTraceCalls, type TraceCalls } from './trace-calls.ts'

export type ServiceGraphsOptions = {
  readonly database: Database
  readonly log: Log
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number
  /** From 0 to below 1, as `Math.random`. */
  readonly random: () => number
  readonly settings?: Partial<ServiceGraphSettings>
}

/** Milliseconds where nothing else is said. */
export type ServiceGraphSettings = {
  /** A changed minute is computed again once it had no new document for this long… */
  readonly quietMs: number
  /** …or this long after its last computation. */
  readonly latestMs: number
  /** The longest time from a document's stamp of insertion to its being visible. */
  readonly overlapMs: number
  /** Between two passes over the changed minutes. */
  readonly passMs: number
  /** A graph lacks at most what was inserted this long before it was asked for. */
  readonly staleMs: number
  readonly saveMs: number
  readonly neglectedMs: number
  /** So many changed minutes of a graph are read from spans; older ones may be `latestMs` old. */
  readonly rawMinutes: number
  readonly nodes: number
  readonly edges: number
}

const SETTINGS: ServiceGraphSettings = {
  quietMs: 20_000,
  latestMs: 120_000,
  overlapMs: 10_000,
  passMs: 1000,
  staleMs: 500,
  saveMs: 30_000,
  neglectedMs: 600_000,
  rawMinutes: 15,
  nodes: 10_000,
  edges: 50_000,
}

export type ServiceGraphStatistics = {
  /** Minutes whose version may lack documents. */
  readonly dirtyMinutes: number
  readonly computedMinutes: number
  readonly readSpans: number
  /** Nodes, edges and spans that found no room in a graph. */
  readonly omitted: number
  readonly failedPasses: number
}

/**
 * Service graphs over ranges of time. Each whole minute is computed once it is quiet and kept; what
 * has changed since, and parts of minutes, are computed from spans when asked for. A crash or a late
 * document only makes minutes dirty again.
 */
export class ServiceGraphs {
  readonly #database: Database
  readonly #log: Log
  readonly #options: ServiceGraphsOptions
  readonly #settings: ServiceGraphSettings
  readonly #dirty: DirtyMinutes
  #timer: NodeJS.Timeout | undefined
  #passing: Promise<void> | undefined
  #searching: Promise<void> | undefined
  #stopped = false
  /** Changes stamped before are known; undefined before the first search. */
  #searchedTo: number | undefined
  #searchedAt = Number.NEGATIVE_INFINITY
  /** Progress to be kept first of all. */
  #unkept: number | undefined
  #savedAt = Number.NEGATIVE_INFINITY
  #neglectedAt = Number.NEGATIVE_INFINITY
  #computedMinutes = 0
  #readSpans = 0
  #omitted = 0
  #failedPasses = 0

  constructor(options: ServiceGraphsOptions) {
    this.#options = options
    this.#database = options.database
    this.#log = options.log
    this.#settings = { ...SETTINGS, ...options.settings }
    this.#dirty = new DirtyMinutes(this.#settings, MAX_DIRTY_MINUTES)
  }

  start(): void {
    const passLater = () => {
      if (this.#stopped) return
      this.#timer = setTimeout(() => {
        this.#passing = this.#tryPass().finally(passLater)
      }, this.#settings.passMs)
      this.#timer.unref()
    }
    passLater()
  }

  /** Ends the running pass after its next batch. May be called twice. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#passing
  }

  statistics(): ServiceGraphStatistics {
    return {
      dirtyMinutes: this.#dirty.size,
      computedMinutes: this.#computedMinutes,
      readSpans: this.#readSpans,
      omitted: this.#omitted + this.#dirty.omitted,
      failedPasses: this.#failedPasses,
    }
  }

  /**
   * All traces that start in `[from, to)` as one graph, of at most 10,000 nodes.
   * @throws StoreError
   */
  async graph(from: UnixNanos, to: UnixNanos): Promise<ServiceGraph> {
    await this.#searchIfStale()
    const { nodes, edges } = this.#settings
    const graph = new GraphBuilder({ nodes, edges })
    const { whole, parts } = splitRange(from, to)
    const raw = new Set([...parts, ...(await this.#unusable(whole))])
    // The order in which a graph grows does not matter.
    await Promise.all([
      this.#addStored(graph, rangesWithout(whole, raw)),
      this.#addRaw(graph, [...raw], { from, to }),
    ])
    this.#countOmitted(graph.omitted)
    return graph.graph()
  }

  /** One round: finds what has changed, computes what is quiet. For the timer, and for tests. */
  async pass(): Promise<void> {
    await this.#search()
    await this.#keepFirst()
    const covered = await engineNow(this.#database)
    const age = this.#options.monotonicMs() - this.#neglectedAt
    if (age >= this.#settings.neglectedMs) await this.#addNeglected(covered)
    const due = this.#dirty.due(covered)
    const batches = await planBatches(this.#database, due)
    const filled = new Set(batches.flatMap(({ minutes }) => minutes))
    const emptied = due.filter((minute) => !filled.has(minute))
    if (emptied.length > 0) await this.#store([], { minutes: emptied, covered, oldest: undefined })
    for (const batch of batches) {
      if (this.#stopped) return
      await this.#compute(batch)
    }
    await this.#save()
  }

  async #tryPass(): Promise<void> {
    try {
      await this.pass()
    } catch (cause) {
      this.#failedPasses += 1
      this.#log.warn('service graphs cannot be computed now', { reason: String(cause) })
    }
  }

  /** Whole minutes whose version must not be used: the newest of the changed ones. */
  async #unusable(whole: MinuteRange): Promise<readonly number[]> {
    const dirty: number[] = []
    for (const minute of this.#dirty.minutes()) {
      if (minute >= whole.from && minute < whole.to) dirty.push(minute)
    }
    dirty.sort((left, right) => right - left)
    const { rawMinutes } = this.#settings
    const older = dirty.slice(rawMinutes)
    const unusable = dirty.slice(0, rawMinutes)
    for (let at = 0; at < older.length; at += MAX_LISTED_MINUTES) {
      const listed = older.slice(at, at + MAX_LISTED_MINUTES)
      const stored = await findGraphMinutes(this.#database, listed)
      unusable.push(...listed.filter((minute) => !stored.has(minute)))
    }
    return unusable
  }

  async #addStored(graph: GraphBuilder, ranges: readonly MinuteRange[]): Promise<void> {
    for (let at = 0; at < ranges.length; at += MAX_LISTED_RANGES) {
      const listed = ranges.slice(at, at + MAX_LISTED_RANGES)
      const stored = await findMergedGraph(this.#database, listed, this.#settings)
      graph.addGraph(stored)
      this.#countOmitted(stored.omitted)
    }
  }

  async #addRaw(
    graph: GraphBuilder,
    unsorted: readonly number[],
    { from, to }: { readonly from: UnixNanos; readonly to: UnixNanos },
  ): Promise<void> {
    if (unsorted.length === 0) return
    const minutes = unsorted.toSorted((left, right) => left - right)
    const isListed = minutes.length <= MAX_LISTED_MINUTES
    const [batches, allMinutes] = await Promise.all([
      planBatches(this.#database, minutes),
      isListed ? findMinutesOfTraces(this.#database, minutes) : undefined,
    ])
    for (const batch of batches) {
      const add = (trace: TraceCalls) => {
        if (trace.start >= from && trace.start < to) addTraceCalls(graph, trace)
      }
      const read = await readTraces(this.#database, { ...batch, allMinutes }, add)
      this.#readSpans += read.spans
      this.#countOmitted(read.omittedSpans)
    }
  }

  async #compute(batch: MinuteBatch): Promise<void> {
    const { nodes, edges } = this.#settings
    const covered = await engineNow(this.#database)
    const graphs = new Map(
      batch.minutes.map((minute) => [minute, new GraphBuilder({ nodes, edges })]),
    )
    const read = await readTraces(this.#database, batch, (trace, minute) => {
      const graph = graphs.get(minute)
      if (graph !== undefined) addTraceCalls(graph, trace)
    })
    this.#readSpans += read.spans
    this.#countOmitted(read.omittedSpans)
    const minutes = [...graphs].map(([minute, graph]) => ({
      minute,
      ...graph.graph(),
      omitted: graph.omitted,
    }))
    await this.#store(minutes, { minutes: [], covered, oldest: read.oldest })
  }

  /** @param rest minutes without any document, whose versions are empty */
  async #store(
    minutes: readonly GraphMinute[],
    rest: {
      readonly minutes: readonly number[]
      readonly covered: number
      readonly oldest: bigint | undefined
    },
  ): Promise<void> {
    const { covered, oldest } = rest
    const empty = rest.minutes.map((minute) => ({ minute, nodes: [], edges: [], omitted: 0 }))
    const computed = [...minutes, ...empty]
    const day = Math.floor(covered / MS_PER_DAY)
    const chance = BigInt(Math.floor(this.#options.random() * VERSIONS_PER_MS))
    await insertGraphMinutes(this.#database, computed, {
      version: BigInt(covered) * BigInt(VERSIONS_PER_MS) + chance,
      covered,
      day,
      oldest: oldest === undefined ? day : Number(oldest / NANOS_PER_DAY),
    })
    for (const { minute } of computed) this.#dirty.computed(minute, covered)
    this.#computedMinutes += computed.length
  }

  async #searchIfStale(): Promise<void> {
    const age = this.#options.monotonicMs() - this.#searchedAt
    if (age >= this.#settings.staleMs) await this.#search()
  }

  /** One search at a time; who comes while one runs waits for that one. */
  #search(): Promise<void> {
    this.#searching ??= this.#findChanges().finally(() => {
      this.#searching = undefined
    })
    return this.#searching
  }

  async #findChanges(): Promise<void> {
    const begun = this.#options.monotonicMs()
    const now = await engineNow(this.#database)
    const { overlapMs } = this.#settings
    const since = (this.#searchedTo ?? (await this.#startProgress(now))) - overlapMs
    const changes = await findChangedMinutes(this.#database, since, MAX_DIRTY_MINUTES)
    for (const { minute, inserted } of changes) this.#dirty.add(minute, inserted, since)
    this.#dirty.forgetComputed(since)
    this.#searchedTo = now
    this.#searchedAt = begun
  }

  /** Where an earlier run came to. */
  async #startProgress(now: number): Promise<number> {
    const progress = await findProgress(this.#database)
    if (progress === undefined) this.#unkept = now
    await this.#keepFirst().catch((cause) => {
      // Reading goes on while the disk is full; what is computed waits for it.
      if (!(cause instanceof StoreError && cause.reason === 'disk-full')) throw cause
    })
    await this.#addNeglected(now)
    return progress ?? now
  }

  /** These are found again as long as they are neglected, so progress need not wait for them. */
  async #addNeglected(now: number): Promise<void> {
    for (const minute of await findNeglectedMinutes(this.#database, MAX_DIRTY_MINUTES)) {
      this.#dirty.add(minute, 0, now)
    }
    this.#neglectedAt = this.#options.monotonicMs()
  }

  /** The first progress is kept before the first version is, so that none is without it. */
  async #keepFirst(): Promise<void> {
    if (this.#unkept === undefined) return
    await saveProgress(this.#database, this.#unkept)
    this.#unkept = undefined
  }

  async #save(): Promise<void> {
    const now = this.#options.monotonicMs()
    if (this.#searchedTo === undefined || now - this.#savedAt < this.#settings.saveMs) return
    await saveProgress(this.#database, this.#dirty.coveredBefore(this.#searchedTo))
    this.#savedAt = now
  }

  #countOmitted(count: number): void {
    if (count === 0) return
    this.#omitted += count
    this.#log.warn('a service graph is larger than its limit', { omitted: count })
  }
}

/** A trace's minutes are the sender's choice; so many may wait at once. */
const MAX_DIRTY_MINUTES = 200_000

const MS_PER_DAY = 86_400_000
const NANOS_PER_DAY = 86_400_000_000_000n

/** Tells computations of one millisecond apart. */
const VERSIONS_PER_MS = 2 ** 20
