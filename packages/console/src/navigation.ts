import { effect, signal } from '@preact/signals'
import { parseUrl, printUrl, type UrlState } from './url-state.ts'

const current = signal(parseUrl(location.pathname, location.search))

/** What the address says now; reading it in a component subscribes to it. */
export function urlState(): UrlState {
  return current.value
}

/** Goes to another page or state, as a new entry of the history. */
export function navigate(state: UrlState): void {
  history.pushState(null, '', printUrl(state))
  current.value = state
}

/** Changes the state of the page without a new entry: selections, folds, switches. */
export function adjust(state: UrlState): void {
  history.replaceState(null, '', printUrl(state))
  current.value = state
}

/** Follows the browser's back and forward, and lets plain links within the console navigate here. */
export function startNavigation(): void {
  addEventListener('popstate', () => {
    current.value = parseUrl(location.pathname, location.search)
  })
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link === null || !isPlainClick(event) || link.target !== '') return
    if (link.origin !== location.origin || link.hasAttribute('download')) return
    // A jump inside the page, such as "skip to content", stays the browser's own.
    if (link.hash !== '' && link.pathname === location.pathname) return
    event.preventDefault()
    navigate(parseUrl(link.pathname, link.search))
    scrollTo(0, 0)
  })
  effect(() => {
    document.title = titleOf(current.value)
  })
}

function isPlainClick(event: MouseEvent): boolean {
  const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
  return event.button === 0 && !modified && !event.defaultPrevented
}

function titleOf(state: UrlState): string {
  switch (state.page) {
    case 'traces':
      return 'Traces · Fluoroscope'
    case 'trace':
      return `Trace …${state.id.slice(-8)} · Fluoroscope`
    case 'map':
      return 'Service map · Fluoroscope'
    case 'unknown':
      return 'Not found · Fluoroscope'
  }
}
