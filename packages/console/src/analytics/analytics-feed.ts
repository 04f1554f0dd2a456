import { type Signal, signal } from '@preact/signals'
import { rangeOf, type TimeWindow } from '../time-window.ts'
import type { RetrievalProgress, SessionReport } from './analytics-session.ts'
import type { AnalyticsQuestion, AnalyticsView } from './analytics-view.ts'
import type { AnalyticsRequest } from './analytics-worker.ts'

/** What the page knows at a moment. */
export type AnalyticsState = {
  readonly progress: RetrievalProgress | undefined
  readonly view: AnalyticsView | undefined
  /** The question that `view` answers. */
  readonly answered: AnalyticsQuestion | undefined
  /** Epoch seconds at which retrieving began. */
  readonly asOf: number
  /** Why the worker does not work. */
  readonly failure: string | undefined
}

/** The traces of a window and filter, retrieved and counted in a worker. `stop()` ends it for good. */
export class AnalyticsFeed {
  readonly state: Signal<AnalyticsState>
  readonly #worker: Worker

  constructor(time: TimeWindow, filter: string) {
    const now = Date.now() / 1000
    this.state = signal<AnalyticsState>({
      progress: undefined,
      view: undefined,
      answered: undefined,
      asOf: now,
      failure: undefined,
    })
    this.#worker = new Worker(new URL('./analytics-worker.ts', import.meta.url), { type: 'module' })
    this.#worker.addEventListener('message', ({ data }: MessageEvent<SessionReport>) => {
      if (data.kind === 'progress') this.#set({ progress: data.progress })
      else this.#set({ view: data.view, answered: data.question })
    })
    this.#worker.addEventListener('error', ({ message }) => this.#set({ failure: message }))
    this.#send({ kind: 'retrieve', question: { range: rangeOf(time, now), filter } })
  }

  /** Shows this from now on; what was asked before is not answered any more. */
  ask(question: AnalyticsQuestion): void {
    this.#send({ kind: 'ask', question })
  }

  /** Reads older traces. */
  readOn(): void {
    this.#send({ kind: 'read' })
  }

  /** Reads no further, but goes on answering. */
  pause(): void {
    this.#send({ kind: 'stop' })
  }

  stop(): void {
    this.#worker.terminate()
  }

  #send(request: AnalyticsRequest): void {
    this.#worker.postMessage(request)
  }

  #set(change: Partial<AnalyticsState>): void {
    this.state.value = { ...this.state.value, ...change }
  }
}
