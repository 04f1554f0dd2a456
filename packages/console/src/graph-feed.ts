import { type Signal, signal } from '@preact/signals'
import { readGroupNames } from './answer/group-names.ts'
import { type ReceivedGraph, readServiceGraph } from './answer/service-graph.ts'
import { ask, type ClientProblem, type TimeRange } from './client.ts'
import { Refresher } from './refresher.ts'
import { rangeOf, type TimeWindow } from './time-window.ts'

/** What the map knows at a moment. */
export type GraphFeedState = {
  readonly graph: ReceivedGraph | undefined
  /** What was asked for when `graph` was answered, epoch seconds. */
  readonly asked: TimeRange | undefined
  /** Epoch seconds of the last good answer. */
  readonly updated: number | undefined
  readonly loading: boolean
  readonly problem: ClientProblem | undefined
  readonly groups: readonly string[]
}

const LIVE_MS = 10_000
/** A graph that takes long to compute is asked for less often. */
const REST_FACTOR = 10
/** Senders' clocks may run ahead of this browser's. */
const CLOCK_LEEWAY_SECONDS = 60

/**
 * The graph of a group in a window of time, kept fresh while live, tried again while the
 * server is away. `start()` begins, `stop()` ends it for good.
 */
export class GraphFeed {
  readonly state: Signal<GraphFeedState> = signal<GraphFeedState>({
    graph: undefined,
    asked: undefined,
    updated: undefined,
    loading: true,
    problem: undefined,
    groups: [],
  })
  readonly #time: TimeWindow
  readonly #group: string | undefined
  readonly #before: number
  readonly #refresher = new Refresher({
    ask: () => this.#ask(),
    restMs: () => this.#restMs(),
  })
  #live: boolean
  #tookMs = 0

  /** @param before the window lies so many seconds earlier than `time` says */
  constructor(time: TimeWindow, group: string | undefined, live: boolean, before = 0) {
    this.#before = before
    this.#time = time
    this.#group = group
    this.#live = live
  }

  start(): void {
    this.#refresher.start()
    void this.#findGroups()
  }

  stop(): void {
    this.#refresher.stop()
  }

  setLive(live: boolean): void {
    if (this.#live === live) return
    this.#live = live
    if (live) void this.refresh()
    else this.#refresher.schedule()
  }

  /** Asks again; a call while one is under way joins it. */
  refresh(): Promise<void> {
    return this.#refresher.refresh()
  }

  async #ask(): Promise<ClientProblem | undefined> {
    this.#set({ loading: true })
    const now = Date.now()
    const { from, to } = rangeOf(this.#time, now / 1000)
    const asked = { from: from - this.#before, to: to - this.#before }
    const endsNow = this.#time.kind === 'last' && this.#before === 0
    const leeway = endsNow ? CLOCK_LEEWAY_SECONDS : 0
    const answer = await ask(
      '/ServiceGraph',
      {
        StartTime: asked.from,
        EndTime: asked.to + leeway,
        ...(this.#group === undefined ? {} : { GroupName: this.#group }),
      },
      readServiceGraph,
    )
    this.#tookMs = Date.now() - now
    if (!answer.ok) {
      this.#set({ loading: false, problem: answer.problem })
      return answer.problem
    }
    this.#set({
      graph: answer.value,
      asked,
      updated: Date.now() / 1000,
      loading: false,
      problem: undefined,
    })
    return undefined
  }

  async #findGroups(): Promise<void> {
    const answer = await ask('/Groups', {}, readGroupNames)
    // Without the names the map still shows; the graph's own request tells what is wrong.
    if (answer.ok) this.#set({ groups: answer.value })
  }

  #restMs(): number | undefined {
    if (!this.#live || this.#time.kind !== 'last') return undefined
    return Math.max(LIVE_MS, this.#tookMs * REST_FACTOR)
  }

  #set(change: Partial<GraphFeedState>): void {
    if (!this.#refresher.isStopped) this.state.value = { ...this.state.value, ...change }
  }
}
