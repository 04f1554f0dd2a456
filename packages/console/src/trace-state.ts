import { parseTraceId, type TraceId } from '@fluoroscope/model'
import type { TimePart } from './trace-rows/time-part.ts'

/** The ways to look at a trace, by the keys 1 to 8; a comparison needs a second trace. */
export const TRACE_VIEWS = [
  'waterfall',
  'flame',
  'left-heavy',
  'sandwich',
  'map',
  'statistics',
  'events',
  'raw',
] as const

export type TraceView = (typeof TRACE_VIEWS)[number] | 'compare'

/** All that the address says about the page of a trace. Rows are named by their keys. */
export type TraceState = {
  readonly page: 'trace'
  readonly id: TraceId
  readonly view: TraceView
  /** Key of the selected row or fold. */
  readonly selected: string | undefined
  readonly detailsOpen: boolean
  /** Rows at this depth hide their children; undefined for none. */
  readonly level: number | undefined
  /** Rows that do the opposite of what their depth says. */
  readonly toggled: ReadonlySet<string>
  /** Similar siblings are shown as one. */
  readonly isFolding: boolean
  /** Folds that show their members all the same. */
  readonly unfolded: ReadonlySet<string>
  /** The part of the time that is seen; undefined for all of it. */
  readonly part: TimePart | undefined
  /** A part of the time whose work is summed up. */
  readonly area: TimePart | undefined
  /** What is searched for within the trace. */
  readonly find: string
  /** Rows that are not found are hidden, not only dimmed. */
  readonly onlyFound: boolean
  readonly critical: 'shown' | 'hidden' | 'only'
  /** Service and name that the sandwich is about, a zero character between. */
  readonly operation: string | undefined
  /** The trace that this one is compared with: its id, or `median` of the same request. */
  readonly other: TraceId | 'median' | undefined
}

/** The page of a trace with nothing chosen on it. */
export function traceState(id: TraceId): TraceState {
  return {
    page: 'trace',
    id,
    view: 'waterfall',
    selected: undefined,
    detailsOpen: false,
    level: undefined,
    toggled: new Set(),
    isFolding: true,
    unfolded: new Set(),
    part: undefined,
    area: undefined,
    find: '',
    onlyFound: false,
    critical: 'shown',
    operation: undefined,
    other: undefined,
  }
}

/** Reads what the query of the address says; whatever is not understood falls back to the default. */
export function readTraceState(id: TraceId, parameters: URLSearchParams): TraceState {
  const critical = parameters.get('critical')
  const other = readOther(parameters.get('with'))
  const level = /^\d{1,5}$/.exec(parameters.get('level') ?? '')?.[0]
  return {
    page: 'trace',
    id,
    view: readView(parameters.get('view')),
    selected: parameters.get('selected') || undefined,
    detailsOpen: parameters.get('details') === '1',
    level: level === undefined ? undefined : Number(level),
    toggled: readKeys(parameters.get('collapsed')),
    isFolding: parameters.get('fold') !== '0',
    unfolded: readKeys(parameters.get('unfolded')),
    part: readPart(parameters.get('zoom')),
    area: readPart(parameters.get('area')),
    find: parameters.get('find') ?? '',
    onlyFound: parameters.get('only') === '1',
    critical: critical === '0' ? 'hidden' : critical === 'only' ? 'only' : 'shown',
    operation: readOperation(parameters.get('operation')),
    other,
  }
}

/** The parameters of the address; the inverse of {@link readTraceState}. Blank ones are left out. */
export function traceParameters(state: TraceState): readonly (readonly [string, string])[] {
  return [
    ['view', state.view === 'waterfall' ? '' : state.view],
    ['selected', state.selected ?? ''],
    ['details', state.detailsOpen ? '1' : ''],
    ['level', state.level === undefined ? '' : String(state.level)],
    ['collapsed', [...state.toggled].join('.')],
    ['fold', state.isFolding ? '' : '0'],
    ['unfolded', [...state.unfolded].join('.')],
    ['zoom', partText(state.part)],
    ['area', partText(state.area)],
    ['find', state.find],
    ['only', state.onlyFound ? '1' : ''],
    ['critical', { shown: '', hidden: '0', only: 'only' }[state.critical]],
    ['operation', state.operation?.replace('\u0000', '\t') ?? ''],
    ['with', state.other ?? ''],
  ]
}

function readView(text: string | null): TraceView {
  if (text === 'compare') return text
  return TRACE_VIEWS.find((view) => view === text) ?? 'waterfall'
}

function readOther(text: string | null): TraceState['other'] {
  if (text === 'median') return text
  return text === null ? undefined : parseTraceId(text)
}

function readKeys(text: string | null): ReadonlySet<string> {
  return new Set((text ?? '').split('.').filter((key) => key !== ''))
}

/** `12.5-80`, milliseconds after the start of the trace. */
function readPart(text: string | null): TimePart | undefined {
  const [, from, to] = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text ?? '') ?? []
  const part = { from: Number(from) * 1e6, to: Number(to) * 1e6 }
  return part.from < part.to ? part : undefined
}

function partText(part: TimePart | undefined): string {
  if (part === undefined) return ''
  const text = (nanos: number) => String(Number((nanos / 1e6).toFixed(6)))
  return `${text(part.from)}-${text(part.to)}`
}

function readOperation(text: string | null): string | undefined {
  return text?.includes('\t') ? text.replace('\t', '\u0000') : undefined
}
