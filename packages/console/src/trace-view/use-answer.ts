import { useEffect, useState } from 'preact/hooks'

/** What a question is answered with, asked again when one of `inputs` changes; undefined until then. */
export function useAnswer<Value>(
  ask: () => Promise<Value> | undefined,
  inputs: readonly unknown[],
): Value | undefined {
  const [state, setState] = useState<{ readonly value: Value } | undefined>(undefined)
  useEffect(() => {
    let isLatest = true
    void ask()?.then((value) => isLatest && setState({ value }))
    return () => {
      isLatest = false
    }
  }, inputs)
  return state?.value
}
