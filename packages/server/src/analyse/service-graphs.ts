import type { ServiceGraph, UnixNanos } from '@fluoroscope/model'
import type { Log } from '../lib/log.ts'
import { engineNow } from '../query/graph-changes.ts'
import { findGraphSources } from '../query/graph-merges.ts'
import {
  ALL_TRACES,
  findBehindMinutes,
  findIncompleteMinutes,
  findMergedGraph,
  type MergedGraph,
} from '../query/graph-minutes.ts'
import { findMinutesEnding, findStoredSeries } from '../query/graph-series.ts'
import { MAX_LISTED_MINUTES, MAX_LISTED_RANGES, type MinuteRange } from '../query/minute-list.ts'
import { type Database, StoreError } from '../store/database.ts'
import type { Lease } from '../store/lease.ts'
import { ChangedMinutes, type ChangedMinutesSettings } from './changed-minutes.ts'
import { MergedGraphs, type MergedGraphsSettings } from './merged-graphs.ts'
import { type ComputedMinutes, MinuteGraphs } from './minute-graphs.ts'
import { completionRange, rangesWithout, splitRange } from './minute-ranges.ts'
import { planBatches } from './minute-traces.ts'
import { GraphBuilder } from './service-graph-builder.ts'
import { type SeriesBucket, SeriesBuilder, type SeriesQuery } from './service-series.ts'
import { addTraceCalls } from './trace-calls.ts'
import { ALL_TRACES_EVER, type TraceFilter, type TraceSelection } from './trace-selection.ts'

export type ServiceGraphsOptions = {
  readonly database: Database
  readonly log: Log
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number
  /** From 0 to below 1, as `Math.random`. */
  readonly random: () => number
  readonly settings?: Partial<ServiceGraphSettings>
  /** Where several servers share the store, one of them computes what is kept. */
  readonly lease?: Pick<Lease, 'holds' | 'release'> | undefined
}

export type ServiceGraphSettings = ChangedMinutesSettings &
  MergedGraphsSettings & {
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
  saveMs: 30_000,
  neglectedMs: 600_000,
  rawMinutes: 15,
  mergeQuietMs: 60_000,
  mergeMs: 30_000,
  nodes: 10_000,
  edges: 50_000,
}

export type ServiceGraphStatistics = {
  /** Minutes whose version may lack documents. */
  readonly dirtyMinutes: number
  readonly computedMinutes: number
  /** Graphs of ten minutes and of hours made. */
  readonly merges: number
  readonly readSpans: number
  /** Nodes, edges, spans, links and times of completion that found no room in a graph. */
  readonly omitted: number
  readonly failedPasses: number
  /** This server computes minutes; others of the store do not. */
  readonly isComputing: boolean
}

/**
 * Service graphs over ranges of time. Each whole minute is computed once it is quiet and kept; what
 * has changed since, and parts of minutes, are computed from spans when asked for. A crash or a late
 * document only makes minutes dirty again.
 */
export class ServiceGraphs {
  readonly #database: Database
  readonly #log: Log
  readonly #settings: ServiceGraphSettings
  readonly #changed: ChangedMinutes
  readonly #minutes: MinuteGraphs
  readonly #merged: MergedGraphs
  #timer: NodeJS.Timeout | undefined
  #passing: Promise<void> | undefined
  #stopped = false
  #failedPasses = 0
  readonly #lease: ServiceGraphsOptions['lease']
  #isComputing = false

