import type { Direction } from './step-along.ts'

export type MapAction =
  | { readonly kind: 'step'; readonly direction: Direction }
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'fit' | 'focus' | 'find' | 'out' | 'turn' | 'paths' | 'open' }

/** Keys of the map and what they do, for its help. */
export const MAP_KEYS: readonly (readonly [keys: string, action: string])[] = [
  ['→ ←', 'Busiest callee, busiest caller'],
  ['↑ ↓', 'Next service of the column'],
  ['t', 'Top down, or left to right: the arrows turn too'],
  ['Enter', 'Expand what is collapsed, or collapse it again'],
  ['f', 'Only what is near the selection'],
  ['p', 'Paths from the selection'],
  ['/', 'Find a service'],
  ['+ −', 'Zoom'],
  ['0', 'Show everything'],
  ['Esc', 'Back out'],
]

const ACTIONS: ReadonlyMap<string, MapAction> = new Map<string, MapAction>([
  ['ArrowLeft', { kind: 'step', direction: 'left' }],
  ['ArrowRight', { kind: 'step', direction: 'right' }],
  ['ArrowUp', { kind: 'step', direction: 'up' }],
  ['ArrowDown', { kind: 'step', direction: 'down' }],
  ['+', { kind: 'zoom', factor: 1.25 }],
  ['=', { kind: 'zoom', factor: 1.25 }],
  ['-', { kind: 'zoom', factor: 0.8 }],
  ['0', { kind: 'fit' }],
  ['f', { kind: 'focus' }],
  ['t', { kind: 'turn' }],
  ['p', { kind: 'paths' }],
  ['Enter', { kind: 'open' }],
  ['/', { kind: 'find' }],
  ['Escape', { kind: 'out' }],
])

/** What a key does on the map; undefined for the browser's own. */
export function mapAction(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): MapAction | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined
  return ACTIONS.get(event.key)
}
