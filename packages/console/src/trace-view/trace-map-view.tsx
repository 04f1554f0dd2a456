import type { TraceId } from '@fluoroscope/model'
import { useMemo, useState } from 'preact/hooks'
import {
  type MapEdge,
  type MapNode,
  type ReceivedGraph,
  readServiceGraph,
  totalOf,
} from '../answer/service-graph.ts'
import { ask, problemText } from '../client.ts'
import { countText, durationText } from '../number-text.ts'
import { composePicture, type MapPicture, radiiOf } from '../service-graph/map-picture.ts'
import { meanNanos, scaleOf } from '../service-graph/map-scale.ts'
import { ServiceMap } from '../service-graph/service-map.tsx'
import { useLayout } from '../service-graph/use-layout.ts'
import { useAnswer } from './use-answer.ts'
import type { ViewProps } from './view-props.ts'

/** The services of this trace and how they called each other. */
export function TraceMapView(props: ViewProps) {
  const { state, picture } = props
  const answer = useAnswer(
    () => ask('/TraceGraph', { TraceIds: [state.id] }, readServiceGraph),
    [state.id, picture],
  )
  if (answer === undefined) {
    return (
      <p class="notice" role="status">
        Loading the map…
      </p>
    )
  }
  if (!answer.ok) {
    return (
      <p class="banner problem" role="alert">
        {problemText(answer.problem)}
      </p>
    )
  }
  return <TraceMap {...props} id={state.id} graph={answer.value} />
}

/** The colours are those of outcomes, and nothing is compared. */
const NO_MARKS = { shadeOf: () => undefined, changes: undefined }

function TraceMap({ graph, id, onState }: ViewProps & { id: TraceId; graph: ReceivedGraph }) {
  const [selected, setSelected] = useState<string | undefined>(undefined)
  const scale = useMemo(() => scaleOf(graph.nodes, graph.edges), [graph])
  const radii = useMemo(() => radiiOf(graph.nodes, scale), [graph, scale])
  const { layout, isBusy } = useLayout(graph, radii, 'trace')
  const map = useMemo(
    () => withCounts(composePicture(graph, layout, scale, 1, NO_MARKS), graph),
    [graph, layout, scale],
  )
  const emphasis = useMemo(
    () => ({ selected, found: new Set<string>(), path: undefined }),
    [selected],
  )
  const name = graph.nodes.find((node) => node.id === selected)?.key.name
  return (
    <div class="trace-map">
      <ServiceMap
        picture={map}
        layout={layout}
        radii={radii}
        emphasis={emphasis}
        summary={`Map of this trace: ${countText(graph.nodes.length, 'service')}, ${countText(graph.edges.length, 'call')}`}
        spoken={name === undefined ? '' : `${name} is selected`}
        viewKey={id}
        isBusy={isBusy}
        centred={undefined}
        onSelect={setSelected}
        onAction={() => {}}
      />
      {name !== undefined && (
        <p class="trace-map-choice">
          <strong>{name}</strong>{' '}
          <button
            type="button"
            class="button small"
            onClick={() =>
              onState({ view: 'waterfall', find: `service="${name.replaceAll('"', '')}"` })
            }
          >
            Find its rows
          </button>
        </p>
      )}
    </div>
  )
}

/** One trace has no rate: its parts say how often instead. */
function withCounts(picture: MapPicture, { nodes, edges }: ReceivedGraph): MapPicture {
  const texts = new Map([...nodes, ...edges].map((part) => [part.id, timesText(part)]))
  return {
    nodes: picture.nodes.map((node) => ({ ...node, detail: texts.get(node.id) ?? '' })),
    edges: picture.edges.map((edge) =>
      edge.isLink ? edge : { ...edge, label: texts.get(edge.id) ?? '' },
    ),
  }
}

/** `84 ms`, `84 ms on average, 3 times`. */
function timesText({ statistics }: Pick<MapNode | MapEdge, 'statistics'>): string {
  const mean = meanNanos(statistics)
  const count = totalOf(statistics)
  if (mean === undefined) return ''
  return count === 1 ? durationText(mean) : `⌀ ${durationText(mean)} · ${count} times`
}
