import { parseTraceId, type TraceId } from '@fluoroscope/model'
import { type AnalyticsState, analyticsParameters, readAnalyticsState } from './analytics-state.ts'
import { MAP_METRICS, type MapMetric } from './service-graph/map-metric.ts'
import { FOCUS_DIRECTIONS, type FocusDirection } from './service-graph/select-graph.ts'
import {
  DEFAULT_WINDOW,
  lengthText,
  parseLength,
  readTimeWindow,
  type TimeWindow,
  timeParameters,
} from './time-window.ts'
import { readTraceSort, type TraceSort, traceSortText } from './trace-sort.ts'
import { readTraceState, type TraceState, traceParameters } from './trace-state.ts'

/** All that the address says: which page, and everything chosen on it. */
export type UrlState =
  | TracesState
  | TraceState
  | MapState
  | AnalyticsState
  | SamplingState
  | GroupsState
  | { readonly page: 'system' }
  | { readonly page: 'start' }
  | { readonly page: 'unknown'; readonly path: string }

export type TracesState = {
  readonly page: 'traces'
  readonly time: TimeWindow
  readonly live: boolean
  /** A filter expression as it was written; empty for all traces. */
  readonly filter: string
  readonly sort: TraceSort
  /** What the found traces have in common is shown. */
  readonly tables: boolean
}

export type MapState = {
  readonly page: 'map'
  readonly time: TimeWindow
  /** Only traces of this group; undefined for all. */
  readonly group: string | undefined
  readonly live: boolean
  readonly view: 'map' | 'list'
  /** Id of the selected service or call. */
  readonly selected: string | undefined
  /** Only what is within so many calls of the selected service; 0 for everything. */
  readonly depth: number
  /** Response times brushed on the selection's histogram, in seconds. */
  readonly response: ResponseRange | undefined
  /** Which way `depth` looks from it. */
  readonly direction: FocusDirection
  /** Healthy services too where the map is too large to show everything at first. */
  readonly all: boolean
  /** Compared with the window of the same length so many seconds before; undefined for not at all. */
  readonly before: number | undefined
  /** What the colours tell. */
  readonly metric: MapMetric
}

/** Both ends included, in seconds. */
export type ResponseRange = { readonly from: number; readonly to: number }

/** As far as a map looks around a service. */
export const MAX_DEPTH = 5

/** What a page of settings has open: nothing, a form for a new one, or the one of a name. */
export type OpenSetting =
  | { readonly kind: 'none' }
  | { readonly kind: 'new' }
  | { readonly kind: 'existing'; readonly name: string }

export type SamplingState = { readonly page: 'sampling'; readonly open: OpenSetting }
export type GroupsState = { readonly page: 'groups'; readonly open: OpenSetting }

/** Reads path and query of an address; whatever is not understood falls back to the default. */
export function parseUrl(path: string, query: string): UrlState {
  const parameters = new URLSearchParams(query)
  switch (path.length > 1 ? path.replace(/\/$/, '') : path) {
    case '/':
    case '/traces':
      return {
        page: 'traces',
        time: readTimeWindow(parameters),
        live: parameters.get('live') !== '0',
        filter: parameters.get('filter') ?? '',
        sort: readTraceSort(parameters.get('sort')),
        tables: parameters.get('tables') === '1',
      }
    case '/map':
      return readMapState(parameters)
    case '/analytics':
      return readAnalyticsState(parameters)
    case '/sampling':
      return { page: 'sampling', open: readOpen(parameters, 'rule') }
    case '/groups':
      return { page: 'groups', open: readOpen(parameters, 'group') }
    case '/system':
      return { page: 'system' }
    case '/start':
      return { page: 'start' }
  }
  return parseTraceUrl(path, parameters)
}

