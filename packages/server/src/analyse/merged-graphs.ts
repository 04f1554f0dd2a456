import { findStaleMerges, mergedGrouping, type StaleMerge } from '../query/graph-merges.ts'
import { findMergedGraph, type GraphMinute, insertGraphMinutes } from '../query/graph-minutes.ts'
import type { Database } from '../store/database.ts'
import { graphVersion } from './graph-version.ts'
import { NOT_COMPLETED } from './request-sums.ts'
import { GraphBuilder, type GraphLimits } from './service-graph-builder.ts'

export type MergedGraphsOptions = {
  readonly database: Database
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number
  /** From 0 to below 1, as `Math.random`. */
  readonly random: () => number
  readonly limits: GraphLimits
  readonly settings: MergedGraphsSettings
}

/** Milliseconds. */
export type MergedGraphsSettings = {
  /** Stretches are merged when none of their minutes was computed for so long. */
  readonly mergeQuietMs: number
  /** From one look for stale merges to the next. */
  readonly mergeMs: number
}

/**
 * Keeps merged graphs of ten minutes and of hours, under all groupings. They are good for nothing but
 * speed: one that is missing or stale is not used.
 */
export class MergedGraphs {
  readonly #options: MergedGraphsOptions
  #computedMinutes = -1
  #computedAt = 0
  #lookedAt = Number.NEGATIVE_INFINITY
  #isBehind = false
  #made = 0

  constructor(options: MergedGraphsOptions) {
    this.#options = options
  }

  /** Merges made so far. */
  get made(): number {
    return this.#made
  }

  /**
   * Makes some of the merges that are due; looks for them only for a while after minutes were computed.
   * @param now milliseconds by the engine's clock
   * @param computedMinutes so many were computed until now
   * @throws StoreError
   */
  async pass(now: number, computedMinutes: number): Promise<void> {
    if (!this.#isDue(computedMinutes)) return
    const { database, monotonicMs, settings } = this.#options
    this.#lookedAt = monotonicMs()
    const stale = await findStaleMerges(database, now - settings.mergeQuietMs, MERGES_PER_PASS)
    this.#isBehind = stale.length === MERGES_PER_PASS
    const alike = new Map<string, StaleMerge[]>()
    for (const merge of stale) {
      const grouping = mergedGrouping(merge.grouping, merge.seconds)
      alike.set(grouping, [...(alike.get(grouping) ?? []), merge])
    }
    for (const [grouping, merges] of alike) await this.#make(grouping, merges, now)
  }

  #isDue(computedMinutes: number): boolean {
    const { monotonicMs, settings } = this.#options
    const now = monotonicMs()
    if (computedMinutes !== this.#computedMinutes) {
      this.#computedMinutes = computedMinutes
      this.#computedAt = now
    }
    if (this.#isBehind) return true
    const quietAt = this.#computedAt + settings.mergeQuietMs
    return now - this.#lookedAt >= settings.mergeMs && this.#lookedAt <= quietAt + settings.mergeMs
  }

  /** What changes from here on makes a merge stale: the sums of versions were taken before. */
  async #make(grouping: string, stale: readonly StaleMerge[], now: number): Promise<void> {
    const { database, random } = this.#options
    const graphs: GraphMinute[] = []
    for (const merge of stale) {
      const graph = await this.#merge(merge)
      if (graph !== undefined) graphs.push(graph)
    }
    if (graphs.length === 0) return
    const oldest = Math.min(...stale.map((merge) => merge.oldest))
    await insertGraphMinutes(database, graphs, { ...graphVersion(grouping, now, random), oldest })
    this.#made += graphs.length
  }

  /** Undefined while a minute of it is being replaced: it is stale then, and made again. */
  async #merge(stale: StaleMerge): Promise<GraphMinute | undefined> {
    const { grouping, start, seconds, versions } = stale
    const { database, limits } = this.#options
    const minutes = { grouping, ranges: [{ from: start, to: start + seconds }] }
    const stored = await findMergedGraph(database, [minutes], limits)
    if (stored === undefined) return undefined
    const graph = new GraphBuilder(limits)
    graph.addGraph(stored)
    const { nodes, edges } = graph.graph()
    return {
      minute: start,
      nodes: nodes.map((node) => ({ ...node, completed: NOT_COMPLETED })),
      edges: edges.map((edge) => ({ ...edge, completed: NOT_COMPLETED })),
      omitted: stored.omitted + graph.omitted,
      merged: versions,
    }
  }
}

/** About a second's work. */
const MERGES_PER_PASS = 8
