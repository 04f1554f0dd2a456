import { expectTrace } from './trace-rows/expected-trace.ts'

// What a page needs is fetched beside the frame around it, not after it. A page that cannot be fetched
// is told by `lazyPage`, which asks for the same again.
if (expectTrace(location.pathname)) import('./page/trace-page.tsx').catch(() => undefined)
else if (location.pathname === '/map') import('./page/map-page.tsx').catch(() => undefined)

void import('./frame.tsx')
