import type { Outcome } from '@fluoroscope/model'
import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { MapNode, ReceivedGraph } from '../answer/service-graph.ts'
import { problemText } from '../client.ts'
import { GraphFeed, type GraphFeedState } from '../graph-feed.ts'
import { adjust, navigate } from '../navigation.ts'
import type { MapAction } from '../service-graph/map-keys.ts'
import { MapLegend } from '../service-graph/map-legend.tsx'
import { MapPanel } from '../service-graph/map-panel.tsx'
import { composePicture, numbersText, radiiOf } from '../service-graph/map-picture.ts'
import { scaleOf } from '../service-graph/map-scale.ts'
import { MapTable } from '../service-graph/map-table.tsx'
import { MapToolbar } from '../service-graph/map-toolbar.tsx'
import { findNodes, focusOn, problemsFirst } from '../service-graph/select-graph.ts'
import type { Selection } from '../service-graph/selection.ts'
import { ServiceMap } from '../service-graph/service-map.tsx'
import { stepAlong } from '../service-graph/step-along.ts'
import { tracesAddress } from '../service-graph/trace-filter.ts'
import { TruthStrip } from '../service-graph/truth-strip.tsx'
import { useLayout } from '../service-graph/use-layout.ts'
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
      <Content
        state={state}
        known={known}
        find={find.value}
        onFind={() => finder.current?.focus()}
      />
    </div>
  )
}

type ContentProps = Props & {
  readonly known: GraphFeedState
  readonly find: string
  readonly onFind: () => void
}

function Content({ state, known, find, onFind }: ContentProps) {
  const { graph, asked } = known
  if (graph === undefined || asked === undefined) {
    return known.problem === undefined ? (
      <p class="map-loading" role="status">
        Loading the service map…
      </p>
    ) : null
  }
  if (graph.nodes.length === 0) return <NoServices state={state} />
  const minutes = (asked.to - asked.from) / 60
  return (
    <MapView
      state={state}
      graph={graph}
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

type MapProps = Omit<ContentProps, 'known'> & {
  readonly graph: ReceivedGraph
  readonly known: GraphFeedState
  readonly minutes: number
}

function MapView({ state, graph, known, minutes, find, onFind }: MapProps) {
  const { selected, depth, all } = state
  const selection = useMemo(() => selectionOf(graph, selected), [graph, selected])
  const focus = selection?.kind === 'node' ? depth : 0
  // Without focus the selection does not decide what is shown, so that the picture stays.
  const centre = focus > 0 ? selected : undefined
  const shown = useMemo(() => {
    if (centre !== undefined) return focusOn(graph, centre, focus)
    return all ? { ...graph, hidden: 0 } : problemsFirst(graph, undefined)
  }, [graph, centre, focus, all])
  const scale = useMemo(() => scaleOf(graph.nodes, graph.edges), [graph])
  const radii = useMemo(() => radiiOf(shown.nodes, scale), [shown, scale])
  const viewKey = JSON.stringify([state.group ?? null, centre ?? null, focus, all])
  const { layout, problem, viewKey: layoutKey } = useLayout(shown, radii, viewKey)
  const picture = useMemo(
    () => composePicture(shown, layout, scale, minutes),
    [shown, layout, scale, minutes],
  )
  const emphasis = useMemo(
    () => ({ selected, found: new Set(findNodes(shown.nodes, find)) }),
    [selected, find, shown],
  )
  const change = (part: Partial<MapState>) => navigate(withoutStale(state, part))
  const onAction = (action: MapAction) => {
    if (action.kind === 'find') onFind()
    else if (action.kind === 'out') stepOut(state)
    else if (action.kind === 'focus' && selection?.kind === 'node') {
      change({ depth: depth === 0 ? 1 : 0 })
    } else if (action.kind === 'step') {
      const next = stepAlong(shown.edges, layout.places, selected, action.direction)
      if (next !== undefined) adjust({ ...withoutStale(state, { selected: next }), depth })
    }
  }
  const tracesHref = (outcome: Outcome | undefined) =>
    selection === undefined ? '/traces' : tracesAddress(selection, state, outcome)
  return (
    <>
      {problem !== undefined && (
        <div class="banner problem" role="alert">
          The map could not be laid out: {problem}
        </div>
      )}
      <div class={selection === undefined ? 'map-body' : 'map-body with-panel'}>
        {state.view === 'list' ? (
          <MapTable nodes={shown.nodes} state={state} minutes={minutes} />
        ) : (
          <div class="map-stage">
            <ServiceMap
              picture={picture}
              layout={layout}
              radii={radii}
              emphasis={emphasis}
              viewKey={layoutKey}
              centred={find === '' ? undefined : selected}
              summary={`Service map: ${shown.nodes.length} services, ${shown.edges.length} calls. Arrow keys follow calls.`}
              spoken={spokenText(selection, minutes)}
              onSelect={(id) => change({ selected: id })}
              onAction={onAction}
            />
            <MapLegend scale={scale} minutes={minutes} />
          </div>
        )}
        {selection !== undefined && (
          <MapPanel
            selection={selection}
            state={state}
            minutes={minutes}
            range={known.asked ?? { from: 0, to: 0 }}
            tracesHref={tracesHref}
            onChange={change}
          />
        )}
      </div>
      <TruthStrip
        graph={graph}
        known={known}
        shown={shown}
        state={state}
        isStale={known.problem !== undefined}
      />
    </>
  )
}

/** A change of the selection takes back what was chosen on the one before. */
function withoutStale(state: MapState, change: Partial<MapState>): MapState {
  const isOther = 'selected' in change && change.selected !== state.selected
  const fresh = isOther ? { response: undefined, depth: 0 } : {}
  return { ...state, ...fresh, ...change }
}

/** One step back: first the brushed times, then the focus, then the selection. */
function stepOut(state: MapState): void {
  if (state.response !== undefined) navigate({ ...state, response: undefined })
  else if (state.depth > 0) navigate({ ...state, depth: 0 })
  else if (state.selected !== undefined) navigate({ ...state, selected: undefined })
}

function selectionOf(graph: ReceivedGraph, id: string | undefined): Selection | undefined {
  const byId = (wanted: string): MapNode | undefined =>
    graph.nodes.find((node) => node.id === wanted)
  const node = id === undefined ? undefined : byId(id)
  if (node !== undefined) return { kind: 'node', node }
  const edge = graph.edges.find((candidate) => candidate.id === id)
  const [from, to] = edge === undefined ? [] : [byId(edge.from), byId(edge.to)]
  if (edge === undefined || from === undefined || to === undefined) return undefined
  return { kind: 'edge', edge, from, to }
}

function spokenText(selection: Selection | undefined, minutes: number): string {
  if (selection === undefined) return ''
  if (selection.kind === 'node') {
    return `${selection.node.key.name}, ${numbersText(selection.node, minutes)}`
  }
  const { edge, from, to } = selection
  return `Call from ${from.key.name} to ${to.key.name}, ${numbersText(edge, minutes)}`
}
