import { useLayoutEffect, useRef } from 'preact/hooks'

/** Keys work wherever the focus is, but in fields, dialogs and on controls that use them. */
export function usePageKeys(onKey: (event: KeyboardEvent) => boolean): void {
  const latest = useRef(onKey)
  latest.current = onKey
  // From the moment that the page shows: a key pressed before the next frame would be lost.
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTaken(event)) return
      if (latest.current(event)) event.preventDefault()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
}

/** Whether the element that has the focus needs the key itself. */
function isTaken(event: KeyboardEvent): boolean {
  if (!(event.target instanceof Element)) return false
  if (event.target.closest('input, textarea, select, dialog, [role=application]') !== null)
    return true
  if (event.key === 'Enter') return event.target.closest('a, button, summary') !== null
  if (TAB_KEYS.includes(event.key) && event.target.closest('[role=tab]') !== null) return true
  // In the details, the keys that scroll go on scrolling.
  return SCROLL_KEYS.includes(event.key) && event.target.closest('.details, .table-box') !== null
}

const TAB_KEYS = ['ArrowLeft', 'ArrowRight']
const SCROLL_KEYS = ['ArrowUp', 'ArrowDown', 'Home', 'End']

/** Enter leads into the details, Escape back to the timeline. */
export function moveFocus(key: string): void {
  const target = { Enter: '.details', Escape: '.timeline' }[key]
  if (target === undefined) return
  // Rendering was queued by the change before this call, so the details are in the document by then.
  queueMicrotask(() => document.querySelector<HTMLElement>(target)?.focus({ preventScroll: true }))
}
