import { effect, signal } from '@preact/signals'
import { addressOfDeepLink } from './deep-link.ts'
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

/** Goes to an address of the console, as a plain link does. */
export function navigateTo(address: string): void {
  const { pathname, search } = new URL(address, location.origin)
  navigate(parseUrl(pathname, search))
  scrollTo(0, 0)
}

/** Changes the state of the page without a new entry: selections, folds, switches. */
export function adjust(state: UrlState): void {
  history.replaceState(null, '', printUrl(state))
  current.value = state
}

/** Follows the browser's back and forward, and lets plain links within the console navigate here. */
export function startNavigation(): void {
  followDeepLink()
  addEventListener('hashchange', followDeepLink)
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
    navigateTo(link.href)
  })
  effect(() => {
    document.title = titleOf(current.value)
  })
}

/** A link into AWS's console, its host replaced by this one, becomes an address of ours. */
function followDeepLink(): void {
  const address = addressOfDeepLink(location.hash)
  if (address === undefined) return
  const { pathname, search } = new URL(address, location.origin)
  history.replaceState(null, '', address)
  current.value = parseUrl(pathname, search)
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
    case 'analytics':
      return 'Analytics · Fluoroscope'
    case 'sampling':
      return 'Sampling · Fluoroscope'
    case 'groups':
      return 'Groups · Fluoroscope'
    case 'system':
      return 'System · Fluoroscope'
    case 'start':
      return 'Get started · Fluoroscope'
    case 'unknown':
      return 'Not found · Fluoroscope'
  }
}
