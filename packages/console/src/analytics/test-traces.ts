import { type Nanos, parseTraceId, unixNanosFromSeconds } from '@fluoroscope/model'
import type { TraceFact } from '../answer/trace-facts.ts'
import type { ListedTrace } from '../answer/trace-list.ts'

export type Sketch = {
  readonly start?: number
  /** Milliseconds; undefined for a trace that is still open. */
  readonly response?: number | undefined
  readonly isFault?: boolean
  readonly facts?: readonly TraceFact[]
}

/** Traces with ids of their own. */
export function sketchTraces(sketches: readonly Sketch[]): readonly ListedTrace[] {
  return sketches.map(({ start = 1000, response, isFault = false, facts = [] }, index) => {
    const id = parseTraceId(`1-68f00000-${index.toString(16).padStart(24, '0')}`)
    if (id === undefined) throw new Error('not an id')
    return {
      id,
      start: unixNanosFromSeconds(start),
      duration: undefined,
      responseTime: response === undefined ? undefined : ((response * 1e6) as Nanos),
      hasFault: isFault,
      hasError: false,
      hasThrottle: false,
      isPartial: false,
      services: [],
      entryPoint: undefined,
      revision: 1,
      http: { method: undefined, url: undefined, status: undefined },
      annotations: new Map(),
      users: [],
      facts,
    }
  })
}
