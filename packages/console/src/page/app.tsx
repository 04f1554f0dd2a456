import { useSignal } from '@preact/signals'
import { navigate, urlState } from '../navigation.ts'
import { closeOverlay, openOverlay, overlay } from '../overlay.ts'
import { currentTheme, switchTheme, type Theme } from '../theme.ts'
import { traceState } from '../trace-state.ts'
import { findTraceId, type UrlState } from '../url-state.ts'
import { KeyboardHelp } from './keyboard-help.tsx'
import { lazyPage } from './lazy-page.tsx'
import { StartPage } from './start-page.tsx'
import { TracesPage } from './traces-page.tsx'
import { useShellKeys } from './use-shell-keys.ts'

const CommandPalette = lazyPage(
  async () => (await import('./command-palette.tsx')).CommandPalette,
  () => null,
)

const TracePage = lazyPage(async () => (await import('./trace-page.tsx')).TracePage)
const MapPage = lazyPage(async () => (await import('./map-page.tsx')).MapPage)
const AnalyticsPage = lazyPage(async () => (await import('./analytics-page.tsx')).AnalyticsPage)
const SamplingPage = lazyPage(async () => (await import('./sampling-page.tsx')).SamplingPage)
const GroupsPage = lazyPage(async () => (await import('./groups-page.tsx')).GroupsPage)
const SystemPage = lazyPage(async () => (await import('./system-page.tsx')).SystemPage)

/** The pages of the navigation, by the state that marks them. */
const PAGES: readonly (readonly [path: string, title: string, page: UrlState['page']])[] = [
  ['/map', 'Service map', 'map'],
  ['/traces', 'Traces', 'traces'],
  ['/analytics', 'Analytics', 'analytics'],
  ['/sampling', 'Sampling', 'sampling'],
  ['/groups', 'Groups', 'groups'],
  ['/system', 'System', 'system'],
]

const PALETTE_PAGES = PAGES.map(([path, title]) => [path, title] as const)

/** The frame around every page, and the page that the address names. */
export function App() {
  useShellKeys()
  return (
    <>
      <a class="skip-link" href="#content">
        Skip to content
      </a>
      <header class="app-header">
        <a class="brand" href="/">
          <BrandMark />
          <span>Fluoroscope</span>
        </a>
        <nav aria-label="Pages">
          {PAGES.map(([path, title, page]) => (
            <a
              key={path}
              class="nav-link"
              href={path}
              aria-current={urlState().page === page ? 'page' : undefined}
            >
              {page === 'map' ? <MapTitle title={title} /> : title}
            </a>
          ))}
        </nav>
        <TraceJump />
        <button
          type="button"
          class="button quiet commands"
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => openOverlay('palette')}
        >
          Commands <kbd class="wide-only">Ctrl K</kbd>
        </button>
        <button
          type="button"
          class="button quiet"
          aria-label="Keyboard shortcuts"
          onClick={() => openOverlay('keys')}
        >
          <kbd>?</kbd>
        </button>
        <ThemeButton />
      </header>
      <main id="content" tabIndex={-1}>
        <Page state={urlState()} />
      </main>
      <Overlays />
    </>
  )
}

/** The longest title, cut where all of them would not fit into one line; it is read out whole. */
function MapTitle({ title }: { title: string }) {
  return (
    <>
      <span class="full-title">{title}</span>
      <span class="short-title" aria-hidden="true">
        Map
      </span>
    </>
  )
}

function Overlays() {
  const { which, opening } = overlay()
  const onClose = () => closeOverlay(opening)
  switch (which) {
    case 'keys':
      return <KeyboardHelp key={opening} page={urlState().page} onClose={onClose} />
    case 'palette':
      return <CommandPalette key={opening} pages={PALETTE_PAGES} onClose={onClose} />
    case 'none':
      return null
  }
}

function Page({ state }: { state: UrlState }) {
  switch (state.page) {
    case 'traces':
      return <TracesPage state={state} />
    case 'trace':
      return <TracePage key={state.id} state={state} />
    case 'start':
      return <StartPage watch={undefined} />
    case 'map':
      return <MapPage state={state} />
    case 'analytics':
      return <AnalyticsPage state={state} />
    case 'sampling':
      return <SamplingPage state={state} />
    case 'groups':
      return <GroupsPage state={state} />
    case 'system':
      return <SystemPage />
    case 'unknown':
      return (
        <section class="notice">
          <h1>There is no page here</h1>
          <p>
            <code>{state.path}</code> is neither a page nor a trace id.
          </p>
          <p>
            <a class="button primary" href="/traces">
              See recent traces
            </a>
          </p>
        </section>
      )
  }
}
/** Opens a trace by an id in any form people copy from logs and headers. */
function TraceJump() {
  const problem = useSignal(false)
  const open = (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const text = String(new FormData(form).get('id') ?? '')
    const id = findTraceId(text)
    problem.value = id === undefined && text.trim() !== ''
    if (id === undefined) return
    form.reset()
    navigate(traceState(id))
  }
  return (
    <search class="trace-jump">
      <form onSubmit={open}>
        <input
          name="id"
          type="text"
          autocomplete="off"
          spellcheck={false}
          placeholder="Trace id…"
          aria-label="Open trace by id"
          aria-invalid={problem.value}
          aria-describedby="trace-jump-problem"
          onInput={() => {
            problem.value = false
          }}
        />
        <span id="trace-jump-problem" role="alert" class="field-problem">
          {problem.value ? 'No trace id in that text' : ''}
        </span>
      </form>
    </search>
  )
}

const THEME_TEXT: Readonly<Record<Theme, readonly [sign: string, word: string]>> = {
  system: ['◐', 'Auto'],
  light: ['○', 'Light'],
  dark: ['●', 'Dark'],
}

function ThemeButton() {
  const [sign, word] = THEME_TEXT[currentTheme()]
  return (
    <button
      type="button"
      class="button quiet theme-button"
      aria-label={`Theme: ${word}. Switch theme`}
      onClick={switchTheme}
    >
      <span aria-hidden="true">{sign}</span> <span class="wide-only">{word}</span>
    </button>
  )
}

function BrandMark() {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect class="brand-plate" width="32" height="32" rx="8" />
      <rect class="brand-ray" x="6" y="8" width="20" height="3.6" rx="1.8" />
      <rect class="brand-ray second" x="10" y="14.2" width="12" height="3.6" rx="1.8" />
      <rect class="brand-ray third" x="17" y="20.4" width="7" height="3.6" rx="1.8" />
    </svg>
  )
}
