import { readPalette } from '../service-graph/palette.ts'
import { serviceColor } from '../timeline/service-color.ts'
import type { Flame } from '../trace-rows/flame.ts'
import type { TimePart } from '../trace-rows/time-part.ts'

export const LANE_PX = 20
const GAP_PX = 1
const TEXT_FROM_PX = 34

/** Colours as a canvas takes them, read once for each theme. */
export type FlameColors = {
  readonly services: ReadonlyMap<string, string>
  readonly ink: string
  readonly paper: string
  readonly fault: string
  readonly focus: string
  readonly sans: string
}

/** Reads the colours of a flame's services where `element` is. */
export function readFlameColors(element: HTMLElement, flame: Flame): FlameColors {
  const palette = readPalette(element)
  const probe = document.createElement('span')
  element.append(probe)
  const services = new Map<string, string>()
  for (const service of flame.services) {
    if (services.has(service)) continue
    probe.style.color = serviceColor(service)
    services.set(service, getComputedStyle(probe).color)
  }
  probe.remove()
  return { services, ...palette }
}

/** What is seen of a flame: a part of its length, from a lane on. */
export type FlameView = {
  readonly part: TimePart
  readonly width: number
  readonly height: number
  /** Pixels of lanes above the window. */
  readonly scrolled: number
  readonly selectedRow: number | undefined
  /** 1 for rows that a search found; undefined where none is made. */
  readonly hits: Uint8Array | undefined
}

/** Paints the boxes that are seen; those too narrow to tell apart are painted once a pixel. */
export function paintFlame(
  context: CanvasRenderingContext2D,
  flame: Flame,
  view: FlameView,
  colors: FlameColors,
): void {
  context.clearRect(0, 0, view.width, view.height)
  context.font = `12px ${colors.sans}`
  context.textBaseline = 'middle'
  const scale = view.width / (view.part.to - view.part.from)
  const filledTo = new Float64Array(flame.lanes + 1).fill(-1)
  for (let box = 0; box < flame.count; box++) {
    const lane = flame.lane[box] ?? 0
    const top = lane * LANE_PX - view.scrolled
    if (top > view.height || top < -LANE_PX) continue
    const left = ((flame.from[box] ?? 0) - view.part.from) * scale
    const right = ((flame.to[box] ?? 0) - view.part.from) * scale
    if (right < 0 || left > view.width) continue
    const isNarrow = right - left < 1
    if (isNarrow && left < (filledTo[lane] ?? 0)) continue
    filledTo[lane] = left + 1
    paintBox(context, flame, box, { left, right, top }, view, colors)
  }
}

function paintBox(
  context: CanvasRenderingContext2D,
  flame: Flame,
  box: number,
  { left, right, top }: { left: number; right: number; top: number },
  view: FlameView,
  colors: FlameColors,
): void {
  const label = flame.label[box] ?? 0
  const row = flame.row[box] ?? -1
  const x = Math.max(-2, left)
  const width = Math.max(0.8, Math.min(view.width + 2, right) - x - (right - left > 3 ? GAP_PX : 0))
  context.globalAlpha = view.hits === undefined || view.hits[row] === 1 ? 1 : 0.25
  context.fillStyle = colors.services.get(flame.services[label] ?? '') ?? colors.ink
  context.fillRect(x, top, width, LANE_PX - GAP_PX)
  if (flame.failed[box] === 1) {
    context.fillStyle = colors.fault
    context.fillRect(x, top + LANE_PX - GAP_PX - 3, width, 3)
  }
  if (row === view.selectedRow) {
    context.strokeStyle = colors.focus
    context.lineWidth = 2
    context.strokeRect(x + 1, top + 1, Math.max(1, width - 2), LANE_PX - GAP_PX - 2)
  }
  if (width >= TEXT_FROM_PX) paintLabel(context, flame.labels[label] ?? '', x, top, width, colors)
  context.globalAlpha = 1
}

function paintLabel(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  top: number,
  width: number,
  colors: FlameColors,
): void {
  context.fillStyle = colors.paper
  const room = width - 10
  const most = Math.floor(room / 6)
  const shown = text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text
  context.fillText(shown, Math.max(0, x) + 5, top + LANE_PX / 2, room)
}

/** The box at a point of the window; -1 for none. The last painted lies on top. */
export function boxAt(flame: Flame, view: FlameView, x: number, y: number): number {
  const lane = Math.floor((y + view.scrolled) / LANE_PX)
  const at = view.part.from + (x / Math.max(1, view.width)) * (view.part.to - view.part.from)
  const reach = (view.part.to - view.part.from) / Math.max(1, view.width)
  for (let box = flame.count - 1; box >= 0; box--) {
    if (flame.lane[box] !== lane) continue
    const [from, to] = [flame.from[box] ?? 0, flame.to[box] ?? 0]
    if (at >= from && at <= Math.max(to, from + reach)) return box
  }
  return -1
}
