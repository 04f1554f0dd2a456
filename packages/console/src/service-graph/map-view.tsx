import type { Outcome } from '@fluoroscope/model'
import { useMemo } from 'preact/hooks'
import type { MapEdge, MapNode, ReceivedGraph } from '../answer/service-graph.ts'
import type { GraphFeedState } from '../graph-feed.ts'
import { adjust, navigate } from '../navigation.ts'
import type { MapState } from '../url-state.ts'
import { ChangeList } from './change-list.tsx'
import type { GraphDiff } from './diff-graph.ts'
import type { MapAction } from './map-keys.ts'
import { MapLegend } from './map-legend.tsx'
import { largestText, metricShades } from './map-metric.ts'
import { MapPanel } from './map-panel.tsx'
import { composePicture, numbersText, radiiOf } from './map-picture.ts'
import { scaleOf } from './map-scale.ts'
import { MapTable } from './map-table.tsx'
import { findNodes, focusOn, problemsFirst } from './select-graph.ts'
import type { Selection } from './selection.ts'
import { ServiceMap } from './service-map.tsx'
import { stepAlong } from './step-along.ts'
import { TimeScrubber } from './time-scrubber.tsx'
import { tracesAddress } from './trace-filter.ts'
import { TruthStrip } from './truth-strip.tsx'
import { useLayout } from './use-layout.ts'

type Props = {
  readonly state: MapState
  /** Where another window is compared with, what was in either of them. */
  readonly graph: ReceivedGraph
  readonly changes: GraphDiff['changes'] | undefined
  readonly known: GraphFeedState
  readonly minutes: number
  readonly find: string
  readonly onFind: () => void
}

/** The map or its list, with what is selected, what changed, and what it rests on. */
export function MapView(props: Props) {
  const { state, graph, changes, known, minutes, find, onFind } = props
  const { selected, depth, all, direction, metric } = state
  const selection = useMemo(() => selectionOf(graph, selected), [graph, selected])
  const focus = selection?.kind === 'node' ? depth : 0
  // Without focus the selection does not decide what is shown, so that the picture stays.
  const centre = focus > 0 ? selected : undefined
  const shown = useMemo(() => {
    if (centre !== undefined) return focusOn(graph, centre, focus, direction)
    return all ? { ...graph, hidden: 0 } : problemsFirst(graph, undefined)
  }, [graph, centre, focus, all, direction])
  const scale = useMemo(() => scaleOf(graph.nodes, graph.edges), [graph])
  const radii = useMemo(() => radiiOf(shown.nodes, scale), [shown, scale])
  const viewKey = JSON.stringify([state.group ?? null, centre ?? null, focus, direction, all])
  const { layout, problem, viewKey: layoutKey } = useLayout(shown, radii, viewKey)
  const calls = useMemo(() => graph.edges.filter(({ type }) => type === 'call'), [graph])
  const picture = useMemo(() => {
    const ofNode = metricShades(metric, graph.nodes, minutes)
    const ofCall = metricShades(metric, calls, minutes)
    const shadeOf = (part: MapNode | MapEdge) => ('from' in part ? ofCall(part) : ofNode(part))
    return composePicture(shown, layout, scale, minutes, { shadeOf, changes })
  }, [shown, layout, scale, minutes, metric, changes])
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
  const hasPanel = selection !== undefined || changes !== undefined
  return (
    <>
      {problem !== undefined && (
        <div class="banner problem" role="alert">
          The map could not be laid out: {problem}
        </div>
      )}
      <div class={hasPanel ? 'map-body with-panel' : 'map-body'}>
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
            <MapLegend
              scale={scale}
              minutes={minutes}
              metric={metric}
              largest={largestText(metric, graph.nodes, minutes)}
              isDiff={changes !== undefined}
            />
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
            partChange={changes?.get(selected ?? '')}
          />
        )}
        {selection === undefined && changes !== undefined && (
          <ChangeList diff={{ graph, changes }} state={state} />
        )}
      </div>
      {known.asked !== undefined && <TimeScrubber state={state} range={known.asked} />}
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
