import { durationText } from '../number-text.ts'
import { type CriticalPath, partsOfRow } from '../trace-rows/critical-path.ts'
import type { Fold } from '../trace-rows/fold-rows.ts'
import type { TimePart } from '../trace-rows/time-part.ts'
import { endAt, FLAG, isFlagged, type TraceRows } from '../trace-rows/trace-rows.ts'

/** Where the bar of one row lies, in pixels from the left of the time axis. */
export type Bar = {
  readonly left: number
  readonly width: number
  /** `before` and `after` lie outside of the part of the time that is seen. */
  readonly look: 'complete' | 'inferred' | 'in-progress' | 'before' | 'after'
  /** The duration as words; `in progress` while there is none. */
  readonly label: string
  readonly labelSide: 'after' | 'before' | 'inside'
}

export type Tick = { readonly left: number; readonly label: string }

/** The part of the time that is seen, and the width of its column. */
export type TimeView = { readonly part: TimePart; readonly widthPx: number }

const MIN_BAR_PX = 2
const LABEL_PX = 68
/** From here on there is room beside the axis for a label. */
const WIDE_PX = 300
const TICK_PX = 96

/** Pixels of the column that are time: where there is room, its right end is left to labels. */
export function axisWidth(widthPx: number): number {
  return widthPx < WIDE_PX ? widthPx : widthPx - LABEL_PX
}

/** Pixels from the left of the axis at so many nanoseconds after the start of the trace. */
export function leftOf({ part, widthPx }: TimeView, nanos: number): number {
  return ((nanos - part.from) / Math.max(1, part.to - part.from)) * axisWidth(widthPx)
}

/** Nanoseconds after the start of the trace so many pixels from the left; the inverse of {@link leftOf}. */
export function nanosAt({ part, widthPx }: TimeView, left: number): number {
  return part.from + (left / Math.max(1, axisWidth(widthPx))) * (part.to - part.from)
}

/** The bar of a row. */
export function layoutBar(rows: TraceRows, row: number, view: TimeView): Bar {
  const duration = rows.duration[row] ?? Number.NaN
  const label = Number.isNaN(duration) ? 'in progress' : durationText(duration)
  return placeBar(view, rows.start[row] ?? 0, endAt(rows, row), rows.span, {
    look: lookOf(rows, row),
    label,
  })
}

/** The bar of a fold, from its first start to its last end; the label is what its members took. */
export function layoutFold(rows: TraceRows, fold: Fold, view: TimeView): Bar {
  const label = `Σ ${durationText(fold.total)}`
  return placeBar(view, fold.from, fold.to, rows.span, { look: 'complete', label })
}

/** The parts of the critical path in a row, joined where they lie within a pixel of each other. */
export function layoutCritical(
  path: CriticalPath,
  row: number,
  view: TimeView,
): readonly { readonly left: number; readonly width: number }[] {
  const [first, last] = partsOfRow(path, row)
  const axisPx = axisWidth(view.widthPx)
  const found: { left: number; width: number }[] = []
  for (let index = first; index < last; index++) {
    const left = Math.max(0, leftOf(view, path.from[index] ?? 0))
    const right = Math.min(axisPx, leftOf(view, path.to[index] ?? 0))
    if (right <= left) continue
    const before = found.at(-1)
    if (before !== undefined && left - before.left - before.width < 1)
      before.width = right - before.left
    else found.push({ left, width: Math.max(1, right - left) })
  }
  return found
}

/** Round instants along the axis, about {@link TICK_PX} apart. */
export function layoutTicks(view: TimeView): readonly Tick[] {
  const { part, widthPx } = view
  const span = Math.max(1, part.to - part.from)
  const step = roundStep((span * TICK_PX) / Math.max(1, axisWidth(widthPx)))
  const ticks: Tick[] = []
  for (let at = Math.ceil(part.from / step) * step; at <= part.to; at += step) {
    ticks.push({ left: leftOf(view, at), label: durationText(at) })
  }
  return ticks
}

function placeBar(
  view: TimeView,
  start: number,
  end: number,
  span: number,
  { look, label }: Pick<Bar, 'look' | 'label'>,
): Bar {
  const axisPx = axisWidth(view.widthPx)
  // Clocks differ and starts may be nonsense: what lies outside of the trace is shown at its edge.
  const [from, to] = [clamp(start, 0, span), clamp(Math.max(start, end), 0, span)]
  if (to < view.part.from) return { left: 0, width: 0, look: 'before', label, labelSide: 'after' }
  if (from > view.part.to)
    return { left: axisPx, width: 0, look: 'after', label, labelSide: 'before' }
  const shownFrom = clamp(leftOf(view, from), 0, axisPx)
  const shownTo = clamp(leftOf(view, to), 0, axisPx)
  const width = Math.min(axisPx, Math.max(MIN_BAR_PX, shownTo - shownFrom))
  const left = Math.min(Math.max(0, axisPx - width), shownFrom)
  return { left, width, look, label, labelSide: labelSide(left, width, view.widthPx) }
}

function lookOf(rows: TraceRows, row: number): Bar['look'] {
  if (isFlagged(rows, row, FLAG.inProgress)) return 'in-progress'
  return isFlagged(rows, row, FLAG.inferred) ? 'inferred' : 'complete'
}

function labelSide(left: number, width: number, widthPx: number): Bar['labelSide'] {
  if (left + width + LABEL_PX <= widthPx) return 'after'
  return left >= LABEL_PX ? 'before' : 'inside'
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}

const SECOND = 1e9
const CLOCK_STEPS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]

/** The least round number of nanoseconds that is not below `least`. */
function roundStep(least: number): number {
  if (least > 30 * SECOND) {
    const seconds = CLOCK_STEPS.find((step) => step * SECOND >= least)
    if (seconds !== undefined) return seconds * SECOND
  }
  const unit = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * unit >= least) ?? 10
  return factor * unit
}
