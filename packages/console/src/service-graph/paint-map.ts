import { type Box, type Camera, type Size, toMap } from './camera.ts'
import { pointsAlong } from './find-part.ts'
import type { MapPicture, PaintedEdge, PaintedNode } from './map-picture.ts'
import { changeColor, paintBadge } from './paint-change.ts'
import { paintNode, paintNodeText } from './paint-node.ts'
import { type Palette, shadeColor } from './palette.ts'
import type { Route } from './route-edges.ts'

/** What stands out; ids of nodes and edges. */
export type Emphasis = {
  readonly selected: string | undefined
  readonly hovered: string | undefined
  /** Everything else is faded; undefined where nothing is. */
  readonly near: ReadonlySet<string> | undefined
  /** The chosen path, nodes and edges, which is near while nothing is pointed at. */
  readonly path: ReadonlySet<string> | undefined
  readonly found: ReadonlySet<string>
}

const FADED = 0.3
/** Below these scales text, and arrow heads, could not be seen apart. */
const TEXT_SCALE = 0.42
const ARROW_SCALE = 0.22
const ARROW_LENGTH = 12

/** Paints what is in the window, edges below nodes. `context` is scaled to CSS pixels. */
export function paintMap(
  context: CanvasRenderingContext2D,
  size: Size,
  camera: Camera,
  picture: MapPicture,
  emphasis: Emphasis,
  palette: Palette,
): void {
  context.clearRect(0, 0, size.width, size.height)
  context.save()
  context.scale(camera.scale, camera.scale)
  context.translate(-camera.x, -camera.y)
  const seen = seenBox(camera, size)
  const edges = picture.edges.filter(({ route }) => crosses(route, seen))
  // What stands out lies on top.
  const near = emphasis.near
  const strong = near === undefined ? edges : edges.filter(({ id }) => near.has(id))
  context.globalAlpha = FADED
  for (const edge of edges) {
    if (near?.has(edge.id) === false) paintEdge(context, edge, camera.scale, emphasis, palette)
  }
  for (const edge of strong) {
    context.globalAlpha = isFaded(edge, emphasis) ? FADED : 1
    paintEdge(context, edge, camera.scale, emphasis, palette)
  }
  context.globalAlpha = 1
  paintNodes(context, picture.nodes, camera.scale, { seen, emphasis, palette })
  context.globalAlpha = 1
  if (camera.scale >= TEXT_SCALE) {
    for (const edge of strong) paintEdgeBadge(context, edge, palette)
    const marked = strong.filter(({ id }) => isMarked(id, emphasis))
    for (const edge of marked) paintEdgeText(context, edge, palette)
  }
  context.restore()
}

type NodeSetting = {
  readonly seen: Box
  readonly emphasis: Emphasis
  readonly palette: Palette
}

function paintNodes(
  context: CanvasRenderingContext2D,
  nodes: readonly PaintedNode[],
  scale: number,
  { seen, emphasis, palette }: NodeSetting,
): void {
  for (const node of nodes) {
    if (!contains(seen, node.x, node.y)) continue
    context.globalAlpha = isFaded(node, emphasis) ? FADED : 1
    paintNode(context, node, scale, marksOf(node.id, emphasis), palette)
    if (scale >= TEXT_SCALE) paintNodeText(context, node, palette)
  }
}

/** What is not near the selection; without one, what has not changed. */
function isFaded({ id, change }: PaintedNode | PaintedEdge, { near }: Emphasis): boolean {
  return near === undefined ? change === 'unchanged' : !near.has(id)
}

function marksOf(id: string, { selected, hovered, found }: Emphasis) {
  return { isSelected: id === selected, isHovered: id === hovered, isFound: found.has(id) }
}

function isMarked(id: string, { selected, hovered }: Emphasis): boolean {
  return id === selected || id === hovered
}

