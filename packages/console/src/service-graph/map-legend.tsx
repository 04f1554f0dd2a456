import type { Outcome } from '@fluoroscope/model'
import { useEffect, useRef } from 'preact/hooks'
import { currentTheme } from '../theme.ts'
import { CHANGE_SIGNS, CHANGE_WORDS } from './change-sign.ts'
import { CHANGE_KINDS } from './diff-graph.ts'
import { MAP_KEYS } from './map-keys.ts'
import { type MapMetric, METRIC_COLORS, METRIC_WORDS } from './map-metric.ts'
import { edgeThickness, type MapScale, nodeDiameter } from './map-scale.ts'
import { KIND_WORDS, type NodeKind } from './node-kind.ts'
import { paintNode } from './paint-node.ts'
import { readPalette } from './palette.ts'
import { rateText } from './rate-text.ts'

const KINDS = Object.keys(KIND_WORDS) as readonly NodeKind[]
const OUTCOMES: readonly (readonly [Outcome, string])[] = [
  ['ok', 'OK'],
  ['error', 'Error 4xx'],
  ['fault', 'Fault 5xx'],
  ['throttle', 'Throttled 429'],
]
const MARK_PX = 22

type Props = {
  readonly scale: MapScale
  readonly minutes: number
  readonly metric: MapMetric
  /** The largest value of the metric on the map, in words. */
  readonly largest: string | undefined
  readonly isDiff: boolean
}

/** What shapes, rings, sizes and lines mean, drawn by what draws the map. */
export function MapLegend({ scale, minutes, metric, largest, isDiff }: Props) {
  return (
    <details class="map-legend">
      <summary>Legend and keys</summary>
      <ul>
        {metric === 'health' ? (
          OUTCOMES.map(([outcome, words]) => (
            <li key={outcome}>
              <Mark kind="service" outcome={outcome} /> {words}
            </li>
          ))
        ) : (
          <li>
            <span class={`metric-ramp ${METRIC_COLORS[metric]}`} aria-hidden="true" />
            {METRIC_WORDS[metric]}: 0 to {largest ?? 'no value'}
          </li>
        )}
        {isDiff &&
          CHANGE_KINDS.filter((kind) => kind !== 'unchanged').map((kind) => (
            <li key={kind}>
              <span class={`change-sign ${kind}`} aria-hidden="true">
                {CHANGE_SIGNS[kind]}
              </span>
              {CHANGE_WORDS[kind]}
            </li>
          ))}
        {KINDS.map((kind) => (
          <li key={kind}>
            <Mark kind={kind} outcome={undefined} /> {KIND_WORDS[kind]}
          </li>
        ))}
        <li>
          <Circles scale={scale} /> size: up to {rateText(scale.busiestNode / minutes)}
        </li>
        <li>
          <Line width={edgeThickness(1, scale)} />
          <Line width={edgeThickness(scale.busiestEdge, scale)} /> calls: up to{' '}
          {rateText(scale.busiestEdge / minutes)}, coloured from 5 % failures
        </li>
        <li>
          <Line width={2} dash="6 4" /> through a message
        </li>
      </ul>
      <dl class="map-keys">
        {MAP_KEYS.map(([keys, action]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function Mark({ kind, outcome }: { kind: NodeKind; outcome: Outcome | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = currentTheme()
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const context = canvas.current?.getContext('2d')
      if (canvas.current === null || !context) return
      const ring = outcome === undefined ? [] : [{ outcome, from: 0, to: 1 }]
      context.setTransform(2, 0, 0, 2, 0, 0)
      context.clearRect(0, 0, MARK_PX, MARK_PX)
      const node = { id: '', x: MARK_PX / 2, y: MARK_PX / 2, radius: 9, kind, ring }
      const marks = { isSelected: false, isHovered: false, isFound: false }
      const text = { worst: 'ok', label: '', detail: '', inside: '' } as const
      const rest = { shade: undefined, change: undefined }
      const palette = readPalette(canvas.current.parentElement ?? document.body)
      paintNode(context, { ...node, ...text, ...rest }, 1, marks, palette)
    })
    return () => cancelAnimationFrame(frame)
  }, [kind, outcome, theme])
  return <canvas ref={canvas} width={MARK_PX * 2} height={MARK_PX * 2} />
}

function Circles({ scale }: { scale: MapScale }) {
  const diameters = [nodeDiameter(0, scale), nodeDiameter(scale.busiestNode, scale)]
  return (
    <svg width="48" height="24" viewBox="0 0 120 60" aria-hidden="true">
      {diameters.map((diameter, index) => (
        <circle
          key={diameter}
          class="legend-circle"
          cx={index * 56 + 28}
          cy="30"
          r={diameter / 2 - 1}
        />
      ))}
    </svg>
  )
}

function Line({ width, dash }: { width: number; dash?: string }) {
  return (
    <svg width="26" height="10" viewBox="0 0 26 10" aria-hidden="true">
      <line
        class="legend-edge"
        x1="1"
        y1="5"
        x2="25"
        y2="5"
        stroke-width={width}
        stroke-dasharray={dash}
      />
    </svg>
  )
}
