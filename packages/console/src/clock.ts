import { signal } from '@preact/signals'

const TICK_MS = 1000

const seconds = signal(Date.now() / 1000)

/** Epoch seconds, ticking once a second; reading it in a component subscribes to it. */
export function nowSeconds(): number {
  return seconds.value
}

/** Lets the clock tick; runs as long as the page. */
export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) seconds.value = Date.now() / 1000
  }, TICK_MS)
}
