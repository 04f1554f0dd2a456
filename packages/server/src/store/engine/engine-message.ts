/** What the server tells its engine process, over the channel between parent and child. */
export type EngineOrder =
  | { readonly kind: 'start'; readonly options: EngineProcessOptions }
  /** Finish what runs, close the engine, end. */
  | { readonly kind: 'stop' }

export type EngineProcessOptions = {
  /** Where the engine keeps its tables. */
  readonly directory: string
  /** For bodies and large results on their way; its contents are worth nothing after a restart. */
  readonly spoolDirectory: string
  /** What every request must carry; known to parent and child only. */
  readonly secret: string
  /** Memory of the engine as a whole. */
  readonly memoryBytes: number
  /** Queries that run at a time. */
  readonly readers: number
}

/** What the engine process tells the server. */
export type EngineReport =
  | { readonly kind: 'ready'; readonly port: number; readonly opened: EngineStartTimes }
  | { readonly kind: 'failed'; readonly reason: string }

/** Milliseconds that the parts of a start took. */
type EngineStartTimes = { readonly load: number; readonly open: number }
