import { ancestorsOf, type TraceRow, type TraceTree } from './trace-tree.ts'

/** What the keyboard changes: the selected row, whether its details show, what is folded. */
export type TimelineState = {
  readonly selected: string | undefined
  readonly detailsOpen: boolean
  readonly collapsed: ReadonlySet<string>
}

/** The keys and what they do, for the help. */
export const TIMELINE_KEYS: readonly (readonly [keys: string, action: string])[] = [
  ['↓ ↑ or j k', 'Next, previous row'],
  ['→ ←', 'Expand, collapse; then child, parent'],
  ['Home End', 'First, last row'],
  ['Enter', 'Show details'],
  ['Esc', 'Close details, then deselect'],
  ['e E', 'Next, previous failure'],
  ['[ ]', 'Collapse all, expand all'],
  ['y', 'Copy a link to this view'],
]

/**
 * The state after `key`, where the rows with the indexes `visible` show; undefined for a key that
 * does nothing in the timeline.
 */
export function stateAfterKey(
  key: string,
  state: TimelineState,
  tree: TraceTree,
  visible: readonly number[],
): TimelineState | undefined {
  const index = tree.rows.findIndex((row) => row.key === state.selected)
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return select(state, tree, visible[visible.indexOf(index) + 1] ?? index)
    case 'ArrowUp':
    case 'k':
      return select(state, tree, visible[Math.max(0, visible.indexOf(index) - 1)] ?? index)
    case 'Home':
      return select(state, tree, 0)
    case 'End':
      return select(state, tree, visible.at(-1) ?? index)
    case 'ArrowRight':
      return opened(state, tree, index)
    case 'ArrowLeft':
      return closed(state, tree, index)
    case '[':
      return { ...state, collapsed: parentKeys(tree), selected: rootOf(tree, index)?.key }
    case ']':
      return { ...state, collapsed: new Set() }
    case 'e':
    case 'E':
      return failure(state, tree, index, key === 'e' ? 1 : -1)
    case 'Enter':
      return index < 0 ? undefined : { ...state, detailsOpen: true }
    case 'Escape':
      return state.detailsOpen
        ? { ...state, detailsOpen: false }
        : { ...state, selected: undefined }
    default:
      return undefined
  }
}

/** `state` with the children of the row `key` hidden, or shown again. */
export function toggled<State extends TimelineState>(state: State, key: string): State {
  const collapsed = new Set(state.collapsed)
  if (!collapsed.delete(key)) collapsed.add(key)
  return { ...state, collapsed }
}

function select(state: TimelineState, tree: TraceTree, index: number): TimelineState {
  const row = tree.rows[index]
  return row === undefined ? state : { ...state, selected: row.key }
}

function opened(state: TimelineState, tree: TraceTree, index: number): TimelineState {
  const row = tree.rows[index]
  if (row === undefined || row.end === index + 1) return state
  return state.collapsed.has(row.key) ? toggled(state, row.key) : select(state, tree, index + 1)
}

function closed(state: TimelineState, tree: TraceTree, index: number): TimelineState {
  const row = tree.rows[index]
  if (row === undefined) return state
  const canClose = row.end > index + 1 && !state.collapsed.has(row.key)
  return canClose ? toggled(state, row.key) : select(state, tree, row.parent)
}

/** Selects the nearest failed row in a direction, opening whatever hides it. */
function failure(state: TimelineState, tree: TraceTree, from: number, step: 1 | -1): TimelineState {
  const start = from < 0 && step < 0 ? tree.rows.length : from
  for (let index = start + step; index >= 0 && index < tree.rows.length; index += step) {
    const row = tree.rows[index]
    if (row === undefined || row.outcome === 'ok') continue
    const collapsed = new Set(state.collapsed)
    for (const ancestor of ancestorsOf(tree, index)) collapsed.delete(ancestor.key)
    return { ...state, collapsed, selected: row.key }
  }
  return state
}

function parentKeys(tree: TraceTree): ReadonlySet<string> {
  return new Set(tree.rows.filter((row, index) => row.end > index + 1).map((row) => row.key))
}

function rootOf(tree: TraceTree, index: number): TraceRow | undefined {
  return ancestorsOf(tree, index).at(-1) ?? tree.rows[index]
}
