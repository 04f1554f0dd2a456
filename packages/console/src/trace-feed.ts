import { secondsFromUnixNanos } from '@fluoroscope/model'
import { type Signal, signal } from '@preact/signals'
import { type ListedTrace, mergeTraces } from './answer/trace-list.ts'
import { type ClientProblem, fetchChangedTraces, fetchTraceList, type TimeRange } from './client.ts'
import { Refresher } from './refresher.ts'
import { MAX_WINDOW_SECONDS, rangeOf, type TimeWindow } from './time-window.ts'
import { learnTraces } from './vocabulary.ts'

/** What the list of traces knows at a moment. */
export type TraceFeedState = {
  readonly range: TimeRange
  readonly traces: readonly ListedTrace[]
  /** Continues after the last trace; undefined where all of the range is here. */
  readonly nextToken: string | undefined
  /** Epoch seconds of the last good answer; undefined before the first. */
  readonly updated: number | undefined
  readonly problem: ClientProblem | undefined
  readonly loadingMore: boolean
  /** Pages are being added until all are here, or until they are stopped. */
  readonly loadingAll: boolean
  /** What lies before the range, asked only while a range that ends now holds nothing at all. */
  readonly earlier: 'not-asked' | 'nothing' | ListedTrace
}

const LIVE_MS = 5000
const EMPTY_MS = 2000
/** Senders' clocks may run ahead of this browser's. */
const CLOCK_LEEWAY_SECONDS = 60

/**
 * The newest traces of a window that match a filter, kept fresh while live, tried again while the
 * server is away. `start()` begins, `stop()` ends it for good.
 */
export class TraceFeed {
  readonly state: Signal<TraceFeedState>
  readonly #time: TimeWindow
  readonly #filter: string
  readonly #refresher = new Refresher({
    ask: () => this.#ask(),
    restMs: () => this.#restMs(),
  })
  #live: boolean
  #pages = 1
  /** How often the list has begun anew: a page of the one before does not continue it. */
  #begun = 0

  constructor(time: TimeWindow, filter: string, live: boolean) {
    this.#time = time
    this.#filter = filter
    this.#live = live
    this.state = signal<TraceFeedState>({
      range: questionRange(time),
      traces: [],
      nextToken: undefined,
      updated: undefined,
      problem: undefined,
      loadingMore: false,
      loadingAll: false,
      earlier: 'not-asked',
    })
  }

  start(): void {
    this.#refresher.start()
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

  /** Asks for the newest page again; a call while one is under way joins it. */
  refresh(): Promise<void> {
    return this.#refresher.refresh()
  }

  /** Adds the page after the last trace. */
  async loadMore(): Promise<void> {
    const { range, nextToken, loadingMore } = this.state.value
    if (nextToken === undefined || loadingMore) return
    this.#set({ loadingMore: true })
    const begun = this.#begun
    const answer = await fetchTraceList({ range, filter: this.#filter }, nextToken)
    if (begun !== this.#begun) return this.#set({ loadingMore: false })
    if (!answer.ok) return this.#set({ loadingMore: false, problem: answer.problem })
    learnTraces(answer.value.traces)
    this.#pages++
    this.#set({
      loadingMore: false,
      problem: undefined,
      traces: mergeTraces(this.state.value.traces, answer.value.traces),
      nextToken: answer.value.nextToken,
    })
  }

  /** Adds page after page until all traces are here, {@link stopLoading}, or a problem. */
  async loadAll(): Promise<void> {
    if (this.state.value.loadingAll) return
    this.#set({ loadingAll: true })
    while (this.state.value.loadingAll && this.state.value.nextToken !== undefined) {
      const { problem } = this.state.value
      await this.loadMore()
      if (this.#refresher.isStopped || this.state.value.problem !== problem) break
    }
    this.#set({ loadingAll: false })
  }

  /** Ends {@link loadAll} after the page that is under way. */
  stopLoading(): void {
    this.#set({ loadingAll: false })
  }

  async #ask(): Promise<ClientProblem | undefined> {
    const range = questionRange(this.#time)
    const answer = await fetchTraceList({ range, filter: this.#filter })
    if (!answer.ok) {
      this.#set({ problem: answer.problem })
      return answer.problem
    }
    const before = this.state.value
    const fresh = answer.value.traces
    learnTraces(fresh)
    const known = new Set(before.traces.map((trace) => trace.id))
    // Without a trace in common there may be others between: the list starts anew.
    const isLong = this.#pages > 1 || before.loadingMore
    const continues = isLong && fresh.some((trace) => known.has(trace.id))
    if (!continues) {
      this.#pages = 1
      this.#begun++
    }
    const isNone = fresh.length === 0 && answer.value.nextToken === undefined
    const asksEarlier = isNone && this.#time.kind === 'last' && this.#filter.trim() === ''
    const earlier = asksEarlier ? await findEarlier(range) : 'not-asked'
    this.#set({
      problem: undefined,
      updated: Date.now() / 1000,
      earlier,
      ...(continues
        ? { traces: mergeTraces(before.traces, fresh).filter((trace) => startsIn(trace, range)) }
        : { range, traces: mergeTraces([], fresh), nextToken: answer.value.nextToken }),
    })
    return undefined
  }

  #restMs(): number | undefined {
    if (this.state.value.earlier === 'nothing') return EMPTY_MS
    return this.#live && this.#time.kind === 'last' ? LIVE_MS : undefined
  }

  #set(change: Partial<TraceFeedState>): void {
    if (!this.#refresher.isStopped) this.state.value = { ...this.state.value, ...change }
  }
}

function questionRange(time: TimeWindow): TimeRange {
  const { from, to } = rangeOf(time, Date.now() / 1000)
  return { from, to: time.kind === 'last' ? to + CLOCK_LEEWAY_SECONDS : to }
}

function startsIn(trace: ListedTrace, range: TimeRange): boolean {
  return secondsFromUnixNanos(trace.start) >= range.from
}

/**
 * A trace outside of `range`, the newest of those received lately: a first trace may well tell a
 * start of years ago. A problem counts as not asked.
 */
async function findEarlier(range: TimeRange): Promise<TraceFeedState['earlier']> {
  const answer = await fetchChangedTraces({ from: range.to - MAX_WINDOW_SECONDS, to: range.to })
  if (!answer.ok) return 'not-asked'
  return mergeTraces([], answer.value.traces)[0] ?? 'nothing'
}
