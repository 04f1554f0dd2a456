import { signal } from '@preact/signals'

/** What may lie over any page. */
export type Overlay = 'none' | 'keys' | 'palette'

const current = signal<Overlay>('none')

/** What lies over the page now; reading it in a component subscribes to it. */
export function overlay(): Overlay {
  return current.value
}

export function openOverlay(which: Exclude<Overlay, 'none'>): void {
  current.value = which
}

export function closeOverlay(): void {
  current.value = 'none'
}
