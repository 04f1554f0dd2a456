import type { KeyContext } from '../timeline/timeline-keys.ts'
import type { TraceClient } from '../trace-rows/trace-client.ts'
import type { TracePicture } from '../trace-rows/trace-session.ts'
import type { TraceState } from '../trace-state.ts'

/** What each way to look at a trace is given. */
export type ViewProps = {
  readonly picture: TracePicture
  readonly client: TraceClient | undefined
  readonly state: TraceState
  readonly context: KeyContext
  /** The selected row, or the first of a selected fold. */
  readonly row: number | undefined
  readonly onState: (change: Partial<TraceState>) => void
}
