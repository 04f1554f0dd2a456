import type { Outcome, RequestStatistics } from '@fluoroscope/model'
import { type MapEdge, type MapNode, totalOf } from '../answer/service-graph.ts'

/** Failures shown by word and colour from here on: never because of a single one among many. */
export const NOTED_SHARE = 0.01
const BREACH_SHARE = 0.05

const SMALLEST_PX = 32
const LARGEST_PX = 60
const THICKEST_PX = 8
/** A quiet map is not drawn as thick as a busy one. */
const LEAST_FOR_THICKEST = 10_000

/** What the largest symbols of a map stand for; the legend is drawn from the same. */
export type MapScale = {
  /** Requests of the busiest node and edge; at least 1. */
  readonly busiestNode: number
  readonly busiestEdge: number
}

export function scaleOf(nodes: readonly MapNode[], edges: readonly MapEdge[]): MapScale {
  const most = (parts: readonly { readonly statistics: RequestStatistics }[]) =>
    parts.reduce((largest, { statistics }) => Math.max(largest, totalOf(statistics)), 1)
  return { busiestNode: most(nodes), busiestEdge: most(edges) }
}

/** Pixels; the area grows with the requests. */
export function nodeDiameter(requests: number, { busiestNode }: MapScale): number {
  return SMALLEST_PX + (LARGEST_PX - SMALLEST_PX) * Math.sqrt(Math.min(1, requests / busiestNode))
}

/** Pixels, 1 to 8, by the logarithm of the requests; 8 from 10,000 on, or where the busiest has more. */
export function edgeThickness(requests: number, { busiestEdge }: MapScale): number {
  if (requests <= 1) return 1
  const most = Math.log(Math.max(LEAST_FOR_THICKEST, busiestEdge))
  return 1 + (THICKEST_PX - 1) * Math.min(1, Math.log(requests) / most)
}

/** Share of requests that were faults, errors or throttled; 0 without requests. */
export function failureShare(statistics: RequestStatistics): number {
  const total = totalOf(statistics)
  return total === 0 ? 0 : (total - statistics.ok) / total
}

/** The outcome an edge is coloured by: the most frequent failure, once failures breach 5 %. */
export function breachOf(statistics: RequestStatistics): Exclude<Outcome, 'ok'> | undefined {
  return failureShare(statistics) < BREACH_SHARE ? undefined : worstOf(statistics)
}

/** The most frequent failure, the graver one of equals; undefined without any. */
export function worstOf(statistics: RequestStatistics): Exclude<Outcome, 'ok'> | undefined {
  const failures = (['fault', 'error', 'throttle'] as const).filter((kind) => statistics[kind] > 0)
  return failures.sort((a, b) => statistics[b] - statistics[a])[0]
}

/** Parts of a ring by outcome, as shares of its way around: failures first, each large enough to see. */
export function ringParts(
  statistics: RequestStatistics,
): readonly { readonly outcome: Outcome; readonly from: number; readonly to: number }[] {
  const total = totalOf(statistics)
  if (total === 0) return []
  const kinds = (['fault', 'error', 'throttle', 'ok'] as const).filter(
    (kind) => statistics[kind] > 0,
  )
  const widened = kinds.map((kind) => Math.max(statistics[kind] / total, LEAST_VISIBLE))
  const whole = widened.reduce((sum, share) => sum + share, 0)
  let from = 0
  return kinds.map((outcome, index) => {
    const part = { outcome, from, to: from + (widened[index] ?? 0) / whole }
    from = part.to
    return part
  })
}

const LEAST_VISIBLE = 0.03

/** Mean response time in nanoseconds; undefined without requests. */
export function meanNanos(statistics: RequestStatistics): number | undefined {
  const total = totalOf(statistics)
  return total === 0 ? undefined : statistics.totalNanos / total
}
