import { foldAt, membersOf } from '../trace-rows/fold-rows.ts'
import { foldOfLine, isCollapsed } from '../trace-rows/shown-rows.ts'
import {
  insideTrace,
  isWhole,
  pannedPart,
  type TimePart,
  zoomedPart,
} from '../trace-rows/time-part.ts'
import { endAt, outcomeAt } from '../trace-rows/trace-rows.ts'
import { TRACE_VIEWS, type TraceState } from '../trace-state.ts'
import {
  keyOfLine,
  lineOfKey,
  positionOf,
  revealed,
  type TraceLines,
  toggledLine,
} from './trace-lines.ts'

/** The keys and what they do, for the help. */
export const TIMELINE_KEYS: readonly (readonly [keys: string, action: string])[] = [
  ['1 … 8', 'Waterfall, flame, left-heavy, sandwich, map, statistics, events, raw'],
  ['↓ ↑ or j k', 'Next, previous row'],
  ['. ,', 'Next, previous sibling'],
  ['→ ←', 'Expand, collapse; then child, parent'],
  ['Home End', 'First, last row'],
  ['Enter', 'Show details'],
  ['Esc', 'Close details, then area, zoom, selection'],
  ['e E', 'Next, previous failure'],
  ['/', 'Search in the trace'],
  ['n N', 'Next, previous match'],
  ['[ ]', 'Expand all, collapse all'],
  ['o p', 'Expand, collapse one level'],
  ['a d', 'Move in time; with Shift further'],
  ['+ − 0', 'Zoom in, out, whole trace'],
  ['f', 'Zoom to the selected row'],
  ['c', 'Critical path: shown, alone, hidden'],
  ['x', 'Compare with another trace'],
  ['y', 'Copy a link to this view'],
]

/** What keys act on: the lines, and what a search has found. */
export type KeyContext = TraceLines & { readonly hits: Uint8Array | undefined }

/** The state after `key`; undefined for a key that does nothing on the page of a trace. */
export function stateAfterKey(
  key: string,
  state: TraceState,
  context: KeyContext,
): TraceState | undefined {
  return (
    afterViewKey(key, state) ??
    afterMove(key, state, context) ??
    afterFoldKey(key, state, context) ??
    afterJump(key, state, context) ??
    afterTimeKey(key, state, context)
  )
}

function afterViewKey(key: string, state: TraceState): TraceState | undefined {
  const view = /^[1-8]$/.test(key) ? TRACE_VIEWS[Number(key) - 1] : undefined
  if (view !== undefined) return { ...state, view }
  switch (key) {
    case 'x':
      return { ...state, view: 'compare' }
    case 'c':
      return { ...state, critical: NEXT_CRITICAL[state.critical] }
    case 'Enter':
      return state.selected === undefined ? undefined : { ...state, detailsOpen: true }
    case 'Escape':
      return afterEscape(state)
    default:
      return undefined
  }
}

const NEXT_CRITICAL = { shown: 'only', only: 'hidden', hidden: 'shown' } as const

function afterEscape(state: TraceState): TraceState {
  if (state.detailsOpen) return { ...state, detailsOpen: false }
  if (state.area !== undefined) return { ...state, area: undefined }
  if (state.part !== undefined) return { ...state, part: undefined }
  return { ...state, selected: undefined }
}

function afterMove(key: string, state: TraceState, context: KeyContext): TraceState | undefined {
  const { lines } = context.shown
  const position = positionOf(context, lineOfKey(context, state.selected))
  const select = (at: number) => {
    const line = lines[Math.min(lines.length - 1, Math.max(0, at))]
    return line === undefined ? state : { ...state, selected: keyOfLine(context, line) }
  }
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return select(position + 1)
    case 'ArrowUp':
    case 'k':
      return select(position - 1)
    case 'Home':
      return select(0)
    case 'End':
      return select(lines.length - 1)
    case '.':
      return select(siblingPosition(context, position, 1))
    case ',':
      return select(siblingPosition(context, position, -1))
    default:
      return undefined
  }
}

/** The next line of the same level before a shallower one; `position` where there is none. */
function siblingPosition(context: TraceLines, position: number, step: 1 | -1): number {
  const level = levelOf(context, position)
  for (let at = position + step; at >= 0 && at < context.shown.lines.length; at += step) {
    const other = levelOf(context, at)
    if (other === level) return at
    if (other < level) break
  }
  return position
}

/** How far in the line at a position stands; 0 for roots. */
export function levelOf({ rows, folds, shown }: TraceLines, position: number): number {
  const line = shown.lines[position] ?? 0
  const fold = foldOfLine(line)
  const row = fold === undefined ? line : (membersOf(folds, fold)[0] ?? 0)
  return (rows.depth[row] ?? 0) + (shown.shift[position] ?? 0)
}

