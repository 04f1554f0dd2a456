import { useMemo } from 'preact/hooks'
import {
  countServices,
  type MapEdge,
  type MapNode,
  type ReceivedGraph,
} from '../answer/service-graph.ts'
import type { TimeRange } from '../client.ts'
import type { GraphFeedState } from '../graph-feed.ts'
import type { MapState } from '../map-state.ts'
import { adjust, navigate } from '../navigation.ts'
import { countText } from '../number-text.ts'
import { usePageCommands } from '../page-commands.ts'
import { ChangeList } from './change-list.tsx'
import type { FoundPaths } from './find-paths.ts'
import { mapCommands, stateAfter, withoutStale } from './map-commands.ts'
import type { MapAction } from './map-keys.ts'
import { MapLegend } from './map-legend.tsx'
import { largestText, metricShades } from './map-metric.ts'
import { MapPanel } from './map-panel.tsx'
import { composePicture, numbersText, radiiOf } from './map-picture.ts'
import { scaleOf } from './map-scale.ts'
import { MapTable } from './map-table.tsx'
import { fullName } from './node-kind.ts'
import { PathList } from './path-list.tsx'
import { findNodes } from './select-graph.ts'
import type { Selection } from './selection.ts'
import { ServiceMap } from './service-map.tsx'
import { stepAlong } from './step-along.ts'
import { TimeScrubber } from './time-scrubber.tsx'
import { TruthStrip } from './truth-strip.tsx'
import type { DrawnGraph } from './use-drawn-graph.ts'
import { useLayout } from './use-layout.ts'
import { useShownGraph } from './use-shown-graph.ts'

type Props = {
  readonly state: MapState
  readonly drawn: DrawnGraph
  readonly known: GraphFeedState
  /** What the map was asked for, and what it is compared with. */
  readonly range: TimeRange
  readonly comparedRange: TimeRange
  readonly find: string
  readonly onFind: () => void
}

/** The map or its list, with what is selected, what changed, and what it rests on. */
export function MapView(props: Props) {
  const { state, drawn, known, range, find, onFind } = props
  const { graph, changes } = drawn
  const { selected, depth, metric } = state
  const minutes = (range.to - range.from) / 60
  const selection = useMemo(() => selectionOf(graph, selected), [graph, selected])
  const { shown, found, viewKey } = useShownGraph(graph, state, selection)
  const scale = useMemo(() => scaleOf(graph.nodes, graph.edges), [graph])
  const radii = useMemo(() => radiiOf(shown.nodes, scale), [shown, scale])
  const {
    layout,
    problem,
    isBusy,
    viewKey: layoutKey,
  } = useLayout(shown, radii, viewKey, state.flow)
  const calls = useMemo(() => graph.edges.filter(({ type }) => type === 'call'), [graph])
  const picture = useMemo(() => {
    const ofNode = metricShades(metric, graph.nodes, minutes)
    const ofCall = metricShades(metric, calls, minutes)
    const shadeOf = (part: MapNode | MapEdge) => ('from' in part ? ofCall(part) : ofNode(part))
    return composePicture(shown, layout, scale, minutes, { shadeOf, changes })
  }, [shown, layout, scale, minutes, metric, changes])
  const path = found?.paths[(state.paths?.chosen ?? 0) - 1]
  const emphasis = useMemo(
    () => ({
      selected,
      found: new Set(findNodes(shown.nodes, find)),
      path: path && new Set([...path.nodes, ...path.edges.map(({ id }) => id)]),
    }),
    [selected, find, shown, path],
  )
  const change = (part: Partial<MapState>) => navigate(withoutStale(state, part))
  usePageCommands(() => mapCommands({ state, drawn, selection, change }))
  const onAction = (action: MapAction) => {
    if (action.kind === 'find') onFind()
    else if (action.kind === 'step') {
      const next = stepAlong(shown.edges, layout, selected, action.direction)
      if (next !== undefined) adjust({ ...withoutStale(state, { selected: next }), depth })
    } else {
      const next = stateAfter(action.kind, state, drawn, selection)
      if (next !== undefined) navigate(next)
    }
  }
  const hasPanel = selection !== undefined || changes !== undefined || state.paths !== undefined
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
              isBusy={isBusy}
              centred={find === '' ? undefined : selected}
              summary={`Service map: ${countText(countServices(shown.nodes), 'service')}, ${countText(shown.edges.length, 'call')}. Arrow keys follow calls.`}
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
        <SidePanel
          {...props}
          selection={selection}
          found={found}
          minutes={minutes}
          onChange={change}
        />
      </div>
      <TimeScrubber state={state} range={range} />
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

type SidePanelProps = Props & {
  readonly selection: Selection | undefined
  readonly found: FoundPaths | undefined
  readonly minutes: number
  readonly onChange: (change: Partial<MapState>) => void
}

/** What is selected, else the paths, else what changed. */
function SidePanel(props: SidePanelProps) {
  const { state, drawn, range, comparedRange, selection, found, minutes, onChange } = props
  const { graph, changes, bundles } = drawn
  const windows = { range, comparedRange }
  if (selection !== undefined) {
    return (
      <MapPanel
        selection={selection}
        state={state}
        bundles={bundles}
        minutes={minutes}
        windows={windows}
        onChange={onChange}
        partChange={changes?.get(state.selected ?? '')}
      />
    )
  }
  if (state.paths !== undefined) {
    return (
      <PathList
        nodes={graph.nodes}
        choice={state.paths}
        found={found}
        minutes={minutes}
        onChange={onChange}
      />
    )
  }
  if (changes === undefined) return null
  return <ChangeList diff={{ graph, changes }} state={state} windows={windows} />
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
    return `${fullName(selection.node)}, ${numbersText(selection.node, minutes)}`
  }
  const { edge, from, to } = selection
  return `Call from ${fullName(from)} to ${fullName(to)}, ${numbersText(edge, minutes)}`
}
