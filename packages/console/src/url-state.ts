import { parseTraceId, type TraceId } from '@fluoroscope/model'
import { readTimeWindow, type TimeWindow, timeParameters } from './time-window.ts'

/** All that the address says: which page, and everything chosen on it. */
export type UrlState =
  | { readonly page: 'traces'; readonly range: RangeName; readonly live: boolean }
  | TraceState
  | MapState
  | { readonly page: 'unknown'; readonly path: string }

export type TraceState = {
  readonly page: 'trace'
  readonly id: TraceId
  /** Key of the selected row of the timeline. */
  readonly selected: string | undefined
  readonly detailsOpen: boolean
  /** Keys of rows whose children are hidden. */
  readonly collapsed: ReadonlySet<string>
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
  /** Healthy services too where the map is too large to show everything at first. */
  readonly all: boolean
}

/** Both ends included, in seconds. */
export type ResponseRange = { readonly from: number; readonly to: number }

/** As far as a map looks around a service. */
export const MAX_DEPTH = 5

/** Ranges that end now, by the name the address carries, in seconds. */
export const RANGES = {
  '5m': 300,
  '15m': 900,
  '1h': 3600,
  '6h': 21_600,
  '24h': 86_400,
  '7d': 604_800,
} as const

export type RangeName = keyof typeof RANGES

export const RANGE_NAMES = Object.keys(RANGES) as readonly RangeName[]

const DEFAULT_RANGE: RangeName = '1h'

/** Reads path and query of an address; whatever is not understood falls back to the default. */
export function parseUrl(path: string, query: string): UrlState {
  const parameters = new URLSearchParams(query)
  if (path === '/' || path === '/traces' || path === '/traces/') {
    const range = RANGE_NAMES.find((name) => name === parameters.get('range')) ?? DEFAULT_RANGE
    return { page: 'traces', range, live: parameters.get('live') !== '0' }
  }
  if (path === '/map' || path === '/map/') return readMapState(parameters)
  const id = /^\/traces\/([^/]+)\/?$/.exec(path)?.[1]
  const traceId = id === undefined ? undefined : parseTraceId(id)
  if (traceId === undefined) return { page: 'unknown', path }
  return {
    page: 'trace',
    id: traceId,
    selected: parameters.get('selected') ?? undefined,
    detailsOpen: parameters.get('details') === '1',
    collapsed: new Set((parameters.get('collapsed') ?? '').split('.').filter((key) => key !== '')),
  }
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
  }
}

/** `0.1-0.25`. */
function readResponse(text: string): ResponseRange | undefined {
  const [, from, to] = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text) ?? []
  const range = { from: Number(from), to: Number(to) }
  return range.from <= range.to ? range : undefined
}

/** The address of a state; the inverse of {@link parseUrl}. Defaults are left out. */
export function printUrl(state: UrlState): string {
  switch (state.page) {
    case 'traces':
      return withQuery('/traces', [
        ['range', state.range === DEFAULT_RANGE ? '' : state.range],
        ['live', state.live ? '' : '0'],
      ])
    case 'trace':
      return withQuery(`/traces/${state.id}`, [
        ['selected', state.selected ?? ''],
        ['details', state.detailsOpen ? '1' : ''],
        ['collapsed', [...state.collapsed].join('.')],
      ])
    case 'map':
      return printMapUrl(state)
    case 'unknown':
      return state.path
  }
}

function printMapUrl({
  time,
  group,
  live,
  view,
  selected,
  depth,
  response,
  all,
}: MapState): string {
  return withQuery('/map', [
    ...timeParameters(time),
    ['group', group ?? ''],
    ['live', live ? '' : '0'],
    ['view', view === 'list' ? 'list' : ''],
    ['selected', selected ?? ''],
    ['depth', depth > 0 ? String(depth) : ''],
    ['response', response ? `${response.from}-${response.to}` : ''],
    ['all', all ? '1' : ''],
  ])
}

/** The state of a trace's page with nothing chosen on it. */
export function traceState(id: TraceId): TraceState {
  return { page: 'trace', id, selected: undefined, detailsOpen: false, collapsed: new Set() }
}

/**
 * Finds a trace id in what a person pasted: X-Ray's form, W3C's form, a `traceparent` or an
 * `X-Amzn-Trace-Id` header. Undefined where there is none.
 */
export function findTraceId(text: string): TraceId | undefined {
  const found = /1-[0-9a-f]{8}-[0-9a-f]{24}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/i.exec(text)
  return found === null ? undefined : parseTraceId(found[0])
}

function withQuery(path: string, parameters: readonly (readonly [string, string])[]): string {
  const query = new URLSearchParams(
    parameters.filter(([, value]) => value !== '').map((pair) => [...pair]),
  )
  return query.size === 0 ? path : `${path}?${query.toString()}`
}
