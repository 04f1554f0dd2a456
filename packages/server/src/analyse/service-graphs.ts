import type { ServiceGraph, UnixNanos } from '@fluoroscope/model'
import type { Log } from '../lib/log.ts'
import { engineNow } from '../query/graph-changes.ts'
import {
  ALL_TRACES,
  findMergedGraph,
  type GraphMinute,
  type GraphVersion,
  insertGraphLinks,
  insertGraphMinutes,
  type MinuteLinks,
} from '../query/graph-minutes.ts'
import { findMinutesEnding, findStoredSeries } from '../query/graph-series.ts'
import { findMinutesOfTraces } from '../query/graph-spans.ts'
import { MAX_LISTED_MINUTES, MAX_LISTED_RANGES, type MinuteRange } from '../query/minute-list.ts'
import type { Database } from '../store/database.ts'
import { ChangedMinutes, type ChangedMinutesSettings } from './changed-minutes.ts'
import { completionRange, rangesWithout, splitRange } from './minute-ranges.ts'
import { type MinuteBatch, type OnTrace, planBatches, readTraces } from './minute-traces.ts'
import { CompletionRoom } from './request-sums.ts'
import { GraphBuilder } from './service-graph-builder.ts'
import { type SeriesBucket, SeriesBuilder, type SeriesQuery } from './service-series.ts'
import { addTraceCalls } from './trace-calls.ts'

export type ServiceGraphsOptions = {
  readonly database: Database
  readonly log: Log
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number
  /** From 0 to below 1, as `Math.random`. */
  readonly random: () => number
  readonly settings?: Partial<ServiceGraphSettings>
}

