import { secondsFromUnixNanos, type TraceId } from '@fluoroscope/model'
import { type Signal, signal } from '@preact/signals'
import { type ClientProblem, fetchRevision } from './client.ts'
import { loadTrace } from './trace-rows/expected-trace.ts'
import type { LoadProgress, TraceHead } from './trace-rows/fetch-trace.ts'
import type { OnTrace, TraceClient } from './trace-rows/trace-client.ts'
import { instantAt } from './trace-rows/trace-rows.ts'
import type { TracePicture } from './trace-rows/trace-session.ts'

/** What the page of a trace knows at a moment. */
export type TraceWatchState = {
  readonly picture: TracePicture | undefined
  /** Undefined until the whole trace has come. */
  readonly head: TraceHead | undefined
  /** How much of the trace has come while it is loaded first. */
  readonly progress: LoadProgress | undefined
  readonly revision: number | undefined
  /** How often the trace changed since the page was opened, and rows that came with that. */
  readonly arrivals: { readonly times: number; readonly rows: number }
  /** It is asked for again by itself: it is open, or changed lately. */
  readonly isLive: boolean
  /** A good answer has come, if only that there is no such trace. */
  readonly answered: boolean
  readonly problem: ClientProblem | undefined
}

const WATCH_MS = 3000
/** A trace that takes long to load is asked for less often. */
const REST_FACTOR = 5
/** A trace that ended so long ago, and did not change while it was watched, is taken as whole. */
const SETTLED_SECONDS = 60
const UNCHANGED_SECONDS = 15
/** What is in progress for longer without a change is not waited for any more. */
const ABANDONED_SECONDS = 900

/**
 * One trace, asked for again while it is unknown, open, fresh, or the server is away.
 * `start()` begins, `stop()` ends it for good.
 */
export class TraceWatch {
  readonly state: Signal<TraceWatchState> = signal<TraceWatchState>({
    picture: undefined,
    head: undefined,
    progress: undefined,
    revision: undefined,
    arrivals: { times: 0, rows: 0 },
    isLive: true,
    answered: false,
    problem: undefined,
  })
  readonly #id: TraceId
  #client: TraceClient | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Epoch milliseconds. */
  #asked = 0
  /** Epoch seconds. */
  #changed = 0

  constructor(id: TraceId) {
    this.#id = id
  }

  /** Asks about the trace that is shown; only between `start()` and `stop()`. */
  get client(): TraceClient | undefined {
    return this.#client
  }

  start(): void {
    this.#asked = Date.now()
    this.#client = loadTrace(this.#id)
    this.#client.listen((answer) => this.#receive(answer))
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#client?.stop()
    this.#client = undefined
  }

  #ask(): void {
    this.#asked = Date.now()
    this.#client?.load(this.#id)
  }

  #receive(answer: Parameters<OnTrace>[0]): void {
    if (answer.kind === 'part') {
      this.#set({ picture: answer.picture, progress: answer.progress, problem: undefined })
      return
    }
    if (answer.kind === 'problem') this.#set({ problem: answer.problem })
    else if (answer.kind === 'loaded') this.#take(answer.picture, answer.head)
    else this.#set({ answered: true, problem: undefined })
    const isLive = !this.#isSettled()
    this.#set({ isLive })
    if (isLive) this.#askLater()
  }

  #take(picture: TracePicture, head: TraceHead): void {
    const { picture: before, head: headBefore, arrivals } = this.state.value
    const rows = picture.rows.count - (before?.rows.count ?? 0)
    this.#changed = Date.now() / 1000
    this.#set({
      picture,
      head,
      progress: undefined,
      answered: true,
      problem: undefined,
      ...(headBefore === undefined
        ? {}
        : { arrivals: { times: arrivals.times + 1, rows: arrivals.rows + Math.max(0, rows) } }),
    })
    void this.#findRevision(picture)
  }

  async #findRevision({ rows }: TracePicture): Promise<void> {
    const revision = await fetchRevision(this.#id, instantAt(rows, 0))
    if (revision !== undefined) this.#set({ revision })
  }

  #askLater(): void {
    clearTimeout(this.#timer)
    const delay = Math.max(WATCH_MS, (Date.now() - this.#asked) * REST_FACTOR)
    this.#timer = setTimeout(() => {
      if (document.hidden) this.#askLater()
      else this.#ask()
    }, delay)
  }

  #isSettled(): boolean {
    const { picture, problem } = this.state.value
    if (picture === undefined || problem !== undefined) return false
    const now = Date.now() / 1000
    const unchanged = now - this.#changed
    if (picture.counts.inProgress > 0) return unchanged > ABANDONED_SECONDS
    const end = secondsFromUnixNanos(instantAt(picture.rows, picture.rows.span))
    return now - end > SETTLED_SECONDS && unchanged > UNCHANGED_SECONDS
  }

  #set(change: Partial<TraceWatchState>): void {
    if (this.#client !== undefined) this.state.value = { ...this.state.value, ...change }
  }
}
