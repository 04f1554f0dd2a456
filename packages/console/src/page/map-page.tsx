import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { problemText, type TimeRange } from '../client.ts'
import { NotAnswered } from '../control/not-answered.tsx'
import { GraphFeed, type GraphFeedState } from '../graph-feed.ts'
import type { MapState } from '../map-state.ts'
import { navigate } from '../navigation.ts'
import { MapToolbar } from '../service-graph/map-toolbar.tsx'
import { MapView } from '../service-graph/map-view.tsx'
import { type DrawnGraph, followBundles, useDrawnGraph } from '../service-graph/use-drawn-graph.ts'
import { timeParameters } from '../time-window.ts'

type Props = { readonly state: MapState }

/** Services and who calls whom, in a window of time. */
export function MapPage({ state }: Props) {
  const timeKey = String(timeParameters(state.time))
  const feed = useMemo(
    () => new GraphFeed(state.time, state.group, state.live),
    [timeKey, state.group],
  )
  useEffect(() => {
    feed.start()
    return () => feed.stop()
  }, [feed])
  useEffect(() => feed.setLive(state.live), [feed, state.live])
  const finder = useRef<HTMLInputElement>(null)
  const find = useSignal('')
  const known = feed.state.value
  const earlier = useComparedGraph(state, timeKey)
  const drawn = useDrawnGraph(state, known.graph, earlier?.graph)
  return (
    <div class="map-page">
      <MapToolbar
        state={state}
        feed={feed}
        find={find}
        finder={finder}
        nodes={drawn?.graph.nodes ?? []}
      />
      {known.problem !== undefined && (
        <div class="banner problem" role="alert">
          <span>
            <strong>{problemText(known.problem)}</strong>{' '}
            {known.graph === undefined ? '' : 'What you see is what was known before. '}
            {known.problem.kind === 'refused' && known.problem.status < 500
              ? ''
              : 'Trying again by itself.'}
          </span>
          <button type="button" class="button small" onClick={() => void feed.refresh()}>
            Try now
          </button>
        </div>
      )}
      {earlier?.problem !== undefined && (
        <div class="banner problem" role="alert">
          The other time could not be compared with: {problemText(earlier.problem)}
        </div>
      )}
      <Content
        state={state}
        known={known}
        drawn={drawn}
        comparedRange={earlier?.asked}
        find={find.value}
        onFind={() => finder.current?.focus()}
      />
    </div>
  )
}

/** The graph that the map is compared with; undefined while there is no comparison. */
function useComparedGraph(state: MapState, timeKey: string): GraphFeedState | undefined {
  const { time, group, compared, live } = state
  const comparedKey = JSON.stringify(compared)
  const feed = useMemo(() => {
    if (compared === undefined) return undefined
    return compared.kind === 'before'
      ? new GraphFeed(time, group, live, compared.seconds)
      : new GraphFeed(compared, group, live)
  }, [timeKey, group, comparedKey])
  useEffect(() => {
    feed?.start()
    return () => feed?.stop()
  }, [feed])
  useEffect(() => feed?.setLive(live), [feed, live])
  return feed?.state.value
}

type ContentProps = Props & {
  readonly known: GraphFeedState
  readonly drawn: DrawnGraph | undefined
  readonly comparedRange: TimeRange | undefined
  readonly find: string
  readonly onFind: () => void
}

function Content({ state, known, drawn, comparedRange, find, onFind }: ContentProps) {
  const { asked } = known
  if (drawn === undefined || asked === undefined) {
    return known.problem === undefined ? (
      <p class="map-loading" role="status">
        Loading the service map…
      </p>
    ) : (
      <NotAnswered problem={known.problem} what="The map" />
    )
  }
  if (drawn.graph.nodes.length === 0) return <NoServices state={state} />
  return (
    <MapView
      state={followBundles(state, drawn)}
      drawn={drawn}
      known={known}
      range={asked}
      comparedRange={comparedRange ?? asked}
      find={find}
      onFind={onFind}
    />
  )
}

function NoServices({ state }: Props) {
  return (
    <section class="notice">
      <h2>No services in this range{state.group === undefined ? '' : ' and group'}</h2>
      <p>The map is made of the traces that started in the range. None did.</p>
      <p class="actions">
        {state.group !== undefined && (
          <button
            type="button"
            class="button primary"
            onClick={() => navigate({ ...state, group: undefined })}
          >
            Show all groups
          </button>
        )}
        <button
          type="button"
          class="button"
          onClick={() => navigate({ ...state, time: { kind: 'last', seconds: 604_800 } })}
        >
          Show the last 7 days
        </button>
        <a class="button" href="/traces">
          See traces
        </a>
      </p>
    </section>
  )
}
