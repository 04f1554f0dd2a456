import { secondsFromUnixNanos } from '@fluoroscope/model'
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { ActivityStrip } from '../chart/activity-strip.tsx'
import { problemText } from '../client.ts'
import { nowSeconds } from '../clock.ts'
import { adjust, navigate } from '../navigation.ts'
import { ageText, countText } from '../number-text.ts'
import { TraceFeed, type TraceFeedState } from '../trace-feed.ts'
import { printUrl, RANGE_NAMES, RANGES, traceState, type UrlState } from '../url-state.ts'
import { StartPage } from './start-page.tsx'
import { TraceList } from './trace-list.tsx'

type Props = { readonly state: Extract<UrlState, { page: 'traces' }> }

/** Recent traces; while the store holds none, how to send the first. */
export function TracesPage({ state }: Props) {
  const feed = useMemo(() => new TraceFeed(RANGES[state.range], state.live), [state.range])
  useEffect(() => {
    feed.start()
    return () => feed.stop()
  }, [feed])
  useEffect(() => feed.setLive(state.live), [feed, state.live])
  const wasEmpty = useSignal(false)
  const known = feed.state.value
  const empty = known.earlier === 'nothing'
  useEffect(() => {
    if (empty) wasEmpty.value = true
  }, [empty, wasEmpty])
  if (empty) return <StartPage problem={known.problem} />
  return (
    <div class="traces-page">
      <Toolbar state={state} feed={feed} />
      <ProblemBanner known={known} feed={feed} />
      {wasEmpty.value && <Arrival known={known} />}
      <Content state={state} feed={feed} />
    </div>
  )
}

function Toolbar({ state, feed }: Props & { feed: TraceFeed }) {
  return (
    <div class="toolbar">
      <h1>Traces</h1>
      <fieldset class="segmented">
        <legend class="visually-hidden">Time range</legend>
        {RANGE_NAMES.map((range) => (
          <label key={range}>
            <input
              type="radio"
              name="range"
              value={range}
              checked={range === state.range}
              onChange={() => navigate({ ...state, range })}
            />
            <span>{range}</span>
          </label>
        ))}
      </fieldset>
      <span class="toolbar-space" />
      <Freshness feed={feed} live={state.live} />
      <button
        type="button"
        class="button"
        aria-pressed={state.live}
        onClick={() => adjust({ ...state, live: !state.live })}
      >
        <span class={state.live ? 'live-dot on' : 'live-dot'} aria-hidden="true" /> Live
      </button>
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
  if (known.problem === undefined) return null
  return (
    <div class="banner problem" role="alert">
      <span>
        <strong>{problemText(known.problem)}</strong>{' '}
        {known.updated === undefined
          ? 'Trying again by itself.'
          : 'What you see is what was known before; trying again by itself.'}
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

function Content({ state, feed }: Props & { feed: TraceFeed }) {
  const known = feed.state.value
  if (known.updated === undefined) return known.problem === undefined ? <Skeleton /> : null
  const [first, last] = [known.traces[0], known.traces.at(-1)]
  // The question reached a little into the future; the picture ends now, or at the newest trace.
  const newest = first === undefined ? 0 : secondsFromUnixNanos(first.start) + 1
  const shown = { from: known.range.from, to: Math.max(known.updated, newest) }
  const complete = known.nextToken === undefined
  if (complete && last === undefined) return <NothingInRange state={state} known={known} />
  const loadedFrom = complete || last === undefined ? undefined : secondsFromUnixNanos(last.start)
  return (
    <>
      <ActivityStrip traces={known.traces} range={shown} loadedFrom={loadedFrom} />
      <TraceList traces={known.traces} />
      <div class="list-foot">
        <span>
          {complete
            ? `${countText(known.traces.length, 'trace')}, all of the last ${state.range}`
            : `${countText(known.traces.length, 'trace')} shown, older ones exist`}
        </span>
        {!complete && (
          <button
            type="button"
            class="button"
            disabled={known.loadingMore}
            onClick={() => void feed.loadMore()}
          >
            {known.loadingMore ? 'Loading…' : 'Load more'}
          </button>
        )}
      </div>
    </>
  )
}

function NothingInRange({ state, known }: Props & { known: TraceFeedState }) {
  const { earlier } = known
  if (earlier === 'nothing' || earlier === 'not-asked') {
    return (
      <section class="notice">
        <h2>No traces in the last {state.range}</h2>
      </section>
    )
  }
  const age = nowSeconds() - secondsFromUnixNanos(earlier.start)
  const wider = RANGE_NAMES.find((name) => RANGES[name] > age)
  return (
    <section class="notice">
      <h2>No traces in the last {state.range}</h2>
      <p>
        The newest one started {ageText(Math.max(0, age))}.
        {state.live && ' New ones appear here by themselves.'}
      </p>
      <p class="actions">
        <a class="button primary" href={printUrl(traceState(earlier.id))}>
          Open the newest trace
        </a>
        {wider !== undefined && (
          <a class="button" href={printUrl({ ...state, range: wider })}>
            Show the last {wider}
          </a>
        )}
      </p>
    </section>
  )
}

const SKELETON_ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

function Skeleton() {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">Loading traces…</span>
      {SKELETON_ROWS.map((row) => (
        <div key={row} class="skeleton-row" />
      ))}
    </div>
  )
}
