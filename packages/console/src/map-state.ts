import { COLLAPSE_RULES, type CollapseRule } from './service-graph/collapse-rule.ts'
import { FLOWS, type Flow } from './service-graph/flow.ts'
import { MAP_METRICS, type MapMetric } from './service-graph/map-metric.ts'
import { FOCUS_DIRECTIONS, type FocusDirection } from './service-graph/select-graph.ts'
import {
  findTimeWindow,
  lengthText,
  parseLength,
  readTimeWindow,
  type TimeWindow,
  timeParameters,
  windowParameters,
} from './time-window.ts'

/** All that the address says about the service map. */
export type MapState = {
  readonly page: 'map'
  readonly time: TimeWindow
  /** Only traces of this group; undefined for all. */
  readonly group: string | undefined
  readonly live: boolean
  readonly view: 'map' | 'list'
  /** Which way calls run in the picture. */
  readonly flow: Flow
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
  /** Which services are drawn as one; undefined for each by itself. */
  readonly collapse: CollapseRule | undefined
  /** Ids of those that are expanded all the same. */
  readonly expanded: readonly string[]
  /** Only what lies on a way of calls from one service to another. */
  readonly paths: PathChoice | undefined
  /** The window that `time` is compared with; undefined for no comparison. */
  readonly compared: ComparedWindow | undefined
  /** What the colours tell. */
  readonly metric: MapMetric
}

/** Both ends included, in seconds. */
export type ResponseRange = { readonly from: number; readonly to: number }

/** Ids of two services, the second not chosen at first, and which path between them stands out. */
export type PathChoice = {
  readonly from: string
  readonly to: string | undefined
  /** From 1 on; undefined for none of them. */
  readonly chosen: number | undefined
}

/** A window of its own, or one of the same length that lies so many seconds before. */
type ComparedWindow = TimeWindow | { readonly kind: 'before'; readonly seconds: number }

/** As far as a map looks around a service. */
export const MAX_DEPTH = 5

/** The names of the compared window's own parameters begin so. */
const COMPARED = 'with-'

/** Reads what the query of the address says; whatever is not understood falls back to the default. */
export function readMapState(parameters: URLSearchParams): MapState {
  const selected = parameters.get('selected') || undefined
  const depth = Number(parameters.get('depth'))
  const isDepth = selected !== undefined && Number.isInteger(depth) && depth > 0
  const collapse = COLLAPSE_RULES.find((rule) => rule === parameters.get('collapse'))
  return {
    page: 'map',
    time: readTimeWindow(parameters),
    group: parameters.get('group') || undefined,
    live: parameters.get('live') !== '0',
    view: parameters.get('view') === 'list' ? 'list' : 'map',
    flow: FLOWS.find((flow) => flow === parameters.get('flow')) ?? 'right',
    selected,
    depth: isDepth ? Math.min(depth, MAX_DEPTH) : 0,
    response: selected === undefined ? undefined : readResponse(parameters.get('response') ?? ''),
    all: parameters.get('all') === '1',
    direction: FOCUS_DIRECTIONS.find((each) => each === parameters.get('look')) ?? 'both',
    collapse,
    expanded: collapse === undefined ? [] : readIds(parameters.get('expanded')),
    paths: readPaths(parameters),
    compared: readCompared(parameters),
    metric: MAP_METRICS.find((each) => each === parameters.get('metric')) ?? 'health',
  }
}

/** The parameters of the address; the inverse of {@link readMapState}. Blank ones are left out. */
export function mapParameters(state: MapState): readonly (readonly [string, string])[] {
  const { time, group, live, view, selected, depth, response, all, paths } = state
  return [
    ...timeParameters(time),
    ['group', group ?? ''],
    ['live', live ? '' : '0'],
    ['view', view === 'list' ? 'list' : ''],
    ['flow', state.flow === 'right' ? '' : state.flow],
    ['selected', selected ?? ''],
    ['depth', depth > 0 ? String(depth) : ''],
    ['look', state.direction === 'both' ? '' : state.direction],
    ['response', response ? `${response.from}-${response.to}` : ''],
    ['all', all ? '1' : ''],
    ['collapse', state.collapse ?? ''],
    ['expanded', state.expanded.join(' ')],
    ['path-from', paths?.from ?? ''],
    ['path-to', paths?.to ?? ''],
    ['path', paths?.chosen === undefined ? '' : String(paths.chosen)],
    ...comparedParameters(state.compared),
    ['metric', state.metric === 'health' ? '' : state.metric],
  ]
}

/** `0.1-0.25`. */
function readResponse(text: string): ResponseRange | undefined {
  const [, from, to] = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text) ?? []
  const range = { from: Number(from), to: Number(to) }
  return range.from <= range.to ? range : undefined
}

/** Ids hold no spaces. */
function readIds(text: string | null): readonly string[] {
  return (text ?? '').split(' ').filter((id) => id !== '')
}

function readPaths(parameters: URLSearchParams): PathChoice | undefined {
  const from = parameters.get('path-from') || undefined
  if (from === undefined) return undefined
  const to = parameters.get('path-to') || undefined
  const chosen = /^[1-9]\d{0,3}$/.exec(parameters.get('path') ?? '')?.[0]
  const isChosen = to !== undefined && chosen !== undefined
  return { from, to, chosen: isChosen ? Number(chosen) : undefined }
}

function readCompared(parameters: URLSearchParams): ComparedWindow | undefined {
  const window = findTimeWindow(parameters, COMPARED)
  if (window !== undefined) return window
  const seconds = parseLength(parameters.get('before') ?? '')
  return seconds === undefined ? undefined : { kind: 'before', seconds }
}

function comparedParameters(
  compared: ComparedWindow | undefined,
): readonly (readonly [string, string])[] {
  if (compared === undefined) return []
  if (compared.kind === 'before') return [['before', lengthText(compared.seconds)]]
  return windowParameters(compared, COMPARED)
}
