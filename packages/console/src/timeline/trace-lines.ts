import { type Folds, membersOf } from '../trace-rows/fold-rows.ts'
import {
  foldOfLine,
  lineOfFold,
  type RowFilter,
  type ShownRows,
  showRows,
  withAncestors,
} from '../trace-rows/shown-rows.ts'
import { ancestorsOf, findKey, keyAt, type TraceRows } from '../trace-rows/trace-rows.ts'
import type { TraceState } from '../trace-state.ts'

/** The rows of a trace and which of them show, as the state of the page says. */
export type TraceLines = {
  readonly rows: TraceRows
  readonly folds: Folds
  readonly filter: RowFilter
  readonly shown: ShownRows
}

const FOLD_KEY = 'x'

/** What shows of a trace; `kept` are rows that others are hidden for. */
export function linesOf(
  rows: TraceRows,
  folds: Folds,
  state: TraceState,
  kept: Uint8Array | undefined,
): TraceLines {
  const unfolded = [...state.unfolded].map((key) => folds.foldOf[findKey(rows, key)] ?? -1)
  const filter: RowFilter = {
    level: state.level,
    toggled: new Set([...state.toggled].map((key) => findKey(rows, key))),
    isFolding: state.isFolding,
    unfolded: new Set(unfolded),
    kept: kept === undefined ? undefined : withAncestors(rows, kept),
  }
  return { rows, folds, filter, shown: showRows(rows, folds, filter) }
}

/** Names a line in addresses: a fold by its first member. */
export function keyOfLine(
  { rows, folds }: Pick<TraceLines, 'rows' | 'folds'>,
  line: number,
): string {
  const fold = foldOfLine(line)
  if (fold === undefined) return keyAt(rows, line)
  return FOLD_KEY + keyAt(rows, membersOf(folds, fold)[0] ?? 0)
}

/** The line with a key, shown or not; undefined where there is none. */
export function lineOfKey(
  { rows, folds }: Pick<TraceLines, 'rows' | 'folds'>,
  key: string | undefined,
): number | undefined {
  const isFold = key?.startsWith(FOLD_KEY) === true
  const row = findKey(rows, isFold ? key?.slice(1) : key)
  if (row < 0) return undefined
  const fold = folds.foldOf[row] ?? -1
  return isFold && fold >= 0 ? lineOfFold(fold) : row
}

/** Where a line stands among those that show; for a hidden one, what hides it. -1 for neither. */
export function positionOf({ rows, folds, shown }: TraceLines, line: number | undefined): number {
  if (line === undefined) return -1
  const position = shown.lines.indexOf(line)
  if (position >= 0 || line < 0) return position
  for (const row of [line, ...ancestorsOf(rows, line)]) {
    const fold = folds.foldOf[row] ?? -1
    const places = [row, ...(fold < 0 ? [] : [lineOfFold(fold)])]
    const found = places.map((place) => shown.lines.indexOf(place)).find((place) => place >= 0)
    if (found !== undefined) return found
  }
  return -1
}

/** `state` with everything opened that hides a row, and the row selected. */
export function revealed(state: TraceState, lines: TraceLines, row: number): TraceState {
  const { rows, folds, filter } = lines
  const toggled = new Set(state.toggled)
  const unfolded = new Set(state.unfolded)
  for (const above of [row, ...ancestorsOf(rows, row)]) {
    const [first] = membersOf(folds, folds.foldOf[above] ?? -1)
    if (first !== undefined && filter.isFolding) unfolded.add(keyAt(rows, first))
    if (above !== row) setCollapsed(toggled, state, rows, above, false)
  }
  return { ...state, toggled, unfolded, selected: keyAt(rows, row) }
}

/** `state` with the children of a line hidden, or shown again. */
export function toggledLine(state: TraceState, lines: TraceLines, line: number): TraceState {
  const key = keyOfLine(lines, line)
  if (line >= 0) return { ...state, toggled: flipped(state.toggled, key) }
  return { ...state, unfolded: flipped(state.unfolded, key.slice(1)) }
}

function flipped(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const changed = new Set(keys)
  if (!changed.delete(key)) changed.add(key)
  return changed
}

function setCollapsed(
  toggled: Set<string>,
  { level }: TraceState,
  rows: TraceRows,
  row: number,
  collapsed: boolean,
): void {
  const byLevel = level !== undefined && (rows.depth[row] ?? 0) >= level
  if (byLevel === collapsed) toggled.delete(keyAt(rows, row))
  else toggled.add(keyAt(rows, row))
}
