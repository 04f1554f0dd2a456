import type { MapEdge, MapNode } from '../answer/service-graph.ts'
import { totalOf } from '../answer/service-graph.ts'
import { durationText } from '../number-text.ts'
import { quantile } from './layout-histogram.ts'
import { failureShare } from './map-scale.ts'
import { percentText, rateText } from './rate-text.ts'

/** What the colours of the map tell: outcomes, or one number of each service and call. */
export type MapMetric = (typeof MAP_METRICS)[number]

export const MAP_METRICS = ['health', 'p50', 'p95', 'traffic', 'failures'] as const

export const METRIC_WORDS: Readonly<Record<MapMetric, string>> = {
  health: 'Health',
  p50: 'Median latency',
  p95: 'p95 latency',
  traffic: 'Traffic',
  failures: 'Failures',
}

/** A service or call in the chosen metric. */
export type MetricShade = {
  /** Of the largest on the map: 0 to 1. */
  readonly share: number
  readonly text: string
  /** Which colour grows stronger with it. */
  readonly color: 'error' | 'fault' | 'traffic'
}

/** The colours of the metrics: latency, failures and traffic each their own. */
export const METRIC_COLORS: Readonly<Record<Exclude<MapMetric, 'health'>, MetricShade['color']>> = {
  p50: 'error',
  p95: 'error',
  traffic: 'traffic',
  failures: 'fault',
}

type Part = Pick<MapNode | MapEdge, 'statistics' | 'responseTimes'>

/**
 * How strongly to colour each part: a function of parts, relative to the largest value among `parts`.
 * Undefined for parts without the number, and for health, which has colours of its own.
 */
export function metricShades(
  metric: MapMetric,
  parts: readonly Part[],
  minutes: number,
): (part: Part) => MetricShade | undefined {
  if (metric === 'health') return () => undefined
  const largest = parts.reduce((most, part) => Math.max(most, numberOf(metric, part) ?? 0), 0)
  return (part) => {
    const value = numberOf(metric, part)
    if (value === undefined) return undefined
    const text = valueText(metric, value, minutes)
    return { share: largest === 0 ? 0 : value / largest, text, color: METRIC_COLORS[metric] }
  }
}

/** The largest value on the map, in words; undefined where there is none, and for health. */
export function largestText(
  metric: MapMetric,
  parts: readonly Part[],
  minutes: number,
): string | undefined {
  if (metric === 'health') return undefined
  const values = parts.flatMap((part) => numberOf(metric, part) ?? [])
  if (values.length === 0) return undefined
  return valueText(
    metric,
    values.reduce((most, value) => Math.max(most, value), 0),
    minutes,
  )
}

function numberOf(metric: Exclude<MapMetric, 'health'>, part: Part): number | undefined {
  const total = totalOf(part.statistics)
  switch (metric) {
    case 'p50':
      return quantile(part.responseTimes, 0.5)
    case 'p95':
      return quantile(part.responseTimes, 0.95)
    case 'traffic':
      return total === 0 ? undefined : total
    case 'failures':
      return total === 0 ? undefined : failureShare(part.statistics)
  }
}

function valueText(metric: Exclude<MapMetric, 'health'>, value: number, minutes: number): string {
  if (metric === 'traffic') return rateText(value / minutes)
  return metric === 'failures' ? percentText(value) : durationText(value * 1e9)
}
