import type { RequestStatistics } from '@fluoroscope/model'
import {
  type HistogramEntry,
  type MapEdge,
  type MapNode,
  type ReceivedGraph,
  totalOf,
} from '../answer/service-graph.ts'
import { differencePValue } from '../two-by-two.ts'
import { quantile } from './layout-histogram.ts'
import { failureShare } from './map-scale.ts'

/** How a service or call differs from the window before; the graver word where several hold. */
export type ChangeKind =
  | 'new'
  | 'gone'
  | 'faltering'
  | 'slower'
  | 'recovered'
  | 'faster'
  | 'unchanged'

/** The gravest first, as lists tell them. */
export const CHANGE_KINDS: readonly ChangeKind[] = [
  'faltering',
  'slower',
  'gone',
  'new',
  'recovered',
  'faster',
  'unchanged',
]

/** A value of the present window, and of the one before; undefined where nothing was counted. */
export type Pair = { readonly now: number | undefined; readonly before: number | undefined }

/** What became of one service or call. */
export type PartChange = {
  readonly kind: ChangeKind
  readonly requests: Pair
  /** Shares of requests that failed. */
  readonly failures: Pair
  /** Response times in seconds. */
  readonly median: Pair
  readonly p95: Pair
}

/** Both windows in one picture: what is gone has no requests now. */
export type GraphDiff = {
  readonly graph: ReceivedGraph
  /** By id of node and edge. */
  readonly changes: ReadonlyMap<string, PartChange>
}

/** Chance would show a difference in so small a share of comparisons. */
const SIGNIFICANT = 0.01
/** Smaller changes are none, however sure. */
const LEAST_FAILURES = 0.01
const LEAST_RATIO = 1.1

/** What is new, gone, slower, faster, failing more or less in `now` than in `before`. */
export function diffGraphs(now: ReceivedGraph, before: ReceivedGraph): GraphDiff {
  const changes = new Map<string, PartChange>()
  const nodes = joined(now.nodes, before.nodes, changes, withoutNodeRequests)
  const edges = joined(now.edges, before.edges, changes, withoutEdgeRequests)
  return { graph: { ...now, nodes, edges }, changes }
}

type Part = MapNode | MapEdge

/** Parts of both graphs, each as it is now, and what became of it. */
function joined<Of extends Part>(
  now: readonly Of[],
  before: readonly Of[],
  changes: Map<string, PartChange>,
  emptied: (part: Of) => Of,
): readonly Of[] {
  const earlier = new Map(before.map((part) => [part.id, part]))
  const present = new Set(now.map(({ id }) => id))
  for (const part of now) changes.set(part.id, changeOf(part, earlier.get(part.id)))
  const gone = before.filter(({ id }) => !present.has(id))
  for (const part of gone) changes.set(part.id, changeOf(undefined, part))
  return [...now, ...gone.map(emptied)]
}

function changeOf(now: Part | undefined, before: Part | undefined): PartChange {
  const pair = (read: (part: Part) => number | undefined): Pair => ({
    now: now && read(now),
    before: before && read(before),
  })
  return {
    kind: kindOfChange(now, before),
    requests: pair(({ statistics }) => totalOf(statistics)),
    failures: pair(({ statistics }) => failureShare(statistics)),
    median: pair(({ responseTimes }) => quantile(responseTimes, 0.5)),
    p95: pair(({ responseTimes }) => quantile(responseTimes, 0.95)),
  }
}

function kindOfChange(now: Part | undefined, before: Part | undefined): ChangeKind {
  if (before === undefined) return 'new'
  if (now === undefined) return 'gone'
  const failures = failureChange(now.statistics, before.statistics)
  if (failures > 0) return 'faltering'
  const pace = paceChange(now.responseTimes, before.responseTimes)
  if (pace > 0) return 'slower'
  if (failures < 0) return 'recovered'
  return pace < 0 ? 'faster' : 'unchanged'
}

/** 1 where more requests fail than chance would make, -1 where fewer do. */
function failureChange(now: RequestStatistics, before: RequestStatistics): number {
  const [sizeNow, sizeBefore] = [totalOf(now), totalOf(before)]
  const difference = failureShare(now) - failureShare(before)
  if (Math.abs(difference) < LEAST_FAILURES) return 0
  const failed = (statistics: RequestStatistics, size: number) => size - statistics.ok
  const p = differencePValue(failed(now, sizeNow), sizeNow, failed(before, sizeBefore), sizeBefore)
  return p < SIGNIFICANT ? Math.sign(difference) : 0
}

/**
 * 1 where responses take longer than chance would make, -1 where they take less: at the median, or at
 * the 95th percentile, by how many of both windows lie above that of the window before (Mood's test).
 */
function paceChange(now: readonly HistogramEntry[], before: readonly HistogramEntry[]): number {
  for (const share of [0.5, 0.95]) {
    const [present, past] = [quantile(now, share), quantile(before, share)]
    if (present === undefined || past === undefined) return 0
    const ratio = present / Math.max(past, 1e-6)
    if (ratio < LEAST_RATIO && ratio > 1 / LEAST_RATIO) continue
    const limit = Math.min(present, past)
    const p = differencePValue(above(now, limit), sum(now), above(before, limit), sum(before))
    if (p < SIGNIFICANT) return Math.sign(present - past)
  }
  return 0
}

function above(entries: readonly HistogramEntry[], limit: number): number {
  return sum(entries.filter(({ seconds }) => seconds > limit))
}

function sum(entries: readonly HistogramEntry[]): number {
  return entries.reduce((total, { count }) => total + count, 0)
}

const NO_REQUESTS: RequestStatistics = { ok: 0, error: 0, throttle: 0, fault: 0, totalNanos: 0 }

function withoutNodeRequests(node: MapNode): MapNode {
  return { ...node, statistics: NO_REQUESTS, responseTimes: [] }
}

function withoutEdgeRequests(edge: MapEdge): MapEdge {
  return { ...edge, statistics: NO_REQUESTS, responseTimes: [], receivedEventAges: [] }
}