function readMapState(parameters: URLSearchParams): MapState {
  const selected = parameters.get('selected') || undefined
  const depth = Number(parameters.get('depth'))
  const isDepth = selected !== undefined && Number.isInteger(depth) && depth > 0
  return {
    page: 'map',
    time: readTimeWindow(parameters),
    group: parameters.get('group') || undefined,
    live: parameters.get('live') !== '0',
    view: parameters.get('view') === 'list' ? 'list' : 'map',
    selected,
    depth: isDepth ? Math.min(depth, MAX_DEPTH) : 0,
    response: selected === undefined ? undefined : readResponse(parameters.get('response') ?? ''),
    all: parameters.get('all') === '1',
    direction: FOCUS_DIRECTIONS.find((each) => each === parameters.get('look')) ?? 'both',
    before: parseLength(parameters.get('before') ?? ''),
    metric: MAP_METRICS.find((each) => each === parameters.get('metric')) ?? 'health',
  }
}

/** `0.1-0.25`. */
function readResponse(text: string): ResponseRange | undefined {
  const [, from, to] = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text) ?? []
  const range = { from: Number(from), to: Number(to) }
  return range.from <= range.to ? range : undefined
}

function parseTraceUrl(path: string, parameters: URLSearchParams): UrlState {
  const id = /^\/traces\/([^/]+)\/?$/.exec(path)?.[1]
  const traceId = id === undefined ? undefined : parseTraceId(id)
  if (traceId === undefined) return { page: 'unknown', path }
  return readTraceState(traceId, parameters)
}

/** The address of a state; the inverse of {@link parseUrl}. Defaults are left out. */
export function printUrl(state: UrlState): string {
  switch (state.page) {
    case 'traces':
      return withQuery('/traces', [
        ...timeParameters(state.time),
        ['filter', state.filter],
        ['sort', traceSortText(state.sort)],
        ['tables', state.tables ? '1' : ''],
        ['live', state.live ? '' : '0'],
      ])
    case 'trace':
      return withQuery(`/traces/${state.id}`, traceParameters(state))
    case 'map':
      return printMapUrl(state)
    case 'analytics':
      return withQuery('/analytics', analyticsParameters(state))
    case 'sampling':
      return withQuery('/sampling', openParameters(state.open, 'rule'))
    case 'groups':
      return withQuery('/groups', openParameters(state.open, 'group'))
    case 'system':
    case 'start':
      return `/${state.page}`
    case 'unknown':
      return state.path
  }
}

function printMapUrl(state: MapState): string {
  const { time, group, live, view, selected, depth, response, all } = state
  return withQuery('/map', [
    ...timeParameters(time),
    ['group', group ?? ''],
    ['live', live ? '' : '0'],
    ['view', view === 'list' ? 'list' : ''],
    ['selected', selected ?? ''],
    ['depth', depth > 0 ? String(depth) : ''],
    ['look', state.direction === 'both' ? '' : state.direction],
    ['response', response ? `${response.from}-${response.to}` : ''],
    ['all', all ? '1' : ''],
    ['before', state.before === undefined ? '' : lengthText(state.before)],
    ['metric', state.metric === 'health' ? '' : state.metric],
  ])
}

/** The list of traces that match `filter`, in a window, newest first, live. */
export function tracesState(filter: string, time: TimeWindow = DEFAULT_WINDOW): TracesState {
  return { page: 'traces', time, live: true, filter, sort: readTraceSort(null), tables: false }
}

/**
 * Finds a trace id in what a person pasted: X-Ray's form, W3C's form, a `traceparent` or an
 * `X-Amzn-Trace-Id` header. Undefined where there is none.
 */
export function findTraceId(text: string): TraceId | undefined {
  const found = /1-[0-9a-f]{8}-[0-9a-f]{24}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/i.exec(text)
  return found === null ? undefined : parseTraceId(found[0])
}

function readOpen(parameters: URLSearchParams, member: string): OpenSetting {
  const name = parameters.get(member)
  if (name !== null && name !== '') return { kind: 'existing', name }
  return { kind: parameters.has('new') ? 'new' : 'none' }
}

function openParameters(open: OpenSetting, member: string): readonly (readonly [string, string])[] {
  if (open.kind === 'none') return []
  return [open.kind === 'new' ? ['new', '1'] : [member, open.name]]
}

function withQuery(path: string, parameters: readonly (readonly [string, string])[]): string {
  const query = new URLSearchParams(
    parameters.filter(([, value]) => value !== '').map((pair) => [...pair]),
  )
  return query.size === 0 ? path : `${path}?${query.toString()}`
}
