import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { AnalyticsFeed, type AnalyticsState as Known } from '../analytics/analytics-feed.ts'
import { DifferenceList } from '../analytics/difference-list.tsx'
import { GroupTable } from '../analytics/group-table.tsx'
import { HeatChart } from '../analytics/heat-chart.tsx'
import { ReadingStrip } from '../analytics/reading-strip.tsx'
import { SetCards } from '../analytics/set-cards.tsx'
import { printCondition, type SetCondition, withCondition } from '../analytics/set-condition.ts'
import type { AnalyticsState } from '../analytics-state.ts'
import { problemText } from '../client.ts'
import { nowSeconds } from '../clock.ts'
import { NotAnswered } from '../control/not-answered.tsx'
import { RangePicker } from '../control/range-picker.tsx'
import { findTypedProblem } from '../filter-box/filter-problem.ts'
import { adjust, navigate } from '../navigation.ts'
import { ageText } from '../number-text.ts'
import { timeParameters } from '../time-window.ts'
import { FilterSearch } from './filter-search.tsx'

type Props = { readonly state: AnalyticsState }

/** Sets of traces, how they spread over time and latency, and what sets them apart. */
export function AnalyticsPage({ state }: Props) {
  const { time, filter } = state
  const round = useSignal(0)
  const isAsked = findTypedProblem(filter) === undefined
  const key = JSON.stringify([timeParameters(time), filter, round.value])
  return (
    <div class="analytics-page">
      <div class="toolbar">
        <h1>Analytics</h1>
        <RangePicker
          time={time}
          onChange={(chosen) => navigate({ ...state, ...withoutTimes(state), time: chosen })}
        />
        <span class="toolbar-space" />
        <button
          type="button"
          class="button"
          onClick={() => {
            round.value++
          }}
        >
          Refresh
        </button>
      </div>
      <FilterSearch
        key={filter}
        filter={filter}
        action="Retrieve"
        onSearch={(text) => navigate({ ...state, filter: text })}
      />
      {isAsked && <Retrieved key={key} state={state} />}
    </div>
  )
}

/** One retrieval and all that is shown of it. */
function Retrieved({ state }: Props) {
  const feed = useMemo(() => new AnalyticsFeed(state.time, state.filter), [])
  useEffect(() => () => feed.stop(), [feed])
  const question = JSON.stringify([conditionTexts(state.a), conditionTexts(state.b), state.by])
  useEffect(() => feed.ask({ a: state.a, b: state.b, by: state.by }), [feed, question])
  const known = feed.state.value
  return (
    <>
      <ReadingStrip known={known} feed={feed} />
      <Problem known={known} feed={feed} />
      <Content state={state} known={known} />
    </>
  )
}

function Problem({ known, feed }: { known: Known; feed: AnalyticsFeed }) {
  const problem = known.progress?.problem
  if (known.failure !== undefined) {
    return (
      <div class="banner problem" role="alert">
        The traces could not be counted: {known.failure}
      </div>
    )
  }
  if (problem === undefined) return null
  return (
    <div class="banner problem" role="alert">
      <span>
        <strong>{problemText(problem)}</strong>{' '}
        {(known.progress?.traces ?? 0) > 0 && 'What you see are the traces read before.'}
      </span>
      <button type="button" class="button small" onClick={() => feed.readOn()}>
        Try again
      </button>
    </div>
  )
}

function Content({ state, known }: Props & { known: Known }) {
  const { view, progress } = known
  if (view === undefined || progress === undefined) return <Skeleton />
  if (view.all.size === 0) {
    if (progress.state === 'reading') return <Skeleton />
    if (progress.problem === undefined) return <NothingFound state={state} />
    return <NotAnswered problem={progress.problem} what="What the traces have in common" />
  }
  const narrow = (conditions: readonly SetCondition[]) => navigate(narrowed(state, conditions))
  return (
    <>
      <SetCards state={state} view={view} />
      <div class="analytics-body">
        <div class="analytics-main">
          <HeatChart
            state={state}
            heat={view.heat}
            readFrom={progress.readFrom}
            onSelect={narrow}
            onLayer={(layer) => adjust({ ...state, layer })}
          />
          <GroupTable
            state={state}
            view={view}
            onKey={(by) => adjust({ ...state, by })}
            onNarrow={(condition) => narrow([condition])}
          />
        </div>
        <DifferenceList state={state} view={view} onNarrow={narrow} />
      </div>
      <p class="freshness as-of">
        Traces as they were {ageText(Math.max(0, nowSeconds() - known.asOf))}
      </p>
    </>
  )
}

/** The active set with more conditions. */
function narrowed(state: AnalyticsState, conditions: readonly SetCondition[]): AnalyticsState {
  if (state.active === 'b' && state.b !== undefined) {
    return { ...state, b: conditions.reduce(withCondition, state.b) }
  }
  return { ...state, a: conditions.reduce(withCondition, state.a) }
}

/** Another range has other times: what was narrowed by time would be empty. */
function withoutTimes({ a, b }: AnalyticsState): Pick<AnalyticsState, 'a' | 'b'> {
  const kept = (set: readonly SetCondition[]) => set.filter(({ kind }) => kind !== 'time')
  return { a: kept(a), b: b && kept(b) }
}

function conditionTexts(set: readonly SetCondition[] | undefined): readonly string[] | undefined {
  return set?.map(printCondition)
}

function NothingFound({ state }: Props) {
  return (
    <section class="notice">
      <h2>No traces in this range{state.filter !== '' && ' match this filter'}</h2>
      <p>Choose a longer range{state.filter !== '' && ', or clear the filter'}.</p>
      <p class="actions">
        <button
          type="button"
          class="button primary"
          onClick={() => navigate({ ...state, time: { kind: 'last', seconds: 604_800 } })}
        >
          Retrieve the last 7 days
        </button>
        <a class="button" href="/traces">
          See traces
        </a>
      </p>
    </section>
  )
}

function Skeleton() {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">Retrieving traces…</span>
      <div class="skeleton-row" />
      <div class="skeleton-row tall" />
      <div class="skeleton-row" />
    </div>
  )
}
