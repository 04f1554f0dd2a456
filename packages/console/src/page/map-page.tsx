import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { problemText } from '../client.ts'
import { GraphFeed, type GraphFeedState } from '../graph-feed.ts'
import { navigate } from '../navigation.ts'
import { diffGraphs, type GraphDiff } from '../service-graph/diff-graph.ts'
import { MapToolbar } from '../service-graph/map-toolbar.tsx'
import { MapView } from '../service-graph/map-view.tsx'
import { timeParameters } from '../time-window.ts'
import type { MapState } from '../url-state.ts'

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
  const earlier = useGraphBefore(state, timeKey)
  const diff = useMemo(
    () => known.graph && earlier?.graph && diffGraphs(known.graph, earlier.graph),
    [known.graph, earlier?.graph],
  )
  return (
    <div class="map-page">
      <MapToolbar
        state={state}
        feed={feed}
        find={find}
        finder={finder}
        nodes={known.graph?.nodes ?? []}
      />
      {known.problem !== undefined && (
        <div class="banner problem" role="alert">
          <span>
            <strong>{problemText(known.problem)}</strong>{' '}
            {known.graph === undefined ? '' : 'What you see is what was known before.'}
          </span>
          <button type="button" class="button small" onClick={() => void feed.refresh()}>
            Try now
          </button>
        </div>
      )}
      {state.before !== undefined && earlier?.problem !== undefined && (
        <div class="banner problem" role="alert">
          The time before could not be compared with: {problemText(earlier.problem)}
        </div>
      )}
      <Content
        state={state}
        known={known}
        diff={diff}
        find={find.value}
        onFind={() => finder.current?.focus()}
      />
    </div>
  )
}

/** The graph that the map is compared with; undefined while there is no comparison. */
function useGraphBefore(state: MapState, timeKey: string): GraphFeedState | undefined {
  const { time, group, before, live } = state
  const feed = useMemo(
    () => (before === undefined ? undefined : new GraphFeed(time, group, live, before)),
    [timeKey, group, before],
  )
  useEffect(() => {
    feed?.start()
    return () => feed?.stop()
  }, [feed])
  useEffect(() => feed?.setLive(live), [feed, live])
  return feed?.state.value
}

type ContentProps = Props & {
  readonly known: GraphFeedState
  readonly diff: GraphDiff | undefined
  readonly find: string
  readonly onFind: () => void
}

function Content({ state, known, diff, find, onFind }: ContentProps) {
  const { graph, asked } = known
  if (graph === undefined || asked === undefined) {
    return known.problem === undefined ? (
      <p class="map-loading" role="status">
        Loading the service map…
      </p>
    ) : null
  }
  if ((diff?.graph ?? graph).nodes.length === 0) return <NoServices state={state} />
  const minutes = (asked.to - asked.from) / 60
  return (
    <MapView
      state={state}
      graph={diff?.graph ?? graph}
      changes={diff?.changes}
      known={known}
      minutes={minutes}
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
