import type { Outcome } from '@fluoroscope/model'
import type { Point } from './layout-graph.ts'
import type { PaintedNode } from './map-picture.ts'
import type { NodeKind } from './node-kind.ts'
import { outlineOf, outlinePart } from './node-outline.ts'
import { paintBadge } from './paint-change.ts'
import { type Palette, shadeColor } from './palette.ts'

export type NodeMarks = {
  readonly isSelected: boolean
  readonly isHovered: boolean
  readonly isFound: boolean
}

const RING_PX = 6
/** Below this scale a ring is a point of its worst colour. */
const RING_SCALE = 0.22
const TEXT_PX = 160
/** Below this radius the text inside has less room. */
const SMALL_PX = 22

/** A node's shape with its ring, around its place. */
export function paintNode(
  context: CanvasRenderingContext2D,
  node: PaintedNode,
  scale: number,
  marks: NodeMarks,
  palette: Palette,
): void {
  context.save()
  context.translate(node.x, node.y)
  const outline = outlineOf(node.kind)
  if (marks.isSelected || marks.isFound || marks.isHovered) {
    draw(context, outline, node.radius + 7)
    context.lineWidth = Math.max(marks.isHovered ? 1.5 : 3, 1.5 / scale)
    context.strokeStyle = marks.isSelected ? palette.accent : palette.focus
    if (marks.isFound && !marks.isSelected) context.setLineDash([6, 4])
    context.stroke()
    context.setLineDash([])
  }
  draw(context, outline, node.radius)
  context.fillStyle = fillOf(node, scale, palette)
  context.fill()
  if (scale >= RING_SCALE) {
    paintRing(context, node, palette)
    // A number takes the room of the mark.
    if (node.inside === '') paintKindMark(context, node.kind, node.radius, palette)
    const corner = { x: node.radius * 0.8, y: -node.radius * 0.8 }
    if (node.change !== undefined) paintBadge(context, corner, node.change, palette)
  }
  context.restore()
}

function fillOf({ shade, worst }: PaintedNode, scale: number, palette: Palette): string {
  if (shade !== undefined) return shadeColor(shade.color, shade.share, palette)
  return scale < RING_SCALE ? palette[worst] : palette.surface
}

/** Name, latency and rate below, the share of failures inside. */
export function paintNodeText(
  context: CanvasRenderingContext2D,
  node: PaintedNode,
  palette: Palette,
): void {
  const y = node.y + node.radius + 18
  context.textAlign = 'center'
  context.textBaseline = 'alphabetic'
  context.lineJoin = 'round'
  context.lineWidth = 4
  // A rim of the paper keeps text readable where an edge passes below it.
  context.strokeStyle = palette.paper
  context.font = `600 13px ${palette.sans}`
  const label = shorten(context, node.label, TEXT_PX)
  context.strokeText(label, node.x, y)
  context.fillStyle = palette.ink
  context.fillText(label, node.x, y)
  context.font = `400 12px ${palette.sans}`
  context.strokeText(node.detail, node.x, y + 16)
  context.fillStyle = palette.faint
  context.fillText(node.detail, node.x, y + 16)
  if (node.inside === '') return
  context.font = `600 ${node.radius < SMALL_PX ? 9 : 11}px ${palette.sans}`
  context.fillStyle = palette.ink
  context.textBaseline = 'middle'
  context.fillText(node.inside, node.x, node.y + 0.5)
}

function paintRing(
  context: CanvasRenderingContext2D,
  { ring, kind, radius, change }: PaintedNode,
  palette: Palette,
): void {
  const outline = outlineOf(kind)
  if (ring.length === 0) {
    draw(context, outline, radius - 1)
    context.lineWidth = 1.5
    context.strokeStyle = palette.edge
    if (change === 'gone') context.setLineDash([4, 4])
    context.stroke()
    context.setLineDash([])
    return
  }
  for (const { outcome, from, to } of ring) {
    const part = ring.length === 1 ? outline : outlinePart(outline, from, to)
    draw(context, part, radius - RING_PX / 2, ring.length === 1)
    context.lineWidth = RING_PX
    context.strokeStyle = palette[outcome]
    context.stroke()
    paintPattern(context, outcome, palette)
  }
}

/** The second cue beside colour: faults are a double line, errors striped, throttles dotted. */
function paintPattern(context: CanvasRenderingContext2D, outcome: Outcome, palette: Palette): void {
  if (outcome === 'ok') return
  context.strokeStyle = palette.surface
  context.lineWidth = outcome === 'error' ? RING_PX : 2
  context.setLineDash(outcome === 'fault' ? [] : outcome === 'error' ? [2, 4] : [2, 3])
  context.stroke()
  context.setLineDash([])
}

/** Inner lines that tell shapes apart which are close to each other. */
function paintKindMark(
  context: CanvasRenderingContext2D,
  kind: NodeKind,
  radius: number,
  palette: Palette,
): void {
  context.strokeStyle = palette.edge
  context.lineWidth = 1.5
  const inner = radius - RING_PX - 2
  context.beginPath()
  if (kind === 'database') {
    context.ellipse(0, -inner * 0.62, inner * 0.62, inner * 0.22, 0, 0, 2 * Math.PI)
  } else if (kind === 'queue') {
    for (const side of [-1, 1]) {
      context.moveTo(side * inner * 0.78, -inner * 0.45)
      context.lineTo(side * inner * 0.78, inner * 0.45)
    }
  } else if (kind === 'bundle') {
    draw(context, outlineOf(kind), inner)
  } else return
  context.stroke()
}

function draw(
  context: CanvasRenderingContext2D,
  points: readonly Point[],
  radius: number,
  isClosed = true,
): void {
  context.beginPath()
  for (const [index, { x, y }] of points.entries()) {
    if (index === 0) context.moveTo(x * radius, y * radius)
    else context.lineTo(x * radius, y * radius)
  }
  if (isClosed) context.closePath()
}

/** `text` with its middle left out where it is wider than `most`: both ends of a name tell it apart. */
function shorten(context: CanvasRenderingContext2D, text: string, most: number): string {
  if (context.measureText(text).width <= most) return text
  for (let kept = text.length - 1; kept > 4; kept--) {
    const head = Math.ceil(kept / 2)
    const short = `${text.slice(0, head)}…${text.slice(text.length - (kept - head))}`
    if (context.measureText(short).width <= most) return short
  }
  return text.slice(0, 4)
}
