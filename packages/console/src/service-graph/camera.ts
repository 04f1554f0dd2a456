import type { Point } from './layout-graph.ts'
import type { MapLayout } from './layout-picture.ts'

/** Which part of the map is seen: the map's point in the window's top left corner, and pixels a pixel. */
export type Camera = { readonly x: number; readonly y: number; readonly scale: number }

export type Size = { readonly width: number; readonly height: number }
export type Box = {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const LEAST_SCALE = 0.02
const MOST_SCALE = 3
/** Small graphs are not blown up to fill the window. */
const MOST_FIT_SCALE = 1.15
const READABLE_SCALE = 0.6
const MOST_LOOKED_THROUGH = 40
const MARGIN = { left: 100, top: 56, right: 100, bottom: 92 }
/** What the buttons at the right side cover, and the closed legend at the foot. */
const CONTROLS_PX = 44
const LEGEND_PX = 44

/** What the nodes with their text take. */
export function boundsOf({ places }: Pick<MapLayout, 'places'>): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
  for (const { x, y } of places.values()) {
    box.left = Math.min(box.left, x - MARGIN.left)
    box.top = Math.min(box.top, y - MARGIN.top)
    box.right = Math.max(box.right, x + MARGIN.right)
    box.bottom = Math.max(box.bottom, y + MARGIN.bottom)
  }
  return places.size === 0 ? { left: 0, top: 0, right: 1, bottom: 1 } : box
}

/** All of `box` in the middle of the window. */
export function fitCamera(box: Box, { width, height }: Size): Camera {
  const scale = Math.min(
    MOST_FIT_SCALE,
    Math.max(
      LEAST_SCALE,
      Math.min(width / (box.right - box.left), height / (box.bottom - box.top)),
    ),
  )
  return {
    scale,
    x: (box.left + box.right) / 2 - width / 2 / scale,
    y: (box.top + box.bottom) / 2 - height / 2 / scale,
  }
}

/** All of a map in its window, beside the buttons and above the legend there. */
export function wholeCamera(layout: Pick<MapLayout, 'places'>, { width, height }: Size): Camera {
  return fitCamera(boundsOf(layout), { width: width - CONTROLS_PX, height: height - LEGEND_PX })
}

/**
 * How a map is seen at first: all of it, or where its text could not be read then, and it is not too
 * large to be looked through, the side where calls begin at a scale that can.
 */
export function firstCamera(layout: Pick<MapLayout, 'places' | 'flow'>, size: Size): Camera {
  const box = boundsOf(layout)
  const fitted = wholeCamera(layout, size)
  if (fitted.scale >= READABLE_SCALE || layout.places.size > MOST_LOOKED_THROUGH) return fitted
  const scale = READABLE_SCALE
  const x = (box.left + box.right) / 2 - size.width / 2 / scale
  const y = (box.top + box.bottom) / 2 - size.height / 2 / scale
  return layout.flow === 'right' ? { scale, x: box.left, y } : { scale, x, y: box.top }
}

/** Zooms by `factor` so that the map's point under `at` stays under it. */
export function zoomAt(camera: Camera, at: Point, factor: number): Camera {
  const scale = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, camera.scale * factor))
  const fixed = toMap(camera, at)
  return { scale, x: fixed.x - at.x / scale, y: fixed.y - at.y / scale }
}

/** Moves the picture by pixels of the window. */
export function panBy(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale }
}

/** Two fingers hold the points of the map that they took: it moves, and grows by their distance. */
export function pinch(
  camera: Camera,
  before: readonly [Point, Point],
  after: readonly [Point, Point],
): Camera {
  const middle = ([a, b]: readonly [Point, Point]) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })
  const apart = ([a, b]: readonly [Point, Point]) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y))
  const [from, to] = [middle(before), middle(after)]
  return zoomAt(panBy(camera, to.x - from.x, to.y - from.y), to, apart(after) / apart(before))
}

/** Puts `point` into the middle of the window, at a scale that can be read. */
export function centreOn(camera: Camera, point: Point, { width, height }: Size): Camera {
  const scale = Math.max(camera.scale, 0.8)
  return { scale, x: point.x - width / 2 / scale, y: point.y - height / 2 / scale }
}

/** The map's point under a point of the window. */
export function toMap({ x, y, scale }: Camera, at: Point): Point {
  return { x: x + at.x / scale, y: y + at.y / scale }
}