function afterFoldKey(key: string, state: TraceState, context: KeyContext): TraceState | undefined {
  const { rows } = context
  const none: ReadonlySet<string> = new Set()
  const level = state.level ?? deepest(context)
  switch (key) {
    case 'ArrowRight':
      return opened(state, context)
    case 'ArrowLeft':
      return closed(state, context)
    case '[':
      return { ...state, level: undefined, toggled: none }
    case ']':
      return { ...state, level: 0, toggled: none }
    case 'o':
      return { ...state, level: atDepth(level + 1, context), toggled: none }
    case 'p':
      return { ...state, level: Math.max(0, Math.min(level, deepest(context)) - 1), toggled: none }
    case 'f': {
      const line = lineOfKey(context, state.selected)
      if (line === undefined) return undefined
      const fold = foldAt(rows, context.folds, foldOfLine(line))
      const [from, to] = fold ? [fold.from, fold.to] : [rows.start[line] ?? 0, endAt(rows, line)]
      const room = Math.max(1, (to - from) * FIT_ROOM)
      return { ...state, part: partOrWhole({ from: from - room, to: to + room }, rows.span) }
    }
    default:
      return undefined
  }
}

const FIT_ROOM = 0.05

function deepest({ rows }: TraceLines): number {
  return rows.depth.reduce((most, depth) => Math.max(most, depth), 0)
}

function atDepth(level: number, context: TraceLines): number | undefined {
  return level >= deepest(context) ? undefined : level
}

function opened(state: TraceState, context: KeyContext): TraceState {
  const line = lineOfKey(context, state.selected)
  if (line === undefined) return state
  const fold = foldOfLine(line)
  if (fold !== undefined) {
    return context.filter.unfolded.has(fold)
      ? down(state, context)
      : toggledLine(state, context, line)
  }
  if ((context.rows.end[line] ?? 0) === line + 1) return state
  return isCollapsed(context.rows, context.filter, line)
    ? toggledLine(state, context, line)
    : down(state, context)
}

function down(state: TraceState, context: KeyContext): TraceState {
  return afterMove('ArrowDown', state, context) ?? state
}

function closed(state: TraceState, context: KeyContext): TraceState {
  const line = lineOfKey(context, state.selected)
  if (line === undefined) return state
  const { rows, filter } = context
  const fold = foldOfLine(line)
  const isOpen =
    fold === undefined
      ? (rows.end[line] ?? 0) > line + 1 && !isCollapsed(rows, filter, line)
      : filter.unfolded.has(fold)
  if (isOpen) return toggledLine(state, context, line)
  const position = positionOf(context, line)
  const level = levelOf(context, position)
  for (let at = position - 1; at >= 0; at--) {
    if (levelOf(context, at) < level) {
      return { ...state, selected: keyOfLine(context, context.shown.lines[at] ?? 0) }
    }
  }
  return state
}

function afterJump(key: string, state: TraceState, context: KeyContext): TraceState | undefined {
  const { rows, hits } = context
  switch (key) {
    case 'e':
      return jump(state, context, 1, (row) => outcomeAt(rows, row) !== 'ok')
    case 'E':
      return jump(state, context, -1, (row) => outcomeAt(rows, row) !== 'ok')
    case 'n':
      return hits === undefined ? undefined : jump(state, context, 1, (row) => hits[row] === 1)
    case 'N':
    case 'b':
      return hits === undefined ? undefined : jump(state, context, -1, (row) => hits[row] === 1)
    default:
      return undefined
  }
}

/** Selects the nearest row in a direction that `accepts`, opening whatever hides it. */
function jump(
  state: TraceState,
  context: KeyContext,
  step: 1 | -1,
  accepts: (row: number) => boolean,
): TraceState {
  const { rows, folds } = context
  const line = lineOfKey(context, state.selected)
  const from = line !== undefined && line < 0 ? (membersOf(folds, -1 - line)[0] ?? 0) - 1 : line
  const first = from ?? (step > 0 ? -1 : rows.count)
  for (let row = first + step; row >= 0 && row < rows.count; row += step) {
    if (accepts(row)) return revealed(state, context, row)
  }
  return state
}

function afterTimeKey(key: string, state: TraceState, context: KeyContext): TraceState | undefined {
  const { span } = context.rows
  const part = state.part ?? { from: 0, to: span }
  const step = TIME_KEYS[key]
  if (step === undefined) return undefined
  const by = (part.to - part.from) * step.pan
  const panned = pannedPart(part, span, by)
  const middle = (part.from + part.to) / 2
  const next = step.zoom === 1 ? panned : zoomedPart(part, span, step.zoom, middle)
  return { ...state, part: step.zoom === 0 ? undefined : partOrWhole(next, span) }
}

const TIME_KEYS: Readonly<Record<string, { readonly pan: number; readonly zoom: number }>> = {
  a: { pan: -0.1, zoom: 1 },
  d: { pan: 0.1, zoom: 1 },
  A: { pan: -0.5, zoom: 1 },
  D: { pan: 0.5, zoom: 1 },
  '+': { pan: 0, zoom: 0.7 },
  '=': { pan: 0, zoom: 0.7 },
  '-': { pan: 0, zoom: 1 / 0.7 },
  '0': { pan: 0, zoom: 0 },
}

/** The part within the trace; undefined where it is all of it. */
export function partOrWhole(part: TimePart, span: number): TimePart | undefined {
  const inside = insideTrace(part, span)
  return isWhole(inside, span) ? undefined : inside
}
