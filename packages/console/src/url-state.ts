import { parseTraceId, type TraceId } from '@fluoroscope/model'
import { type AnalyticsState, analyticsParameters, readAnalyticsState } from './analytics-state.ts'
import { type MapState, mapParameters, readMapState } from './map-state.ts'
import { DEFAULT_WINDOW, readTimeWindow, type TimeWindow, timeParameters } from './time-window.ts'
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
  /** The first of two traces that are to be compared. */
  readonly compared: TraceId | undefined
}

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
        compared: parseTraceId(parameters.get('compare') ?? ''),
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
        ['compare', state.compared ?? ''],
        ['live', state.live ? '' : '0'],
      ])
    case 'trace':
      return withQuery(`/traces/${state.id}`, traceParameters(state))
    case 'map':
      return withQuery('/map', mapParameters(state))
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

/** The list of traces that match `filter`, in a window, newest first, live. */
export function tracesState(filter: string, time: TimeWindow = DEFAULT_WINDOW): TracesState {
  const sort = readTraceSort(null)
  return { page: 'traces', time, live: true, filter, sort, tables: false, compared: undefined }
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
