import type { AnalyticsState } from '../analytics-state.ts'
import { durationText, rangeText, secondsClockText } from '../number-text.ts'
import { HeatBrush } from './heat-brush.tsx'
import { frameOf, type HeatFrame } from './heat-span.ts'
import {
  HEAT_LAYERS,
  type HeatLayer,
  type HeatMap,
  heatPaths,
  levelStarts,
  marginOf,
  peakOf,
} from './layout-heat.ts'
import type { SetCondition } from './set-condition.ts'

type Props = {
  readonly state: AnalyticsState
  readonly heat: HeatMap
  /** Epoch seconds before which traces may be missing. */
  readonly readFrom: number | undefined
  readonly onSelect: (conditions: readonly SetCondition[]) => void
  readonly onLayer: (layer: HeatLayer) => void
}

const LAYER_WORDS: Readonly<Record<HeatLayer, string>> = {
  all: 'All',
  failed: 'Failed',
  a: 'Set A',
  b: 'Set B',
}

/** When traces started and how long their responses took; any rectangle narrows the active set. */
export function HeatChart({ state, heat, readFrom, onSelect, onLayer }: Props) {
  const { layer } = state
  const layers = HEAT_LAYERS.filter((each) => each !== 'b' || state.b !== undefined)
  const [from = 0, to = 0] = [heat.times[0], heat.times.at(-1)]
  return (
    <section class="heat-card" aria-labelledby="heat-title">
      <header class="card-head">
        <h2 id="heat-title">Response time over time</h2>
        <span class="toolbar-space" />
        <LayerChoice layers={layers} layer={layer} onLayer={onLayer} />
      </header>
      <div class={`heat layer-${layer}`}>
        <Margin heat={heat} layer={layer} of="columns" />
        <div class="heat-plot">
          <svg
            viewBox={`0 0 ${heat.columns} ${heat.rows}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={heatText(heat, layer)}
          >
            {heatPaths(heat, layer).map((path, level) => (
              <path key={level} class={`heat-level level-${level}`} d={path} />
            ))}
          </svg>
          {readFrom !== undefined && <Unread heat={heat} readFrom={readFrom} />}
          <Frame frame={frameOf(heat, state.a)} set="a" />
          <Frame frame={frameOf(heat, state.b ?? [])} set="b" />
          <HeatBrush heat={heat} layer={layer} onSelect={onSelect} />
        </div>
        <Margin heat={heat} layer={layer} of="rows" />
        <ResponseAxis heat={heat} />
        <div class="heat-times">
          <span>{secondsClockText(from)}</span>
          <span>{secondsClockText((from + to) / 2)}</span>
          <span>{secondsClockText(to)}</span>
        </div>
      </div>
      <footer class="heat-foot">
        <Legend heat={heat} layer={layer} />
        <span>Drag a rectangle to narrow set {state.active.toUpperCase()} to it.</span>
        {heat.open > 0 && (
          <span>
            {heat.open.toLocaleString('en-US')} still in progress, without a response time
          </span>
        )}
      </footer>
    </section>
  )
}

function LayerChoice(props: {
  layers: readonly HeatLayer[]
  layer: HeatLayer
  onLayer: (layer: HeatLayer) => void
}) {
  return (
    <fieldset class="segmented">
      <legend class="visually-hidden">Traces shown</legend>
      {props.layers.map((each) => (
        <label key={each}>
          <input
            type="radio"
            name="layer"
            checked={props.layer === each}
            onChange={() => props.onLayer(each)}
          />
          <span>{LAYER_WORDS[each]}</span>
        </label>
      ))}
    </fieldset>
  )
}

/** Sums of the columns above the map, of the rows beside it. */
function Margin({ heat, layer, of }: { heat: HeatMap; layer: HeatLayer; of: 'columns' | 'rows' }) {
  const sums = marginOf(heat, layer, of)
  const peak = Math.max(1, peakOf(sums))
  const path = sums
    .map((sum, index) => {
      if (sum === 0) return ''
      const length = Math.max(0.03, sum / peak)
      return of === 'columns'
        ? `M${index + 0.08} 1h0.84v${-length}h-0.84z`
        : `M0 ${heat.rows - 1 - index + 0.08}h${length}v0.84h${-length}z`
    })
    .join('')
  const box = of === 'columns' ? `0 0 ${heat.columns} 1` : `0 0 1 ${heat.rows}`
  return (
    <svg class={`heat-margin ${of}`} viewBox={box} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}

function ResponseAxis({ heat }: { heat: HeatMap }) {
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const index = Math.round(share * heat.rows)
    return { share: index / heat.rows, seconds: heat.responses[index] ?? 0 }
  })
  return (
    <div class="heat-responses" aria-hidden="true">
      {marks.map(({ share, seconds }) => (
        <span key={share} style={{ bottom: `${share * 100}%` }}>
          {durationText(seconds * 1e9)}
        </span>
      ))}
    </div>
  )
}

function Unread({ heat, readFrom }: { heat: HeatMap; readFrom: number }) {
  const [from = 0, to = 1] = [heat.times[0], heat.times.at(-1)]
  const share = Math.max(0, (readFrom - from) / (to - from))
  if (share < 0.005) return null
  return (
    <div class="heat-unread" style={{ width: `${share * 100}%` }}>
      <span>not read</span>
    </div>
  )
}

function Frame({ frame, set }: { frame: HeatFrame | undefined; set: 'a' | 'b' }) {
  if (frame === undefined) return null
  const percent = (share: number) => `${share * 100}%`
  return (
    <div
      class={`heat-frame set-${set}`}
      style={{
        left: percent(frame.left),
        width: percent(frame.right - frame.left),
        bottom: percent(frame.bottom),
        height: percent(frame.top - frame.bottom),
      }}
    >
      <b>{set.toUpperCase()}</b>
    </div>
  )
}

/** What the shades of a cell stand for; a shade that no cell can have is left out. */
function Legend({ heat, layer }: { heat: HeatMap; layer: HeatLayer }) {
  const peak = peakOf(heat.layers[layer])
  const starts = levelStarts(peak)
  if (peak === 0) return <span>no traces of this kind</span>
  return (
    <span class={`heat-legend layer-${layer}`}>
      traces a cell:
      {starts.map((start, level) =>
        starts[level + 1] === start ? null : (
          <span key={start} class="heat-shade">
            <i class={`level-${level}`} />
            {start}
            {level === starts.length - 1 && peak > start ? `–${peak}` : ''}
          </span>
        ),
      )}
    </span>
  )
}

function heatText(heat: HeatMap, layer: HeatLayer): string {
  const counts = heat.layers[layer]
  const total = counts.reduce((sum, count) => sum + count, 0)
  const [from = 0, to = 0] = [heat.times[0], heat.times.at(-1)]
  const [least = 0, most = 0] = [heat.responses[0], heat.responses.at(-1)]
  return `${LAYER_WORDS[layer]}: ${total} traces, ${rangeText(from, to)}, response times from ${durationText(least * 1e9)} to ${durationText(most * 1e9)}`
}
