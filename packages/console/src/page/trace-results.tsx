import { secondsFromUnixNanos, type TraceId } from '@fluoroscope/model'
import { analyticsOf } from '../analytics-state.ts'
import { ActivityStrip } from '../chart/activity-strip.tsx'
import { andFilter } from '../chart/layout-histogram.ts'
import { ResponseHistogram } from '../chart/response-histogram.tsx'
import { nowSeconds } from '../clock.ts'
import { NotAnswered } from '../control/not-answered.tsx'
import { adjust, navigate } from '../navigation.ts'
import { ageText, countText, rangeText } from '../number-text.ts'
import { betweenSeconds, lengthText, RANGE_SECONDS, type TimeWindow } from '../time-window.ts'
import type { TraceFeed, TraceFeedState } from '../trace-feed.ts'
import { traceSortText } from '../trace-sort.ts'
import { traceState } from '../trace-state.ts'
import { printUrl, type TracesState } from '../url-state.ts'
import { TraceList } from './trace-list.tsx'
import { TraceTables } from './trace-tables.tsx'

type Props = { readonly state: TracesState; readonly feed: TraceFeed }

/** What was found: over time, by response time, and as a list. */
export function TraceResults({ state, feed }: Props) {
  const known = feed.state.value
  if (known.updated === undefined) {
    return known.problem === undefined ? (
      <Skeleton />
    ) : (
      <NotAnswered problem={known.problem} what="The list of traces" />
    )
  }
  const [first, last] = [known.traces[0], known.traces.at(-1)]
  const endsNow = state.time.kind === 'last'
  // The question reached a little into the future; the picture ends now, or at the newest trace.
  const newest = first === undefined ? 0 : secondsFromUnixNanos(first.start) + 1
  const to = endsNow ? Math.max(known.updated, newest) : known.range.to
  const complete = known.nextToken === undefined
  if (complete && last === undefined) return <NothingFound state={state} known={known} />
  const loadedFrom = complete || last === undefined ? undefined : secondsFromUnixNanos(last.start)
  return (
    <>
      <div class="overview">
        <ActivityStrip
          traces={known.traces}
          range={{ from: known.range.from, to }}
          loadedFrom={loadedFrom}
          endsNow={endsNow}
          onNarrow={({ from, to: end }) => {
            const time = betweenSeconds(from, Math.max(end, from + 1))
            if (time !== undefined) navigate({ ...state, time })
          }}
        />
        <ResponseHistogram
          traces={known.traces}
          onNarrow={(condition) =>
            navigate({ ...state, filter: andFilter(state.filter, condition) })
          }
        />
      </div>
      <TraceTables
        traces={known.traces}
        isComplete={complete}
        isOpen={state.tables}
        analyticsHref={printUrl(analyticsOf(state.filter, state.time))}
        onToggle={(tables) => adjust({ ...state, tables })}
        onNarrow={(condition) => navigate({ ...state, filter: andFilter(state.filter, condition) })}
      />
      {state.compared !== undefined && <ChoosingSecond state={state} first={state.compared} />}
      <TraceList
        traces={known.traces}
        sort={state.sort}
        compared={state.compared}
        onCompare={(compared) => adjust({ ...state, compared })}
        onSort={(sort) => adjust({ ...state, sort })}
      />
      <ListFoot state={state} feed={feed} complete={complete} />
    </>
  )
}

/** What is to be done next, once a trace was chosen to be compared. */
function ChoosingSecond({ state, first }: { state: TracesState; first: TraceId }) {
  return (
    <div class="banner" role="status">
      <span>
        Trace <code title={first}>…{first.slice(-8)}</code> is chosen: choose the one that it is
        compared with.
      </span>
      <button
        type="button"
        class="button small"
        onClick={() => adjust({ ...state, compared: undefined })}
      >
        Leave it
      </button>
    </div>
  )
}

function ListFoot({ state, feed, complete }: Props & { complete: boolean }) {
  const known = feed.state.value
  const count = countText(known.traces.length, 'trace')
  const isSorted = traceSortText(state.sort) !== ''
  return (
    <div class="list-foot">
      <span>
        {complete ? `${count}, all ${windowText(state.time)}` : `${count} shown, older ones exist`}
        {!complete && isSorted && '; sorted among those shown'}
      </span>
      {!complete && <LoadButtons feed={feed} />}
    </div>
  )
}

function LoadButtons({ feed }: { feed: TraceFeed }) {
  const { loadingAll, loadingMore, traces } = feed.state.value
  if (loadingAll) {
    return (
      <>
        <span role="status">{countText(traces.length, 'trace')} so far…</span>
        <button type="button" class="button" onClick={() => feed.stopLoading()}>
          Stop
        </button>
      </>
    )
  }
  return (
    <>
      <button
        type="button"
        class="button"
        disabled={loadingMore}
        onClick={() => void feed.loadMore()}
      >
        {loadingMore ? 'Loading…' : 'Load more'}
      </button>
      <button type="button" class="button" onClick={() => void feed.loadAll()}>
        Load all
      </button>
    </>
  )
}

function windowText(time: TimeWindow): string {
  return time.kind === 'last'
    ? `of the last ${lengthText(time.seconds)}`
    : `of ${rangeText(time.from, time.to)}`
}

function NothingFound({ state, known }: Pick<Props, 'state'> & { known: TraceFeedState }) {
  const { earlier } = known
  const isFiltered = state.filter.trim() !== ''
  const newest = earlier === 'nothing' || earlier === 'not-asked' ? undefined : earlier
  const age = newest === undefined ? 0 : nowSeconds() - secondsFromUnixNanos(newest.start)
  const wider = widerThan(state.time, age)
  return (
    <section class="notice">
      <h2>
        No traces {windowText(state.time)}
        {isFiltered && ' match this filter'}
      </h2>
      {newest !== undefined && (
        <p>
          The newest one started {ageText(Math.max(0, age))}.
          {state.live && ' New ones appear here by themselves.'}
        </p>
      )}
      <p class="actions">
        {newest !== undefined && (
          <a class="button primary" href={printUrl(traceState(newest.id))}>
            Open the newest trace
          </a>
        )}
        {isFiltered && (
          <a class="button primary" href={printUrl({ ...state, filter: '' })}>
            Clear the filter
          </a>
        )}
        {wider !== undefined && (
          <a class="button" href={printUrl({ ...state, time: { kind: 'last', seconds: wider } })}>
            Show the last {lengthText(wider)}
          </a>
        )}
      </p>
    </section>
  )
}

/** The next longer length that reaches back over `age` seconds. */
function widerThan(time: TimeWindow, age: number): number | undefined {
  const length = time.kind === 'last' ? time.seconds : time.to - time.from
  return RANGE_SECONDS.find((seconds) => seconds > Math.max(age, length))
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
