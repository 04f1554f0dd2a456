import { useEffect, useRef } from 'preact/hooks'
import { durationText } from '../number-text.ts'
import { currentTheme } from '../theme.ts'
import type { Density } from '../trace-rows/density.ts'
import { pannedPart, type TimePart } from '../trace-rows/time-part.ts'
import type { TraceRows } from '../trace-rows/trace-rows.ts'
import { dragPart, type MinimapDrag, startDrag } from './minimap-drag.ts'
import { paintDensity } from './paint-density.ts'
import { useWidth } from './use-width.ts'

type Props = {
  readonly rows: TraceRows
  readonly density: Density
  readonly hits: Uint8Array | undefined
  /** Undefined while all of the trace is seen. */
  readonly part: TimePart | undefined
  readonly onPart: (part: TimePart | undefined) => void
}

/**
 * The whole trace in a strip: drag to look at a part of its time, drag the part or its edges to move
 * it, double-click for all of it. The keyboard has arrows here, and `a`, `d`, `+`, `−`, `0` everywhere.
 */
export function TraceMinimap({ rows, density, hits, part, onPart }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const drag = useRef<MinimapDrag | undefined>(undefined)
  const widthPx = useWidth(box.current)
  const theme = currentTheme()
  useEffect(() => {
    // The theme reaches the document in an effect of its own, which may run after this one.
    const frame = requestAnimationFrame(() => {
      if (canvas.current !== null) paintDensity(canvas.current, rows, density, hits)
    })
    return () => cancelAnimationFrame(frame)
  }, [rows, density, hits, theme, widthPx])
  const { span } = rows
  const nanosOf = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect()
    return ((event.clientX - left) / Math.max(1, width)) * span
  }
  const percent = (nanos: number) => `${(nanos / Math.max(1, span)) * 100}%`
  return (
    <div
      class="trace-minimap"
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label="Part of the time that is seen"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(((part?.from ?? 0) / Math.max(1, span)) * 100)}
      aria-valuetext={partText(part)}
      title="Drag to zoom, double-click for all"
      onKeyDown={(event) => {
        const step = { ArrowLeft: -0.1, ArrowRight: 0.1 }[event.key]
        if (step === undefined || part === undefined) return
        event.preventDefault()
        event.stopPropagation()
        onPart(pannedPart(part, span, (part.to - part.from) * step))
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        const reach = (EDGE_PX / Math.max(1, event.currentTarget.clientWidth)) * span
        drag.current = startDrag(part, span, nanosOf(event), reach)
      }}
      onPointerMove={(event) => {
        if (drag.current === undefined) return
        const next = dragPart(drag.current, span, nanosOf(event))
        if (next !== undefined) onPart(next)
      }}
      onPointerUp={() => {
        drag.current = undefined
      }}
      onPointerCancel={() => {
        drag.current = undefined
      }}
      onDblClick={() => onPart(undefined)}
    >
      <canvas ref={canvas} />
      {part !== undefined && (
        <>
          <span class="minimap-shade" style={{ left: 0, width: percent(part.from) }} />
          <span class="minimap-shade" style={{ left: percent(part.to), right: 0 }} />
          <span
            class="minimap-part"
            style={{ left: percent(part.from), width: percent(part.to - part.from) }}
          >
            <span class="minimap-length">{durationText(part.to - part.from)}</span>
          </span>
        </>
      )}
    </div>
  )
}

function partText(part: TimePart | undefined): string {
  if (part === undefined) return 'the whole trace'
  return `${durationText(part.from)} to ${durationText(part.to)}`
}

/** As near as this to an edge of the part a press takes the edge. */
const EDGE_PX = 6
