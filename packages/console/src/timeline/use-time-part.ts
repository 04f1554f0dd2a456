import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { TimePart } from '../trace-rows/time-part.ts'
import { partOrWhole } from './timeline-keys.ts'

/** Browsers slow down pages that change their address more often. */
const SETTLED_MS = 250

/**
 * The part of the time that is seen: follows a gesture at once, and tells `onSettled` when it rests.
 * Undefined where all of the trace is seen.
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
  useEffect(() => {
    if (moving === undefined) return
    const timer = setTimeout(() => {
      setMoving(undefined)
      tell.current(moving.part)
    }, SETTLED_MS)
    return () => clearTimeout(timer)
  }, [moving])
  const move = useMemo(
    () => (part: TimePart | undefined) =>
      setMoving({ part: part === undefined ? undefined : partOrWhole(part, span) }),
    [span],
  )
  return [moving === undefined ? settled : moving.part, move]
}
