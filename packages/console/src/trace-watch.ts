import { secondsFromUnixNanos, type TraceId } from '@fluoroscope/model'
import { type Signal, signal } from '@preact/signals'
import type { ReceivedTrace } from './answer/received-trace.ts'
import { type ClientProblem, fetchRevision, fetchTrace } from './client.ts'
import { buildTraceTree, type TraceTree } from './timeline/trace-tree.ts'

/** What the page of a trace knows at a moment. */
export type TraceWatchState = {
  readonly trace: ReceivedTrace | undefined
  readonly tree: TraceTree | undefined
  readonly revision: number | undefined
  /** A good answer has come, if only that there is no such trace. */
  readonly answered: boolean
  readonly problem: ClientProblem | undefined
}

const WATCH_MS = 3000
/** A trace that ended so long ago, and did not change while it was watched, is taken as whole. */
const SETTLED_SECONDS = 60
const UNCHANGED_SECONDS = 15

/**
 * One trace, asked for again while it is unknown, open, fresh, or the server is away.
 * `start()` begins, `stop()` ends it for good.
 */
export class TraceWatch {
  readonly state: Signal<TraceWatchState> = signal<TraceWatchState>({
    trace: undefined,
    tree: undefined,
    revision: undefined,
    answered: false,
    problem: undefined,
  })
  readonly #id: TraceId
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false
  /** Epoch seconds. */
  #changed = 0

  constructor(id: TraceId) {
    this.#id = id
  }

  start(): void {
    void this.#refresh()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #refresh(): Promise<void> {
    if (!document.hidden) await this.#ask()
    if (this.#stopped || this.#isSettled()) return
    this.#timer = setTimeout(() => void this.#refresh(), WATCH_MS)
  }

  async #ask(): Promise<void> {
    const answer = await fetchTrace(this.#id)
    if (!answer.ok) return this.#set({ problem: answer.problem })
    const trace = answer.value
    if (trace === undefined || isSame(trace, this.state.value.trace)) {
      return this.#set({ answered: true, problem: undefined })
    }
    const tree = buildTraceTree(trace.segments)
    this.#changed = Date.now() / 1000
    this.#set({ trace, tree, answered: true, problem: undefined })
    const revision = await fetchRevision(this.#id, tree.start)
    if (revision !== undefined) this.#set({ revision })
  }

  #isSettled(): boolean {
    const { trace, tree, problem } = this.state.value
    if (trace === undefined || tree === undefined || problem !== undefined) return false
    if (tree.rows.some((row) => row.entity.progress.state === 'in-progress')) return false
    const now = Date.now() / 1000
    const ended = now - secondsFromUnixNanos(tree.end) > SETTLED_SECONDS
    return ended && now - this.#changed > UNCHANGED_SECONDS
  }

  #set(change: Partial<TraceWatchState>): void {
    if (!this.#stopped) this.state.value = { ...this.state.value, ...change }
  }
}

/** Same documents: nothing to paint again. */
function isSame(a: ReceivedTrace, b: ReceivedTrace | undefined): boolean {
  if (b === undefined || a.texts.size !== b.texts.size || a.duration !== b.duration) return false
  const texts = new Set(b.texts.values())
  return [...a.texts.values()].every((text) => texts.has(text))
}
