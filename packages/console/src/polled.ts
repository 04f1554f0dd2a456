import type { Result } from '@fluoroscope/model'
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { ClientProblem } from './client.ts'

/** An answer that is asked for again and again, and what keeps it from being fresh. */
export type Polled<Value> = {
  readonly value: Value | undefined
  /** Epoch seconds of the last good answer. */
  readonly updated: number | undefined
  readonly problem: ClientProblem | undefined
}

/**
 * Asks when the component is shown, and again every `everyMs` while its page is visible; the newest
 * good answer stays while later ones fail.
 */
export function usePolled<Value>(
  ask: () => Promise<Result<Value, ClientProblem>>,
  everyMs: number,
): { readonly state: Signal<Polled<Value>>; readonly refresh: () => Promise<void> } {
  const state = useSignal<Polled<Value>>({
    value: undefined,
    updated: undefined,
    problem: undefined,
  })
  const asked = useRef(0)
  const answered = useRef(0)
  const refresh = useMemo(
    () => async () => {
      const number = ++asked.current
      const answer = await ask()
      // The answer to a later question is there already.
      if (number < answered.current) return
      answered.current = number
      state.value = answer.ok
        ? { value: answer.value, updated: Date.now() / 1000, problem: undefined }
        : { ...state.value, problem: answer.problem }
    },
    [ask, state],
  )
  useEffect(() => {
    void refresh()
    const timer = setInterval(() => {
      if (!document.hidden) void refresh()
    }, everyMs)
    return () => clearInterval(timer)
  }, [refresh, everyMs])
  return { state, refresh }
}
