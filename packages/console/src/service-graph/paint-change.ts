import { CHANGE_SIGNS } from './change-sign.ts'
import type { ChangeKind } from './diff-graph.ts'
import type { Point } from './layout-graph.ts'
import type { Palette } from './palette.ts'

const BADGE_PX = 9

/** The colour of a change; its sign tells it too. */
export function changeColor(kind: ChangeKind, palette: Palette): string {
  switch (kind) {
    case 'new':
      return palette.accent
    case 'faltering':
      return palette.fault
    case 'slower':
      return palette.error
    case 'recovered':
    case 'faster':
      return palette.ok
    case 'gone':
    case 'unchanged':
      return palette.faint
  }
}

/** The sign of a change in a filled circle; nothing for what has not changed. */
export function paintBadge(
  context: CanvasRenderingContext2D,
  { x, y }: Point,
  kind: ChangeKind,
  palette: Palette,
): void {
  if (kind === 'unchanged') return
  context.beginPath()
  context.arc(x, y, BADGE_PX, 0, 2 * Math.PI)
  context.fillStyle = palette.surface
  context.fill()
  context.lineWidth = 2
  context.strokeStyle = changeColor(kind, palette)
  context.stroke()
  context.font = `700 12px ${palette.sans}`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillStyle = palette.ink
  context.fillText(CHANGE_SIGNS[kind], x, y + 0.5)
}
