import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { TimePart } from '../trace-rows/time-part.ts'
import { partOrWhole } from './timeline-keys.ts'

/** Browsers slow down pages that change their address more often. */
const SETTLED_MS = 250
/** They belong to the gesture, and come again and again while they are held. */
const MODIFIERS = ['Control', 'Meta', 'Shift', 'Alt']

/**
 * The part of the time that is seen: follows a gesture at once, and tells `onSettled` when it rests, or
 * when a key or button follows it, which acts on what is seen then. Undefined where all of the trace is
 * seen.
 */
export function useTimePart(
  settled: TimePart | undefined,
  span: number,
  onSettled: (part: TimePart | undefined) => void,
): readonly [TimePart | undefined, (part: TimePart | undefined) => void] {
  const [moving, setMoving] = useState<{ readonly part: TimePart | undefined } | undefined>(
    undefined,
  )
  const tell = useRef(onSettled)
  tell.current = onSettled
  useLayoutEffect(() => {
    if (moving === undefined) return
    const settle = () => {
      stop()
      setMoving(undefined)
      tell.current(moving.part)
    }
    const onKey = ({ key }: KeyboardEvent) => {
      if (!MODIFIERS.includes(key)) settle()
    }
    const timer = setTimeout(settle, SETTLED_MS)
    addEventListener('keydown', onKey, { capture: true })
    addEventListener('pointerdown', settle, { capture: true })
    const stop = () => {
      clearTimeout(timer)
      removeEventListener('keydown', onKey, { capture: true })
      removeEventListener('pointerdown', settle, { capture: true })
    }
    return stop
  }, [moving])
  const move = useMemo(
    () => (part: TimePart | undefined) =>
      setMoving({ part: part === undefined ? undefined : partOrWhole(part, span) }),
    [span],
  )
  return [moving === undefined ? settled : moving.part, move]
}