  constructor(options: ServiceGraphsOptions) {
    const { database, log, monotonicMs, random } = options
    this.#database = database
    this.#log = log
    this.#lease = options.lease
    this.#settings = { ...SETTINGS, ...options.settings }
    const limits = { nodes: this.#settings.nodes, edges: this.#settings.edges }
    this.#minutes = new MinuteGraphs({ database, log, random, limits })
    this.#changed = new ChangedMinutes({ database, monotonicMs, settings: this.#settings })
    const settings = this.#settings
    this.#merged = new MergedGraphs({ database, monotonicMs, random, limits, settings })
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
    await this.#lease?.release().catch((cause) => {
      this.#log.warn('others take over the service graphs later', { reason: String(cause) })
    })
  }

  statistics(): ServiceGraphStatistics {
    return {
      dirtyMinutes: this.#changed.size,
      computedMinutes: this.#minutes.computedMinutes,
      merges: this.#merged.made,
      readSpans: this.#minutes.readSpans,
      omitted: this.#minutes.omitted + this.#changed.omitted,
      failedPasses: this.#failedPasses,
      isComputing: this.#isComputing,
    }
  }

  /**
   * The selected traces that start in `[from, to)` as one graph, of at most 10,000 nodes.
   * @throws StoreError
   */
  async graph(
    from: UnixNanos,
    to: UnixNanos,
    traces: readonly TraceSelection[] = ALL_TRACES_EVER,
  ): Promise<ServiceGraph> {
    await this.#changed.refresh()
    const { nodes, edges } = this.#settings
    const graph = new GraphBuilder({ nodes, edges })
    for (const selection of traces) {
      const [first, last] = [later(from, selection.from), earlier(to, selection.to)]
      if (first < last) await this.#addGraph(graph, { ...selection, from: first, to: last })
    }
    this.#minutes.countOmitted(graph.omitted)
    return graph.graph()
  }

  /**
   * The requests of an entity in the selected traces by when they ended, whenever the traces started.
   * Ascending; periods in which nothing ended are left out. @throws StoreError
   */
  async series(
    { from, to, period, entity }: SeriesQuery,
    traces: readonly TraceSelection[] = ALL_TRACES_EVER,
  ): Promise<readonly SeriesBucket[]> {
    await this.#changed.refresh()
    const completed = completionRange({ from, to, period })
    if (completed.from >= completed.to) return []
    const series = new SeriesBuilder(entity, completed, period)
    const unusable = await this.#unusableEnding(completed)
    for (const selection of traces) {
      const { filter } = selection
      const { whole, parts } = splitRange(selection.from, selection.to)
      const changed = unusable.filter((minute) => minute >= whole.from && minute < whole.to)
      const raw = [...new Set([...parts, ...changed])]
      const open = new Set(this.#changed.changed(ALL_MINUTES))
      if (filter !== undefined) await this.#catchUp(filter, { range: whole, completed }, raw)
      const grouping = filter?.grouping ?? ALL_TRACES
      const query = { completed, period, entity, grouping, range: whole, without: raw }
      await Promise.all([
        findStoredSeries(this.#database, query).then((stored) => {
          for (const bucket of stored) series.addBucket(bucket)
        }),
        this.#minutes.read(raw, open, selection, (trace) => addTraceCalls(series, trace)),
      ])
    }
    return series.buckets()
  }

  /** The minutes of a range whose version may lack documents. @throws StoreError */
  async changedMinutes(range: MinuteRange): Promise<readonly number[]> {
    await this.#changed.refresh()
    return this.#changed.changed(range)
  }

  /**
   * One round: finds what has changed, computes and merges what is quiet, or learns what another server has
   * computed. For the timer, and for tests.
   */
  async pass(): Promise<void> {
    await this.#changed.search()
    this.#isComputing = (await this.#lease?.holds()) ?? true
    if (!this.#isComputing) return await this.#changed.learnComputed()
    const covered = await engineNow(this.#database)
    const due = await this.#changed.due(covered)
    const batches = await planBatches(this.#database, due)
    const filled = new Set(batches.flatMap(({ minutes }) => minutes))
    const emptied = due.filter((minute) => !filled.has(minute))
    this.#computed(await this.#minutes.clear(emptied, covered))
    for (const batch of batches) {
      if (this.#stopped) return
      this.#computed(await this.#minutes.compute(batch, undefined))
    }
    await this.#changed.save()
    if (!this.#stopped)
      await this.#merged.pass(await engineNow(this.#database), this.#minutes.computedMinutes)
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

  /** The order in which a graph grows does not matter. */
  async #addGraph(graph: GraphBuilder, selection: TraceSelection): Promise<void> {
    const { filter, from, to } = selection
    const { whole, parts } = splitRange(from, to)
    const unusable = await this.#changed.unusable(this.#changed.changed(whole))
    const raw = new Set([...parts, ...unusable])
    const open = new Set(this.#changed.changed(ALL_MINUTES))
    if (filter !== undefined) await this.#catchUp(filter, { range: whole }, [...raw])
    const addRaw = (minutes: readonly number[]) =>
      this.#minutes.read(minutes, open, selection, (trace, _, producerOf) =>
        addTraceCalls(graph, trace, producerOf),
      )
    const addStored = async (grouping: string, ranges: readonly MinuteRange[]) => {
      const { graphs, incomplete } = await this.#findStored(grouping, ranges)
      for (const stored of graphs) {
        graph.addGraph(stored)
        this.#minutes.countOmitted(stored.omitted)
      }
      if (incomplete.length > 0) await addRaw(incomplete)
    }
    await Promise.all([
      addStored(filter?.grouping ?? ALL_TRACES, rangesWithout(whole, raw)),
      addRaw([...raw]),
    ])
  }

  /** The stored graphs of some minutes, but for those that are just being replaced. */
  async #findStored(
    grouping: string,
    ranges: readonly MinuteRange[],
  ): Promise<{ readonly graphs: readonly MergedGraph[]; readonly incomplete: readonly number[] }> {
    const graphs: MergedGraph[] = []
    const incomplete = new Set<number>()
    for (let at = 0; at < ranges.length; at += MAX_LISTED_RANGES) {
      const listed = { grouping, ranges: ranges.slice(at, at + MAX_LISTED_RANGES) }
      let sources = await findGraphSources(this.#database, listed)
      for (let attempt = 1; sources.length > 0; attempt++) {
        const stored = await findMergedGraph(this.#database, sources, this.#settings)
        if (stored !== undefined) {
          graphs.push(stored)
          break
        }
        if (attempt === MAX_ATTEMPTS) {
          throw new StoreError('minutes of the graph are replaced all the time', 'unavailable')
        }
        for (const minute of await findIncompleteMinutes(this.#database, listed)) {
          incomplete.add(minute)
        }
        const left = listed.ranges.flatMap((range) => rangesWithout(range, incomplete))
        sources = left.length === 0 ? [] : [{ grouping, ranges: left }]
      }
    }
    return { graphs, incomplete: [...incomplete] }
  }

  /**
   * Computes what an expression lacks: its minutes are made when they are first asked for, and again
   * after those of all traces were. @param except minutes that are not needed
   */
  async #catchUp(
    filter: TraceFilter,
    of: { readonly range: MinuteRange; readonly completed?: MinuteRange },
    except: readonly number[],
  ): Promise<void> {
    if (of.range.from >= of.range.to) return
    const behind = await findBehindMinutes(this.#database, filter.grouping, of)
    const needed = behind.filter((minute) => !except.includes(minute))
    const batches = await planBatches(this.#database, needed)
    const filled = new Set(batches.flatMap(({ minutes }) => minutes))
    // What retention has dropped since.
    const emptied = needed.filter((minute) => !filled.has(minute))
    await this.#minutes.clear(emptied, await engineNow(this.#database), filter)
    for (const batch of batches) await this.#minutes.compute(batch, filter)
  }

  #computed({ minutes, covered, hasLinks }: ComputedMinutes): void {
    // Senders that came meanwhile did not find the links.
    if (hasLinks) this.#changed.searchAgain(covered)
    for (const minute of minutes) this.#changed.computed(minute, covered)
  }
}

function later(left: UnixNanos, right: UnixNanos): UnixNanos {
  return left > right ? left : right
}

function earlier(left: UnixNanos, right: UnixNanos): UnixNanos {
  return left < right ? left : right
}

/** To read stored minutes, one of which may begin to be replaced each time. */
const MAX_ATTEMPTS = 10

const ALL_MINUTES: MinuteRange = { from: 0, to: 2 ** 32 }

const NANOS = 1_000_000_000n
