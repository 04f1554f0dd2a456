import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { durationText } from '../number-text.ts'
import { pannedPart, type TimePart, zoomedPart } from '../trace-rows/time-part.ts'
import { axisWidth, leftOf, nanosAt, type TimeView } from './layout-timeline.ts'

type Options = {
  readonly rows: HTMLElement | null
  /** The column of the bars, in the head. */
  readonly axis: HTMLElement | null
  readonly crosshair: RefObject<HTMLElement | null>
  readonly view: TimeView
  readonly span: number
  readonly onPart: (part: TimePart) => void
  readonly onArea: (area: TimePart | undefined) => void
}

const WHEEL_STEP = 0.0016
const CLICK_PX = 4

/**
 * What pointers do over the bars: the wheel with Ctrl or Cmd zooms at the pointer and sideways pans,
 * a drag pans, with Shift it chooses an area; a line follows the pointer and tells the time.
 */
export function useTimeDrag(options: Options): void {
  const latest = useRef(options)
  latest.current = options
  const { rows } = options
  useLayoutEffect(() => {
    if (rows === null) return
    const pointer = new TimePointer(rows, () => latest.current)
    pointer.start()
    return () => pointer.stop()
  }, [rows])
}

type Drag = {
  readonly left: number
  readonly part: TimePart
  readonly isArea: boolean
  moved: boolean
}

class TimePointer {
  readonly #rows: HTMLElement
  readonly #options: () => Options
  #drag: Drag | undefined

  constructor(rows: HTMLElement, options: () => Options) {
    this.#rows = rows
    this.#options = options
  }

  start(): void {
    this.#rows.addEventListener('wheel', this.#onWheel, { passive: false })
    this.#rows.addEventListener('pointerdown', this.#onDown)
    this.#rows.addEventListener('pointermove', this.#onMove)
    this.#rows.addEventListener('pointerup', this.#onUp)
    this.#rows.addEventListener('pointercancel', this.#onUp)
    this.#rows.addEventListener('pointerleave', this.#onLeave)
    this.#rows.addEventListener('click', this.#onClick, { capture: true })
  }

  stop(): void {
    this.#rows.removeEventListener('wheel', this.#onWheel)
    this.#rows.removeEventListener('pointerdown', this.#onDown)
    this.#rows.removeEventListener('pointermove', this.#onMove)
    this.#rows.removeEventListener('pointerup', this.#onUp)
    this.#rows.removeEventListener('pointercancel', this.#onUp)
    this.#rows.removeEventListener('pointerleave', this.#onLeave)
    this.#rows.removeEventListener('click', this.#onClick, { capture: true })
  }

  /** Pixels from the left of the axis; undefined over the names. */
  #leftOf(event: MouseEvent): number | undefined {
    const { axis } = this.#options()
    if (axis === null) return undefined
    const left = event.clientX - axis.getBoundingClientRect().left
    return left < -AXIS_MARGIN_PX ? undefined : left
  }

  readonly #onWheel = (event: WheelEvent): void => {
    const { view, span, onPart } = this.#options()
    const left = this.#leftOf(event)
    if (left === undefined) return
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault()
      const factor = Math.exp(event.deltaY * lines * WHEEL_STEP)
      onPart(zoomedPart(view.part, span, factor, nanosAt(view, left)))
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault()
      onPart(pannedPart(view.part, span, this.#nanosOf(event.deltaX * lines)))
    }
  }

  readonly #onDown = (event: PointerEvent): void => {
    const left = this.#leftOf(event)
    // Fingers scroll the page; they have the overview to zoom.
    if (event.button !== 0 || left === undefined || event.pointerType === 'touch') return
    this.#drag = { left, part: this.#options().view.part, isArea: event.shiftKey, moved: false }
    if (event.shiftKey) event.preventDefault()
  }

  readonly #onMove = (event: PointerEvent): void => {
    const left = this.#leftOf(event)
    this.#showCrosshair(left)
    const drag = this.#drag
    if (drag === undefined || left === undefined) return
    if (!drag.moved && Math.abs(left - drag.left) < CLICK_PX) return
    if (!drag.moved) this.#rows.setPointerCapture(event.pointerId)
    drag.moved = true
    const { span, onPart, onArea, view } = this.#options()
    if (!drag.isArea) onPart(pannedPart(drag.part, span, this.#nanosOf(drag.left - left)))
    else {
      const [from, to] = [
        nanosAt(view, Math.min(drag.left, left)),
        nanosAt(view, Math.max(drag.left, left)),
      ]
      onArea({ from: Math.max(0, from), to: Math.min(span, Math.max(from + 1, to)) })
    }
  }

  readonly #onUp = (): void => {
    if (this.#drag?.moved !== true) this.#drag = undefined
    // The click that follows a drag is not meant for the row below it; it comes before this runs.
    else setTimeout(() => (this.#drag = undefined))
  }

  readonly #onClick = (event: MouseEvent): void => {
    if (this.#drag?.moved === true) event.stopPropagation()
  }

  readonly #onLeave = (): void => this.#showCrosshair(undefined)

  #nanosOf(pixels: number): number {
    const { part, widthPx } = this.#options().view
    return (pixels / Math.max(1, axisWidth(widthPx))) * (part.to - part.from)
  }

  /** Painted past the components: it follows every move of the pointer. */
  #showCrosshair(left: number | undefined): void {
    const { crosshair, view, span } = this.#options()
    const line = crosshair.current
    if (line === null) return
    const nanos = left === undefined ? -1 : nanosAt(view, left)
    line.hidden = nanos < 0 || nanos > span
    if (line.hidden) return
    line.style.transform = `translateX(${leftOf(view, nanos)}px)`
    const label = line.firstElementChild
    if (label !== null) label.textContent = durationText(nanos)
  }
}

/** The bars begin so far right of the names. */
const AXIS_MARGIN_PX = 8
