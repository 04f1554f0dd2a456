import { signal } from '@preact/signals'

/** What may lie over any page. */
export type Overlay = 'none' | 'keys' | 'palette'

/** `opening` counts the openings: each is a dialog of its own. */
const current = signal<{ readonly which: Overlay; readonly opening: number }>({
  which: 'none',
  opening: 0,
})

/** What lies over the page now; reading it in a component subscribes to it. */
export function overlay(): { readonly which: Overlay; readonly opening: number } {
  return current.value
}

export function openOverlay(which: Exclude<Overlay, 'none'>): void {
  current.value = { which, opening: current.value.opening + 1 }
}

/**
 * Closes what that opening opened. A browser tells of a closed dialog a moment after it closed, when
 * the next may be open already: that one stays.
 */
export function closeOverlay(opening: number): void {
  if (opening === current.value.opening) current.value = { which: 'none', opening }
}