function paintEdge(
  context: CanvasRenderingContext2D,
  edge: PaintedEdge,
  scale: number,
  emphasis: Emphasis,
  palette: Palette,
): void {
  const { id, route, width } = edge
  const isMark = isMarked(id, emphasis)
  const color = isMark ? palette.accent : edgeColor(edge, palette)
  // At least half a pixel of the screen, so that far away a thin line is still one.
  context.lineWidth = Math.max(width, 0.5 / scale) + (isMark ? 1.5 : 0)
  context.strokeStyle = color
  context.setLineDash(dashOf(edge))
  context.beginPath()
  trace(context, route)
  context.stroke()
  context.setLineDash([])
  if (scale >= ARROW_SCALE) paintArrow(context, route, context.lineWidth, color)
}

function edgeColor({ shade, change, breach }: PaintedEdge, palette: Palette): string {
  if (shade !== undefined) return shadeColor(shade.color, 0.3 + 0.7 * shade.share, palette)
  if (change !== undefined && change !== 'unchanged') return changeColor(change, palette)
  return breach === undefined ? palette.edge : palette[breach]
}

/** Links are dashed, what is gone is dotted. */
function dashOf({ isLink, change }: PaintedEdge): number[] {
  if (change === 'gone') return [2, 5]
  return isLink ? [9, 6] : []
}

function paintEdgeBadge(
  context: CanvasRenderingContext2D,
  { route, change }: PaintedEdge,
  palette: Palette,
): void {
  if (change === undefined) return
  const points = pointsAlong(route)
  const middle = points[Math.floor(points.length / 2)]
  if (middle !== undefined) paintBadge(context, middle, change, palette)
}

function trace(context: CanvasRenderingContext2D, route: Route): void {
  const [start, ...rest] = route
  if (start === undefined) return
  context.moveTo(start.x, start.y)
  for (let index = 0; index + 2 < rest.length; index += 3) {
    const [a, b, c] = rest.slice(index, index + 3)
    if (a !== undefined && b !== undefined && c !== undefined) {
      context.bezierCurveTo(a.x, a.y, b.x, b.y, c.x, c.y)
    }
  }
}

function paintArrow(
  context: CanvasRenderingContext2D,
  route: Route,
  width: number,
  color: string,
): void {
  const [before, end] = route.slice(-2)
  if (before === undefined || end === undefined) return
  const angle = Math.atan2(end.y - before.y, end.x - before.x)
  const half = 3.5 + width / 2
  context.save()
  context.translate(end.x, end.y)
  context.rotate(angle)
  context.beginPath()
  context.moveTo(ARROW_LENGTH, 0)
  context.lineTo(-1, -half)
  context.lineTo(-1, half)
  context.closePath()
  context.fillStyle = color
  context.fill()
  context.restore()
}

function paintEdgeText(
  context: CanvasRenderingContext2D,
  { route, label }: PaintedEdge,
  palette: Palette,
): void {
  const points = pointsAlong(route)
  const middle = points[Math.floor(points.length / 2)]
  if (middle === undefined) return
  context.font = `500 12px ${palette.sans}`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  const width = context.measureText(label).width + 14
  context.beginPath()
  context.roundRect(middle.x - width / 2, middle.y - 11, width, 22, 6)
  context.fillStyle = palette.surface
  context.fill()
  context.lineWidth = 1
  context.strokeStyle = palette.accent
  context.stroke()
  context.fillStyle = palette.ink
  context.fillText(label, middle.x, middle.y + 0.5)
}

function seenBox(camera: Camera, { width, height }: Size): Box {
  const end = toMap(camera, { x: width, y: height })
  return { left: camera.x, top: camera.y, right: end.x, bottom: end.y }
}

const NODE_ROOM = 110

function contains({ left, top, right, bottom }: Box, x: number, y: number): boolean {
  return (
    x > left - NODE_ROOM && x < right + NODE_ROOM && y > top - NODE_ROOM && y < bottom + NODE_ROOM
  )
}

function crosses(route: Route, { left, top, right, bottom }: Box): boolean {
  const sides = { left: true, right: true, top: true, bottom: true }
  for (const { x, y } of route) {
    sides.left &&= x < left
    sides.right &&= x > right
    sides.top &&= y < top
    sides.bottom &&= y > bottom
  }
  return !(sides.left || sides.right || sides.top || sides.bottom)
}
