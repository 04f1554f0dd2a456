import type { UnixNanos } from '@fluoroscope/model'
import type { Log } from '../lib/log.ts'
import { engineNow } from '../query/graph-changes.ts'
import {
  ALL_TRACES,
  type GraphMinute,
  insertGraphLinks,
  insertGraphMinutes,
  type MinuteLinks,
} from '../query/graph-minutes.ts'
import { findMinutesOfTraces } from '../query/graph-spans.ts'
import { MAX_LISTED_MINUTES } from '../query/minute-list.ts'
import { findReachedMinutes } from '../query/minute-reach.ts'
import { insertTraceStarts, type MinuteStarts } from '../query/trace-starts.ts'
import type { Database } from '../store/database.ts'
import { graphVersion } from './graph-version.ts'
import { findMatchingTraces } from './matching-traces.ts'
import { NO_REACH } from './minute-reaches.ts'
import {
  type MinuteBatch,
  type OnTrace,
  planBatches,
  type ReadTraces,
  readTraces,
} from './minute-traces.ts'
import { CompletionRoom } from './request-sums.ts'
import { GraphBuilder, type GraphLimits } from './service-graph-builder.ts'
import { addTraceCalls } from './trace-calls.ts'
import type { TraceFilter, TraceSelection } from './trace-selection.ts'

export type MinuteGraphsOptions = {
  readonly database: Database
  readonly log: Log
  /** From 0 to below 1, as `Math.random`. */
  readonly random: () => number
  readonly limits: GraphLimits
}

/** Minutes that were computed from all rows visible at `covered`, milliseconds by the engine's clock. */
export type ComputedMinutes = {
  readonly minutes: readonly number[]
  readonly covered: number
  /** Some of their traces link to others. */
  readonly hasLinks: boolean
}

/** Makes the graphs of minutes from spans, for an answer or as versions that are kept. */
export class MinuteGraphs {
  readonly #options: MinuteGraphsOptions
  readonly #database: Database
  #computedMinutes = 0
  #readSpans = 0
  #omitted = 0

  constructor(options: MinuteGraphsOptions) {
    this.#options = options
    this.#database = options.database
  }

  get computedMinutes(): number {
    return this.#computedMinutes
  }

  get readSpans(): number {
    return this.#readSpans
  }

  get omitted(): number {
    return this.#omitted
  }

  /**
   * Hands over each selected trace that starts in one of `minutes`.
   * @param changed those of the minutes that have changed since they were computed, or never were
   * @throws StoreError
   */
  async read(
    unsorted: readonly number[],
    changed: ReadonlySet<number>,
    { from, to, filter }: TraceSelection,
    add: OnTrace,
  ): Promise<void> {
    if (unsorted.length === 0) return
    const minutes = unsorted.toSorted((left, right) => left - right)
    const isListed = minutes.length <= MAX_LISTED_MINUTES
    const [batches, allMinutes] = await Promise.all([
      planBatches(this.#database, minutes),
      isListed ? this.#minutesOfTraces(minutes, changed) : undefined,
    ])
    const known = { allMinutes, window: { from, until: to } }
    for (const batch of batches) {
      await this.#readBatch({ ...batch, ...known }, filter, (trace, minute, producerOf) => {
        if (trace.start >= from && trace.start < to) add(trace, minute, producerOf)
      })
    }
  }

  /** Keeps a version of each minute of the batch. @throws StoreError */
  async compute(batch: MinuteBatch, filter: TraceFilter | undefined): Promise<ComputedMinutes> {
    const covered = await engineNow(this.#database)
    const graphs = new Map(
      batch.minutes.map((minute) => {
        const room = new CompletionRoom(MAX_COMPLETION_PARTS)
        return [minute, new GraphBuilder(this.#options.limits, room)]
      }),
    )
    const starts = new Map(batch.minutes.map((minute) => [minute, [] as UnixNanos[]]))
    const read = await this.#readBatch(batch, filter, (trace, minute, producerOf) => {
      starts.get(minute)?.push(trace.start)
      const graph = graphs.get(minute)
      if (graph !== undefined) addTraceCalls(graph, trace, producerOf)
    })
    const minutes = [...graphs].map(([minute, graph]) => ({
      minute,
      starts: starts.get(minute) ?? [],
      reach: read.reaches.get(minute) ?? NO_REACH,
      ...graph.byCompletion(),
      omitted: graph.omitted,
    }))
    await this.#store(minutes, filter, { covered, ...read })
    return { minutes: batch.minutes, covered, hasLinks: read.links.length > 0 }
  }

  /** Keeps that minutes have no traces. @throws StoreError */
  async clear(
    minutes: readonly number[],
    covered: number,
    filter?: TraceFilter,
  ): Promise<ComputedMinutes> {
    const empty = minutes.map((minute) => ({
      minute,
      starts: [],
      reach: NO_REACH,
      nodes: [],
      edges: [],
      omitted: 0,
    }))
    if (minutes.length > 0) {
      await this.#store(empty, filter, { covered, oldest: undefined, links: [] })
    }
    return { minutes, covered, hasLinks: false }
  }

  countOmitted(count: number): void {
    if (count === 0) return
    this.#omitted += count
    this.#options.log.warn('a service graph is larger than its limit', { omitted: count })
  }

  /** Where the traces of minutes have documents: as computed, and what has changed as their rows tell. */
  async #minutesOfTraces(
    minutes: readonly number[],
    changed: ReadonlySet<number>,
  ): Promise<readonly number[] | undefined> {
    const open = minutes.filter((minute) => changed.has(minute))
    const settled = minutes.filter((minute) => !changed.has(minute))
    const [reached, found] = await Promise.all([
      settled.length === 0 ? [] : findReachedMinutes(this.#database, settled),
      open.length === 0 ? [] : findMinutesOfTraces(this.#database, open),
    ])
    if (reached === undefined || found === undefined) {
      return findMinutesOfTraces(this.#database, minutes)
    }
    return [...new Set([...reached, ...found])].sort((left, right) => left - right)
  }

  async #readBatch(
    batch: MinuteBatch,
    filter: TraceFilter | undefined,
    add: OnTrace,
  ): Promise<ReadTraces> {
    const matching =
      filter === undefined
        ? undefined
        : await findMatchingTraces(this.#database, filter, batch.minutes)
    const read = await readTraces(this.#database, { ...batch, only: matching?.ids }, add)
    this.#readSpans += read.spans
    this.countOmitted(read.omittedSpans + read.omittedLinks + (matching?.cutTraces ?? 0))
    return read
  }

  async #store(
    minutes: readonly (GraphMinute & MinuteStarts)[],
    filter: TraceFilter | undefined,
    read: {
      readonly covered: number
      readonly oldest: bigint | undefined
      readonly links: readonly MinuteLinks[]
    },
  ): Promise<void> {
    const { covered, oldest, links } = read
    const version = graphVersion(filter?.grouping ?? ALL_TRACES, covered, this.#options.random)
    const oldestDay = oldest === undefined ? version.day : Number(oldest / NANOS_PER_DAY)
    await insertGraphLinks(this.#database, links, version)
    await insertGraphMinutes(this.#database, minutes, { ...version, oldest: oldestDay })
    if (filter === undefined) await insertTraceStarts(this.#database, minutes, version)
    this.#computedMinutes += minutes.length
  }
}

/** In one minute's graph; a node or an edge mostly has one or two. */
const MAX_COMPLETION_PARTS = 200_000

const NANOS_PER_DAY = 86_400_000_000_000n
