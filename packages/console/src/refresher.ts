import type { ClientProblem } from './client.ts'

export type RefresherOptions = {
  /** Asks the server; what went wrong, if anything. */
  readonly ask: () => Promise<ClientProblem | undefined>
  /** Milliseconds from a good answer to the next question; undefined for none. */
  readonly restMs: () => number | undefined
}

const RETRY_MS = [1000, 2000, 4000, 8000, 15_000]

/**
 * Asks anew after a rest, later and later while the server is away, and not while the page is hidden.
 * `start()` begins, `stop()` ends it for good.
 */
export class Refresher {
  readonly #options: RefresherOptions
  #timer: ReturnType<typeof setTimeout> | undefined
  #refreshing: Promise<void> | undefined
  #failures = 0
  #problem: ClientProblem | undefined
  #stopped = false

  constructor(options: RefresherOptions) {
    this.#options = options
  }

  get isStopped(): boolean {
    return this.#stopped
  }

  start(): void {
    document.addEventListener('visibilitychange', this.#onVisibility)
    void this.refresh()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    document.removeEventListener('visibilitychange', this.#onVisibility)
  }

  /** Asks now; a call while a question is under way joins it. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#ask().finally(() => {
      this.#refreshing = undefined
      this.schedule()
    })
    return this.#refreshing
  }

  /** The rest may have changed. */
  schedule(): void {
    clearTimeout(this.#timer)
    const delay = this.#delay()
    if (this.#stopped || delay === undefined || document.hidden) return
    this.#timer = setTimeout(() => void this.refresh(), delay)
  }

  async #ask(): Promise<void> {
    this.#problem = await this.#options.ask()
    this.#failures = this.#problem === undefined ? 0 : this.#failures + 1
  }

  #delay(): number | undefined {
    const problem = this.#problem
    if (problem === undefined) return this.#options.restMs()
    // What was refused once is refused again: only the server's own trouble passes.
    if (problem.kind === 'refused' && problem.status < 500) return undefined
    return RETRY_MS[Math.min(this.#failures, RETRY_MS.length) - 1]
  }

  readonly #onVisibility = (): void => {
    if (document.hidden) clearTimeout(this.#timer)
    else if (this.#delay() !== undefined) void this.refresh()
  }
}
