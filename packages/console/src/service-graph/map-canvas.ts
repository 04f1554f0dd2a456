import { type Signal, signal } from '@preact/signals'
import {
  type Camera,
  centreOn,
  firstCamera,
  panBy,
  pinch,
  type Size,
  toMap,
  wholeCamera,
  zoomAt,
} from './camera.ts'
import { findPart } from './find-part.ts'
import type { Point } from './layout-graph.ts'
import type { MapLayout } from './layout-picture.ts'
import type { MapPicture } from './map-picture.ts'
import { type Emphasis, paintMap } from './paint-map.ts'
import type { Palette } from './palette.ts'

const CLICK_PX = 4
const REACH_PX = 7
const WHEEL_STEP = 0.0016
/** A picture that takes longer is moved as it is while it is dragged, and painted when it rests. */
const SLOW_PAINT_MS = 7
const REST_MS = 90

/** A pointer that is down, and where it is. */
type Drag = { readonly start: Point; at: Point; isMoved: boolean }

/** What the canvas shows of the map, and what pointers do on it. `start()` begins, `stop()` ends it. */
export class MapCanvas {
  /** Which part is seen; the overview follows it. */
  readonly camera: Signal<Camera> = signal<Camera>({ x: 0, y: 0, scale: 1 })
  readonly size: Signal<Size> = signal<Size>({ width: 0, height: 0 })
  readonly #onSelect: (id: string | undefined) => void
  #box: HTMLElement | undefined
  #canvas: HTMLCanvasElement | undefined
  #observer: ResizeObserver | undefined
  #picture: MapPicture = { nodes: [], edges: [] }
  #layout: MapLayout = { places: new Map(), routes: new Map(), flow: 'right' }
  #radii: ReadonlyMap<string, number> = new Map()
  #palette: Palette | undefined
  #emphasis: Emphasis = {
    selected: undefined,
    hovered: undefined,
    near: undefined,
    path: undefined,
    found: new Set(),
  }
  #viewKey: string | undefined
  /** Nobody has moved the picture, so it is kept whole in the window. */
  #isFitted = true
  /** By pointer: one pans, two pinch. */
  readonly #drags = new Map<number, Drag>()
  #frame = 0
  #rest: ReturnType<typeof setTimeout> | undefined
  #painted: Camera = { x: 0, y: 0, scale: 1 }
  #paintMs = 0
  #wantedCentre: string | undefined

  constructor(onSelect: (id: string | undefined) => void) {
    this.#onSelect = onSelect
  }

  start(box: HTMLElement, canvas: HTMLCanvasElement): void {
    this.#box = box
    this.#canvas = canvas
    this.#observer = new ResizeObserver(() => this.#resize())
    this.#observer.observe(box)
    box.addEventListener('wheel', this.#onWheel, { passive: false })
    box.addEventListener('pointerdown', this.#onDown)
    box.addEventListener('pointermove', this.#onMove)
    box.addEventListener('pointerup', this.#onUp)
    box.addEventListener('pointercancel', this.#onCancel)
    box.addEventListener('pointerleave', this.#onLeave)
  }

  stop(): void {
    this.#observer?.disconnect()
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#rest)
    this.#box?.removeEventListener('wheel', this.#onWheel)
    this.#box?.removeEventListener('pointerdown', this.#onDown)
    this.#box?.removeEventListener('pointermove', this.#onMove)
    this.#box?.removeEventListener('pointerup', this.#onUp)
    this.#box?.removeEventListener('pointercancel', this.#onCancel)
    this.#box?.removeEventListener('pointerleave', this.#onLeave)
    this.#canvas = undefined
  }

  /** Takes a new picture; one of another `viewKey` is seen whole at first. */
  show(
    picture: MapPicture,
    layout: MapLayout,
    radii: ReadonlyMap<string, number>,
    viewKey: string,
  ): void {
    this.#picture = picture
    this.#layout = layout
    this.#radii = radii
    if (viewKey !== this.#viewKey) this.#isFitted = true
    this.#viewKey = viewKey
    if (this.#isFitted) this.#lookFirst()
    if (this.#wantedCentre !== undefined) this.centre(this.#wantedCentre)
    this.#emphasise()
  }

  setPalette(palette: Palette): void {
    this.#palette = palette
    this.#paintSoon()
  }

  emphasise(emphasis: Omit<Emphasis, 'hovered' | 'near'>): void {
    this.#emphasis = { ...this.#emphasis, ...emphasis }
    this.#emphasise()
  }

  /** All of the map in the window. */
  fit(): void {
    // Until there is something to see, the first look is to come, which shows all.
    if (this.#layout.places.size === 0 || this.size.value.width === 0) return
    this.#isFitted = false
    this.#look(wholeCamera(this.#layout, this.size.value))
  }

  /** Brings a node into the middle, as soon as it has a place. */
  centre(id: string): void {
    const place = this.#layout.places.get(id)
    this.#wantedCentre = place === undefined || this.size.value.width === 0 ? id : undefined
    if (place === undefined || this.size.value.width === 0) return
    this.#isFitted = false
    this.#look(centreOn(this.camera.value, place, this.size.value))
  }

  /** Moves the middle of the window to a point of the map. */
  lookAt({ x, y }: Point): void {
    const { scale } = this.camera.value
    const { width, height } = this.size.value
    this.#isFitted = false
    this.#look({ scale, x: x - width / 2 / scale, y: y - height / 2 / scale })
  }

  zoomBy(factor: number): void {
    const { width, height } = this.size.value
    this.#isFitted = false
    this.#look(zoomAt(this.camera.value, { x: width / 2, y: height / 2 }, factor))
  }

  #lookFirst(): void {
    if (this.#layout.places.size === 0 || this.size.value.width === 0) return
    this.#look(firstCamera(this.#layout, this.size.value))
  }

  #look(camera: Camera): void {
    this.camera.value = camera
    if (this.#paintMs <= SLOW_PAINT_MS || this.#canvas === undefined) {
      this.#paintSoon()
      return
    }
    const { x, y, scale } = this.#painted
    const [dx, dy] = [(x - camera.x) * camera.scale, (y - camera.y) * camera.scale]
    this.#canvas.style.transform = `translate(${dx}px, ${dy}px) scale(${camera.scale / scale})`
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => this.#paintSoon(), REST_MS)
  }

  #emphasise(): void {
    const { selected, hovered, path } = this.#emphasis
    const near = hovered === undefined ? path : undefined
    this.#emphasis = {
      ...this.#emphasis,
      near: near ?? nearOf(this.#picture, hovered ?? selected),
    }
    this.#paintSoon()
  }

  #paintSoon(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#paint())
  }

  #paint(): void {
    const context = this.#canvas?.getContext('2d')
    const palette = this.#palette
    if (context === null || context === undefined || palette === undefined) return
    const started = performance.now()
    const ratio = devicePixelRatio
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const camera = this.camera.value
    paintMap(context, this.size.value, camera, this.#picture, this.#emphasis, palette)
    context.canvas.style.transform = ''
    this.#painted = camera
    this.#paintMs = performance.now() - started
  }

  #resize(): void {
    const [box, canvas] = [this.#box, this.#canvas]
    if (box === undefined || canvas === undefined) return
    this.size.value = { width: box.clientWidth, height: box.clientHeight }
    canvas.width = Math.round(box.clientWidth * devicePixelRatio)
    canvas.height = Math.round(box.clientHeight * devicePixelRatio)
    if (this.#isFitted) this.#lookFirst()
    if (this.#wantedCentre !== undefined) this.centre(this.#wantedCentre)
    // Setting its size has emptied the canvas.
    this.#paint()
  }

  #pointOf({ clientX, clientY }: MouseEvent): Point {
    const { left = 0, top = 0 } = this.#box?.getBoundingClientRect() ?? {}
    return { x: clientX - left, y: clientY - top }
  }

  #partAt(event: MouseEvent): string | undefined {
    const camera = this.camera.value
    const at = toMap(camera, this.#pointOf(event))
    return findPart(this.#layout, this.#radii, at, REACH_PX / camera.scale)
  }

  readonly #onWheel = (event: WheelEvent): void => {
    event.preventDefault()
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
    const factor = Math.exp(-event.deltaY * lines * WHEEL_STEP)
    this.#isFitted = false
    this.#look(zoomAt(this.camera.value, this.#pointOf(event), factor))
  }

  readonly #onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return
    this.#box?.setPointerCapture(event.pointerId)
    const at = this.#pointOf(event)
    // Who puts a second finger down means neither place.
    for (const drag of this.#drags.values()) drag.isMoved = true
    this.#drags.set(event.pointerId, { start: at, at, isMoved: this.#drags.size > 0 })
  }

  readonly #onMove = (event: PointerEvent): void => {
    const drag = this.#drags.get(event.pointerId)
    if (drag === undefined) {
      if (this.#drags.size === 0) this.#hover(this.#partAt(event))
      return
    }
    const at = this.#pointOf(event)
    drag.isMoved ||= Math.hypot(at.x - drag.start.x, at.y - drag.start.y) > CLICK_PX
    if (!drag.isMoved) return
    this.#isFitted = false
    const other = [...this.#drags.values()].find((each) => each !== drag)
    const { value } = this.camera
    this.#look(
      other === undefined
        ? panBy(value, at.x - drag.at.x, at.y - drag.at.y)
        : pinch(value, [drag.at, other.at], [at, other.at]),
    )
    drag.at = at
  }

  readonly #onUp = (event: PointerEvent): void => {
    const drag = this.#drags.get(event.pointerId)
    this.#drags.delete(event.pointerId)
    if (drag !== undefined && !drag.isMoved) this.#onSelect(this.#partAt(event))
  }

  readonly #onCancel = (event: PointerEvent): void => {
    this.#drags.delete(event.pointerId)
  }

  readonly #onLeave = (): void => {
    if (this.#drags.size === 0) this.#hover(undefined)
  }

  #hover(id: string | undefined): void {
    if (id === this.#emphasis.hovered) return
    this.#emphasis = { ...this.#emphasis, hovered: id }
    if (this.#box !== undefined) this.#box.style.cursor = id === undefined ? '' : 'pointer'
    this.#emphasise()
  }
}

/** A node with its calls and their other ends, or a call with both its ends; undefined for none. */
function nearOf({ nodes, edges }: MapPicture, id: string | undefined): Emphasis['near'] {
  if (id === undefined) return undefined
  const near = new Set<string>()
  for (const edge of edges) {
    if (edge.id !== id && edge.from !== id && edge.to !== id) continue
    near.add(edge.id).add(edge.from).add(edge.to)
  }
  if (nodes.some((node) => node.id === id)) near.add(id)
  return near.size === 0 ? undefined : near
}
