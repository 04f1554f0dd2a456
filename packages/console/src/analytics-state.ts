import { HEAT_LAYERS, type HeatLayer } from './analytics/layout-heat.ts'
import { parseCondition, printCondition, type SetCondition } from './analytics/set-condition.ts'
import { readTimeWindow, type TimeWindow, timeParameters } from './time-window.ts'

/** What the address says of the page of analytics. */
export type AnalyticsState = {
  readonly page: 'analytics'
  readonly time: TimeWindow
  /** A filter expression as it was written: it decides what is retrieved at all. */
  readonly filter: string
  /** What narrows set A; nothing: all that is retrieved. */
  readonly a: readonly SetCondition[]
  /** What narrows set B; undefined: there is none, and A is compared with all others. */
  readonly b: readonly SetCondition[] | undefined
  /** The set that brushes and clicks narrow. */
  readonly active: 'a' | 'b'
  /** The key by which the table groups. */
  readonly by: string
  readonly layer: HeatLayer
}

/** By what the table groups at first. */
const DEFAULT_KEY = 'http.status'

/** Reads the query of `/analytics`; whatever is not understood falls back to the default. */
export function readAnalyticsState(parameters: URLSearchParams): AnalyticsState {
  const conditions = (name: string) =>
    parameters.getAll(name).flatMap((text) => parseCondition(text) ?? [])
  const b = parameters.get('compare') === '1' ? conditions('b') : undefined
  const layer = HEAT_LAYERS.find((each) => each === parameters.get('layer')) ?? 'all'
  return {
    page: 'analytics',
    time: readTimeWindow(parameters),
    filter: parameters.get('filter') ?? '',
    a: conditions('a'),
    b,
    active: b !== undefined && parameters.get('set') === 'b' ? 'b' : 'a',
    by: parameters.get('by') || DEFAULT_KEY,
    layer: layer === 'b' && b === undefined ? 'all' : layer,
  }
}

/** The page of analytics for a search, with nothing narrowed. */
export function analyticsOf(filter: string, time: TimeWindow): AnalyticsState {
  const bare = readAnalyticsState(new URLSearchParams())
  return { ...bare, filter, time }
}

/** The parameters that {@link readAnalyticsState} reads; defaults are empty. */
export function analyticsParameters(state: AnalyticsState): readonly (readonly [string, string])[] {
  const conditions = (name: string, set: readonly SetCondition[]) =>
    set.map((condition) => [name, printCondition(condition)] as const)
  return [
    ...timeParameters(state.time),
    ['filter', state.filter],
    ...conditions('a', state.a),
    ['compare', state.b === undefined ? '' : '1'],
    ...conditions('b', state.b ?? []),
    ['set', state.active === 'b' ? 'b' : ''],
    ['by', state.by === DEFAULT_KEY ? '' : state.by],
    ['layer', state.layer === 'all' ? '' : state.layer],
  ]
}
