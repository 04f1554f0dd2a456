import { durationOf, endOf, nanosBetween } from '@fluoroscope/model'
import { durationText } from '../number-text.ts'
import type { TraceRow, TraceTree } from './trace-tree.ts'

/** Where the bar of one row lies, in pixels from the left of the time axis. */
export type Bar = {
  readonly left: number
  readonly width: number
  readonly look: 'complete' | 'inferred' | 'in-progress'
  /** The duration as words; `in progress` while there is none. */
  readonly label: string
  readonly labelSide: 'after' | 'before' | 'inside'
}

export type Tick = { readonly left: number; readonly label: string }

const MIN_BAR_PX = 2
const LABEL_PX = 68
/** From here on there is room beside the axis for a label. */
const WIDE_PX = 300
const TICK_PX = 96

/**
 * The bars of all rows of `tree`, in their order, in a column `widthPx` wide. Where there is room,
 * its right end is left to the labels of bars that end with the trace.
 */
export function layoutTimeline(tree: TraceTree, widthPx: number): readonly Bar[] {
  const span = Math.max(1, nanosBetween(tree.start, tree.end))
  const axisPx = axisWidth(widthPx)
  return tree.rows.map((row) => layoutBar(tree, row, { span, axisPx, widthPx }))
}

/** Round instants along the axis, from the start of the trace on, about {@link TICK_PX} apart. */
export function layoutTicks(tree: TraceTree, widthPx: number): readonly Tick[] {
  const span = Math.max(1, nanosBetween(tree.start, tree.end))
  const axisPx = axisWidth(widthPx)
  const step = roundStep((span * TICK_PX) / Math.max(1, axisPx))
  const ticks: Tick[] = []
  for (let at = 0; at <= span; at += step) {
    ticks.push({ left: (at / span) * axisPx, label: durationText(at) })
  }
  return ticks
}

type Scale = { readonly span: number; readonly axisPx: number; readonly widthPx: number }

function axisWidth(widthPx: number): number {
  return widthPx < WIDE_PX ? widthPx : widthPx - LABEL_PX
}

function layoutBar(tree: TraceTree, row: TraceRow, { span, axisPx, widthPx }: Scale): Bar {
  const { entity } = row
  const start = clamp(nanosBetween(tree.start, entity.start) / span)
  const entityEnd = endOf(entity)
  const end = entityEnd === undefined ? 1 : clamp(nanosBetween(tree.start, entityEnd) / span)
  const width = Math.min(axisPx, Math.max(MIN_BAR_PX, (end - start) * axisPx))
  const left = Math.min(Math.max(0, axisPx - width), start * axisPx)
  const duration = durationOf(entity)
  return {
    left,
    width,
    look: lookOf(row),
    label: duration === undefined ? 'in progress' : durationText(duration),
    labelSide: labelSide(left, width, widthPx),
  }
}

function lookOf({ entity }: TraceRow): Bar['look'] {
  if (entity.progress.state === 'in-progress') return 'in-progress'
  return entity.kind === 'segment' && entity.inferred ? 'inferred' : 'complete'
}

function labelSide(left: number, width: number, widthPx: number): Bar['labelSide'] {
  if (left + width + LABEL_PX <= widthPx) return 'after'
  return left >= LABEL_PX ? 'before' : 'inside'
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share))
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