export type ServiceGraphSettings = ChangedMinutesSettings & {
  /** Milliseconds between two passes over the changed minutes. */
  readonly passMs: number
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
  /** Nodes, edges, spans, links and times of completion that found no room in a graph. */
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
  readonly #changed: ChangedMinutes
  #timer: NodeJS.Timeout | undefined
  #passing: Promise<void> | undefined
  #stopped = false
  #computedMinutes = 0
  #readSpans = 0
  #omitted = 0
  #failedPasses = 0

  constructor(options: ServiceGraphsOptions) {
    const { database, log, monotonicMs } = options
    this.#options = options
    this.#database = database
    this.#log = log
    this.#settings = { ...SETTINGS, ...options.settings }
    this.#changed = new ChangedMinutes({ database, monotonicMs, settings: this.#settings })
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
      dirtyMinutes: this.#changed.size,
      computedMinutes: this.#computedMinutes,
      readSpans: this.#readSpans,
      omitted: this.#omitted + this.#changed.omitted,
      failedPasses: this.#failedPasses,
    }
  }

  /**
   * All traces that start in `[from, to)` as one graph, of at most 10,000 nodes.
   * @throws StoreError
   */
  async graph(from: UnixNanos, to: UnixNanos): Promise<ServiceGraph> {
    await this.#changed.refresh()
    const { nodes, edges } = this.#settings
    const graph = new GraphBuilder({ nodes, edges })
    const { whole, parts } = splitRange(from, to)
    const unusable = await this.#changed.unusable(this.#changed.changed(whole))
    const raw = new Set([...parts, ...unusable])
    // The order in which a graph grows does not matter.
    await Promise.all([
      this.#addStored(graph, rangesWithout(whole, raw)),
      this.#addRaw([...raw], (trace, _, producerOf) => {
        if (trace.start >= from && trace.start < to) addTraceCalls(graph, trace, producerOf)
      }),
    ])
    this.#countOmitted(graph.omitted)
    return graph.graph()
  }

  /**
   * The requests of an entity by when they ended, whenever their traces started. Ascending; periods
   * in which nothing ended are left out. @throws StoreError
   */
  async series({ from, to, period, entity }: SeriesQuery): Promise<readonly SeriesBucket[]> {
    await this.#changed.refresh()
    const completed = completionRange({ from, to, period })
    if (completed.from >= completed.to) return []
    const series = new SeriesBuilder(entity, completed, period)
    const raw = await this.#unusableEnding(completed)
    const query = { completed, period, entity, without: raw }
    await Promise.all([
      findStoredSeries(this.#database, query).then((stored) => {
        for (const bucket of stored) series.addBucket(bucket)
      }),
      this.#addRaw(raw, (trace) => addTraceCalls(series, trace)),
    ])
    return series.buckets()
  }

  /** One round: finds what has changed, computes what is quiet. For the timer, and for tests. */
  async pass(): Promise<void> {
    await this.#changed.search()
    const covered = await engineNow(this.#database)
    const due = await this.#changed.due(covered)
    const batches = await planBatches(this.#database, due)
    const filled = new Set(batches.flatMap(({ minutes }) => minutes))
    const emptied = due.filter((minute) => !filled.has(minute))
    if (emptied.length > 0)
      await this.#store([], { minutes: emptied, covered, oldest: undefined, links: [] })
    for (const batch of batches) {
      if (this.#stopped) return
      await this.#compute(batch)
    }
    await this.#changed.save()
  }

  async #tryPass(): Promise<void> {
    try {
      await this.pass()
    } catch (cause) {
      this.#failedPasses += 1
      this.#log.warn('service graphs cannot be computed now', { reason: String(cause) })
    }
  }

  /** Of the minutes whose version must not be used those whose traces have something that ends then. */
  async #unusableEnding(completed: MinuteRange): Promise<readonly number[]> {
    const changed = this.#changed.changed(ALL_MINUTES)
    const unusable = new Set(await this.#changed.unusable(changed))
    const ending: number[] = []
    if (unusable.size === 0) return ending
    const nanos = { from: BigInt(completed.from) * NANOS, to: BigInt(completed.to) * NANOS }
    for (let at = 0; at < changed.length; at += MAX_LISTED_MINUTES) {
      const listed = changed.slice(at, at + MAX_LISTED_MINUTES)
      for (const minute of await findMinutesEnding(this.#database, listed, nanos)) {
        // Told once, though traces of several lists may share it.
        if (unusable.delete(minute)) ending.push(minute)
      }
    }
    return ending
  }

  async #addStored(graph: GraphBuilder, ranges: readonly MinuteRange[]): Promise<void> {
    for (let at = 0; at < ranges.length; at += MAX_LISTED_RANGES) {
      const listed = ranges.slice(at, at + MAX_LISTED_RANGES)
      const stored = await findMergedGraph(this.#database, listed, this.#settings)
      graph.addGraph(stored)
      this.#countOmitted(stored.omitted)
    }
  }

  async #addRaw(unsorted: readonly number[], add: OnTrace): Promise<void> {
    if (unsorted.length === 0) return
    const minutes = unsorted.toSorted((left, right) => left - right)
    const isListed = minutes.length <= MAX_LISTED_MINUTES
    const [batches, allMinutes] = await Promise.all([
      planBatches(this.#database, minutes),
      isListed ? findMinutesOfTraces(this.#database, minutes) : undefined,
    ])
    for (const batch of batches) {
      const read = await readTraces(this.#database, { ...batch, allMinutes }, add)
      this.#readSpans += read.spans
      this.#countOmitted(read.omittedSpans + read.omittedLinks)
    }
  }

  async #compute(batch: MinuteBatch): Promise<void> {
    const { nodes, edges } = this.#settings
    const covered = await engineNow(this.#database)
    const graphs = new Map(
      batch.minutes.map((minute) => {
        const room = new CompletionRoom(MAX_COMPLETION_PARTS)
        return [minute, new GraphBuilder({ nodes, edges }, room)]
      }),
    )
    const read = await readTraces(this.#database, batch, (trace, minute, producerOf) => {
      const graph = graphs.get(minute)
      if (graph !== undefined) addTraceCalls(graph, trace, producerOf)
    })
    this.#readSpans += read.spans
    this.#countOmitted(read.omittedSpans + read.omittedLinks)
    const minutes = [...graphs].map(([minute, graph]) => ({
      minute,
      ...graph.byCompletion(),
      omitted: graph.omitted,
    }))
    await this.#store(minutes, { minutes: [], covered, ...read })
  }

  /** @param rest minutes without any document, whose versions are empty */
  async #store(
    minutes: readonly GraphMinute[],
    rest: {
      readonly minutes: readonly number[]
      readonly covered: number
      readonly oldest: bigint | undefined
      readonly links: readonly MinuteLinks[]
    },
  ): Promise<void> {
    const { covered, oldest, links } = rest
    const empty = rest.minutes.map((minute) => ({ minute, nodes: [], edges: [], omitted: 0 }))
    const computed = [...minutes, ...empty]
    const day = Math.floor(covered / MS_PER_DAY)
    const chance = BigInt(Math.floor(this.#options.random() * VERSIONS_PER_MS))
    const version: GraphVersion = {
      grouping: ALL_TRACES,
      version: BigInt(covered) * BigInt(VERSIONS_PER_MS) + chance,
      covered,
      day,
      oldest: oldest === undefined ? day : Number(oldest / NANOS_PER_DAY),
    }
    await insertGraphLinks(this.#database, links, version)
    await insertGraphMinutes(this.#database, computed, version)
    // Senders that came meanwhile did not find the links.
    if (links.length > 0) this.#changed.searchAgain(covered)
    for (const { minute } of computed) this.#changed.computed(minute, covered)
    this.#computedMinutes += computed.length
  }

  #countOmitted(count: number): void {
    if (count === 0) return
    this.#omitted += count
    this.#log.warn('a service graph is larger than its limit', { omitted: count })
  }
}

/** In one minute's graph; a node or an edge mostly has one or two. */
const MAX_COMPLETION_PARTS = 200_000

const ALL_MINUTES: MinuteRange = { from: 0, to: 2 ** 32 }

const NANOS = 1_000_000_000n
const MS_PER_DAY = 86_400_000
const NANOS_PER_DAY = 86_400_000_000_000n

/** Tells computations of one millisecond apart. */
const VERSIONS_PER_MS = 2 ** 20
