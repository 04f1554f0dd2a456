import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { problemText } from '../client.ts'
import { nowSeconds } from '../clock.ts'
import { LiveButton } from '../control/live-button.tsx'
import { RangePicker } from '../control/range-picker.tsx'
import { findTypedProblem } from '../filter-box/filter-problem.ts'
import { adjust, navigate } from '../navigation.ts'
import { ageText } from '../number-text.ts'
import { TraceFeed, type TraceFeedState } from '../trace-feed.ts'
import { traceState } from '../trace-state.ts'
import { printUrl, type TracesState } from '../url-state.ts'
import { FilterSearch } from './filter-search.tsx'
import { StartPage } from './start-page.tsx'
import { TraceResults } from './trace-results.tsx'

type Props = { readonly state: TracesState }

/** Traces by time and filter; while the store holds none, how to send the first. */
export function TracesPage({ state }: Props) {
  const { time, filter } = state
  const feed = useMemo(() => new TraceFeed(time, filter, state.live), [time, filter])
  // A text that is no filter expression is not asked: the field says what is wrong.
  const isAsked = useMemo(() => findTypedProblem(filter) === undefined, [filter])
  useEffect(() => {
    if (!isAsked) return
    feed.start()
    return () => feed.stop()
  }, [feed, isAsked])
  useEffect(() => feed.setLive(state.live), [feed, state.live])
  const wasEmpty = useSignal(false)
  const known = feed.state.value
  const empty = known.earlier === 'nothing'
  useEffect(() => {
    if (empty) wasEmpty.value = true
  }, [empty, wasEmpty])
  if (empty) return <StartPage watch={{ problem: known.problem }} />
  return (
    <div class="traces-page">
      <Toolbar state={state} feed={feed} />
      <FilterSearch
        key={filter}
        filter={filter}
        action="Search"
        onSearch={(text) => navigate({ ...state, filter: text })}
      />
      <ProblemBanner known={known} feed={feed} />
      {wasEmpty.value && <Arrival known={known} />}
      {isAsked ? <TraceResults state={state} feed={feed} /> : <NotAsked />}
    </div>
  )
}

function Toolbar({ state, feed }: Props & { feed: TraceFeed }) {
  const canFollow = state.time.kind === 'last'
  return (
    <div class="toolbar">
      <h1>Traces</h1>
      <RangePicker time={state.time} onChange={(time) => navigate({ ...state, time })} />
      <span class="toolbar-space" />
      <Freshness feed={feed} live={state.live && canFollow} />
      {canFollow && (
        <LiveButton isLive={state.live} onChange={(live) => adjust({ ...state, live })} />
      )}
      <button type="button" class="button" onClick={() => void feed.refresh()}>
        Refresh
      </button>
    </div>
  )
}

function Freshness({ feed, live }: { feed: TraceFeed; live: boolean }) {
  const { updated } = feed.state.value
  if (updated === undefined) return null
  const age = ageText(Math.max(0, nowSeconds() - updated))
  return <span class="freshness">{live ? `updated ${age}` : `as of ${age}`}</span>
}

function ProblemBanner({ known, feed }: { known: TraceFeedState; feed: TraceFeed }) {
  const { problem, updated } = known
  if (problem === undefined) return null
  const isFinal = problem.kind === 'refused' && problem.status < 500
  const before = updated === undefined ? '' : 'What you see is what was known before. '
  return (
    <div class="banner problem" role="alert">
      <span>
        <strong>{problemText(problem)}</strong> {before}
        {isFinal ? '' : 'Trying again by itself.'}
      </span>
      <button type="button" class="button small" onClick={() => void feed.refresh()}>
        Try now
      </button>
    </div>
  )
}

/** Said once, when the store that was empty has its first trace. */
function Arrival({ known }: { known: TraceFeedState }) {
  const first = known.traces.at(-1)
  if (first === undefined) return null
  return (
    <output class="banner arrival">
      <span>
        <strong>Your first trace has arrived.</strong> From{' '}
        {first.entryPoint?.name ?? 'an unknown service'}.
      </span>
      <a class="button small primary" href={printUrl(traceState(first.id))}>
        Open it
      </a>
    </output>
  )
}

function NotAsked() {
  return (
    <section class="notice">
      <h2>This filter cannot be read</h2>
      <p>The place and what was expected there stand below the search field.</p>
    </section>
  )
}
