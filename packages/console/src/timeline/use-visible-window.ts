import { useEffect, useState } from 'preact/hooks'

/** Indexes of the rows to paint: `first` included, `last` not. */
export type VisibleWindow = { readonly first: number; readonly last: number }

/** Rows painted beyond each edge, so that scrolling does not show gaps. */
const OVERSCAN = 20

/**
 * Which of `count` rows, `rowPx` high each, of `element` lie in the browser's window; follows
 * scrolling and resizing.
 */
export function useVisibleWindow(
  element: HTMLElement | null,
  count: number,
  rowPx: number,
): VisibleWindow {
  const [visible, setVisible] = useState<VisibleWindow>({ first: 0, last: 80 })
  useEffect(() => {
    if (element === null) return
    const update = () => {
      const { top } = element.getBoundingClientRect()
      const first = Math.max(0, Math.floor(-top / rowPx) - OVERSCAN)
      const last = Math.max(0, Math.ceil((innerHeight - top) / rowPx) + OVERSCAN)
      // In steps, so that most scroll events change nothing.
      const next = { first: first - (first % 10), last: last + (10 - (last % 10)) }
      setVisible((old) => (old.first === next.first && old.last === next.last ? old : next))
    }
    update()
    addEventListener('scroll', update, { passive: true, capture: true })
    addEventListener('resize', update)
    return () => {
      removeEventListener('scroll', update, { capture: true })
      removeEventListener('resize', update)
    }
  }, [element, rowPx])
  return { first: Math.min(visible.first, count), last: Math.min(visible.last, count) }
}
