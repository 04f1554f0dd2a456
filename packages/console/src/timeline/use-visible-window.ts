import { useLayoutEffect, useState } from 'preact/hooks'

/** Which rows to paint, `first` included and `last` not, and where the first one stands. */
export type VisibleWindow = {
  readonly first: number
  readonly last: number
  /** Pixels from the top of the list to its first painted row. */
  readonly top: number
}

/** Rows painted beyond each edge, so that scrolling does not show gaps. */
const OVERSCAN = 12
/** Browsers do not paint elements much higher than this. */
const MAX_HEIGHT_PX = 12_000_000

/** The height of a list of `count` rows; a longer one scrolls faster than it is high. */
export function listHeight(count: number, rowPx: number): number {
  return Math.min(count * rowPx, MAX_HEIGHT_PX)
}

/**
 * Which rows show while `scrolled` pixels of the list are above the window of `windowPx`. While the
 * list is not too high, rows stand where they belong; else where they are looked at.
 */
export function visibleWindow(
  count: number,
  rowPx: number,
  scrolled: number,
  windowPx: number,
): VisibleWindow {
  const height = listHeight(count, rowPx)
  const whole = count * rowPx
  const room = Math.max(1, height - windowPx)
  const looked = whole === height ? scrolled : (scrolled / room) * (whole - windowPx)
  const inside = Math.max(0, Math.min(looked, whole - windowPx))
  const first = Math.max(0, Math.floor(inside / rowPx) - OVERSCAN)
  // The list may begin below the top of the window.
  const seenPx = Math.max(0, windowPx + Math.min(0, scrolled))
  const last = Math.min(count, Math.ceil((inside + seenPx) / rowPx) + OVERSCAN)
  const top = whole === height ? first * rowPx : scrolled - (inside - first * rowPx)
  return { first, last, top }
}

/** How far a list is to be scrolled for `row` to lie at the top of the window; see {@link visibleWindow}. */
export function scrolledTo(count: number, rowPx: number, row: number, windowPx: number): number {
  const height = listHeight(count, rowPx)
  const whole = count * rowPx
  if (whole === height) return row * rowPx
  return (row * rowPx * Math.max(1, height - windowPx)) / Math.max(1, whole - windowPx)
}

/** The rows of `element` that lie in the browser's window; follows scrolling and resizing. */
export function useVisibleWindow(
  element: HTMLElement | null,
  count: number,
  rowPx: number,
): VisibleWindow {
  const [scroll, setScroll] = useState<
    { readonly scrolled: number; readonly windowPx: number } | undefined
  >(undefined)
  useLayoutEffect(() => {
    if (element === null) return
    let frame = 0
    const update = () => {
      frame = 0
      const scrolled = -element.getBoundingClientRect().top
      setScroll({ scrolled, windowPx: innerHeight })
    }
    const updateSoon = () => {
      if (frame === 0) frame = requestAnimationFrame(update)
    }
    update()
    addEventListener('scroll', updateSoon, { passive: true, capture: true })
    addEventListener('resize', updateSoon)
    return () => {
      cancelAnimationFrame(frame)
      removeEventListener('scroll', updateSoon, { capture: true })
      removeEventListener('resize', updateSoon)
    }
  }, [element])
  // Before it is known where the list stands nothing would stand right.
  if (scroll === undefined) return { first: 0, last: 0, top: 0 }
  return visibleWindow(count, rowPx, scroll.scrolled, scroll.windowPx)
}
