import { useLayoutEffect, useRef } from 'preact/hooks'
import { lazyPage } from '../page/lazy-page.tsx'
import { TRACE_VIEWS, type TraceState, type TraceView } from '../trace-state.ts'
import { printUrl } from '../url-state.ts'
import type { ViewProps } from './view-props.ts'

const FlameView = lazyPage(async () => (await import('./flame-view.tsx')).FlameView)
const LeftHeavyView = lazyPage(async () => (await import('./flame-view.tsx')).LeftHeavyView)
const SandwichView = lazyPage(async () => (await import('./sandwich-view.tsx')).SandwichView)
const TraceMapView = lazyPage(async () => (await import('./trace-map-view.tsx')).TraceMapView)
const StatisticsView = lazyPage(async () => (await import('./statistics-view.tsx')).StatisticsView)
const EventsView = lazyPage(async () => (await import('./events-view.tsx')).EventsView)
const RawView = lazyPage(async () => (await import('./raw-view.tsx')).RawView)
const CompareView = lazyPage(async () => (await import('./compare-view.tsx')).CompareView)

const TITLES: Readonly<Record<TraceView, string>> = {
  waterfall: 'Waterfall',
  flame: 'Flame',
  'left-heavy': 'Left-heavy',
  sandwich: 'Sandwich',
  map: 'Map',
  statistics: 'Statistics',
  events: 'Events',
  raw: 'Raw',
  compare: 'Compare',
}

/** The ways to look at the trace, each an address of its own; what is chosen goes along. */
export function ViewLinks({ state }: { state: TraceState }) {
  const links = useRef<HTMLElement>(null)
  useLayoutEffect(() => showCurrent(links.current), [state.view])
  return (
    <nav ref={links} class="view-links" aria-label="Views of the trace">
      {[...TRACE_VIEWS, 'compare' as const].map((view) => (
        <a
          key={view}
          href={printUrl({ ...state, view })}
          aria-current={state.view === view ? 'page' : undefined}
        >
          {TITLES[view]}
        </a>
      ))}
    </nav>
  )
}

/** Where there is no room for all of them, the list moves sideways, and the page stays where it is. */
function showCurrent(links: HTMLElement | null): void {
  const current = links?.querySelector('[aria-current]')
  if (links === null || !current) return
  const [all, own] = [links.getBoundingClientRect(), current.getBoundingClientRect()]
  if (own.right > all.right) links.scrollLeft += own.right - all.right
  else if (own.left < all.left) links.scrollLeft -= all.left - own.left
}

/** Every view but the waterfall. */
export function OtherView({
  view,
  ...props
}: ViewProps & { view: Exclude<TraceView, 'waterfall'> }) {
  switch (view) {
    case 'flame':
      return <FlameView {...props} />
    case 'left-heavy':
      return <LeftHeavyView {...props} />
    case 'sandwich':
      return <SandwichView {...props} />
    case 'map':
      return <TraceMapView {...props} />
    case 'statistics':
      return <StatisticsView {...props} />
    case 'events':
      return <EventsView {...props} />
    case 'raw':
      return <RawView {...props} />
    case 'compare':
      return <CompareView {...props} />
  }
}
