import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { durationText } from '../number-text.ts'
import { currentTheme } from '../theme.ts'
import { useWidth } from '../timeline/use-width.ts'
import type { Flame } from '../trace-rows/flame.ts'
import { pannedPart, type TimePart, zoomedPart } from '../trace-rows/time-part.ts'
import { boxAt, type FlameView, LANE_PX, paintFlame, readFlameColors } from './paint-flame.ts'

type Props = {
  readonly flame: Flame
  /** Says what is drawn, for those who hear the page. */
  readonly label: string
  /** Undefined for all of it. */
  readonly part: TimePart | undefined
  readonly selectedRow: number | undefined
  readonly hits: Uint8Array | undefined
  readonly onPart: (part: TimePart | undefined) => void
  readonly onRow: (row: number) => void
}

const MAX_HEIGHT_PX = 560
const WHEEL_STEP = 0.0016
const CLICK_PX = 4

/** Boxes on a canvas: the wheel with Ctrl or Cmd zooms, a drag pans, a double click fits a box. */
export function FlameChart(props: Props) {
  const { flame, part, hits, selectedRow, onPart } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const [box, setBox] = useState<HTMLElement | null>(null)
  const width = useWidth(box)
  const [scrolled, setScrolled] = useState(0)
  const [hovered, setHovered] = useState<{ box: number; x: number; y: number } | undefined>()
  const drag = useRef<{ x: number; part: TimePart; moved: boolean } | undefined>(undefined)
  const theme = currentTheme()
  const height = Math.min(MAX_HEIGHT_PX, flame.lanes * LANE_PX)
  const seen = part ?? { from: 0, to: flame.length }
  const view: FlameView = { part: seen, width, height, scrolled, selectedRow, hits }
  const colors = useMemo(
    () => (box === null ? undefined : readFlameColors(box, flame)),
    [box, flame, theme],
  )
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || colors === undefined || width === 0) return
    const frame = requestAnimationFrame(() => {
      context.canvas.width = Math.round(width * devicePixelRatio)
      context.canvas.height = Math.round(height * devicePixelRatio)
      context.scale(devicePixelRatio, devicePixelRatio)
      paintFlame(context, flame, view, colors)
    })
    return () => cancelAnimationFrame(frame)
  }, [flame, colors, seen.from, seen.to, width, height, scrolled, selectedRow, hits])
  const pointOf = (event: MouseEvent) => {
    const { left = 0, top = 0 } = canvas.current?.getBoundingClientRect() ?? {}
    return { x: event.clientX - left, y: event.clientY - top }
  }
  const nanosOf = (pixels: number) => (pixels / Math.max(1, width)) * (seen.to - seen.from)
  const onWheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    const at = seen.from + nanosOf(pointOf(event).x)
    onPart(zoomedPart(seen, flame.length, Math.exp(event.deltaY * WHEEL_STEP), at))
  }
  useWheel(box, onWheel)
  return (
    <div class="flame" ref={setBox}>
      <div
        class="flame-window"
        style={{ height: `${height}px` }}
        onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
        tabIndex={0}
        role="img"
        aria-label={props.label}
        onPointerDown={(event) => {
          drag.current = { x: pointOf(event).x, part: seen, moved: false }
        }}
        onPointerMove={(event) => {
          const point = pointOf(event)
          const found = boxAt(flame, view, point.x, point.y)
          setHovered(found < 0 ? undefined : { box: found, ...point })
          const held = drag.current
          if (held === undefined || event.buttons === 0) return
          held.moved ||= Math.abs(point.x - held.x) > CLICK_PX
          if (held.moved) onPart(pannedPart(held.part, flame.length, nanosOf(held.x - point.x)))
        }}
        onKeyDown={(event) => {
          const step = { ArrowLeft: -0.1, ArrowRight: 0.1 }[event.key]
          if (step === undefined) return
          event.preventDefault()
          event.stopPropagation()
          onPart(pannedPart(seen, flame.length, (seen.to - seen.from) * step))
        }}
        onPointerLeave={() => setHovered(undefined)}
        onClick={(event) => {
          const point = pointOf(event)
          const found = boxAt(flame, view, point.x, point.y)
          if (drag.current?.moved !== true && found >= 0) props.onRow(flame.row[found] ?? -1)
        }}
        onDblClick={(event) => {
          const point = pointOf(event)
          const found = boxAt(flame, view, point.x, point.y)
          onPart(found < 0 ? undefined : { from: flame.from[found] ?? 0, to: flame.to[found] ?? 0 })
        }}
      >
        <div style={{ height: `${flame.lanes * LANE_PX}px` }}>
          <canvas ref={canvas} style={{ height: `${height}px` }} />
        </div>
      </div>
      {hovered !== undefined && <Tooltip flame={flame} {...hovered} width={width} />}
      {flame.crowded > 0 && (
        <p class="dim">
          {flame.crowded} rows lie over others: more ran at once than there is room for.
        </p>
      )}
    </div>
  )
}

/** Wheel events that are kept from the page must be listened to as such. */
function useWheel(element: HTMLElement | null, onWheel: (event: WheelEvent) => void): void {
  const latest = useRef(onWheel)
  latest.current = onWheel
  useEffect(() => {
    if (element === null) return
    const listen = (event: WheelEvent) => latest.current(event)
    element.addEventListener('wheel', listen, { passive: false })
    return () => element.removeEventListener('wheel', listen)
  }, [element])
}

type TooltipProps = { flame: Flame; box: number; x: number; y: number; width: number }

function Tooltip({ flame, box, x, y, width }: TooltipProps) {
  const label = flame.label[box] ?? 0
  const side = x > width / 2 ? { right: `${width - x + 12}px` } : { left: `${x + 12}px` }
  return (
    <div class="flame-tip" style={{ ...side, top: `${y + 14}px` }}>
      <strong>{flame.labels[label]}</strong>
      <span class="dim"> {flame.services[label]}</span>
      <br />
      {durationText((flame.to[box] ?? 0) - (flame.from[box] ?? 0))}
    </div>
  )
}
