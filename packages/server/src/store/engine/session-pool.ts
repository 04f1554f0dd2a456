import { EngineError, TOO_MANY_SIMULTANEOUS_QUERIES } from './engine-error.ts'

/** What the pool needs of a chDB session. */
export type EngineSession = {
  queryAsync(text: string, options: { format: string }): Promise<{ bytes(): Uint8Array }>
  close(): void
}

/**
 * A few sessions, each given to one user at a time, in the order asked.
 *
 * A session whose use failed is thrown away: chDB puts the output of a failed query in front of the
 * next answer of its session. A new one costs about 0.2 ms.
 */
export class SessionPool {
  readonly #open: () => EngineSession
  readonly #waitLimit: number
  readonly #idle: EngineSession[] = []
  readonly #waiting: Waiting[] = []
  #free: number
  #closed = false

  constructor(open: () => EngineSession, size: number, waitLimit: number) {
    this.#open = open
    this.#free = size
    this.#waitLimit = waitLimit
  }

  /**
   * @param signal leaves the queue; what has begun is for `work` itself to end
   * @throws EngineError 202 where too many wait already, or the pool is closed
   */
  async use<Answer>(
    work: (session: EngineSession) => Promise<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    await this.#turn(signal)
    let session: EngineSession | undefined
    try {
      session = this.#idle.pop() ?? this.#open()
      const answer = await work(session)
      this.#idle.push(session)
      return answer
    } catch (cause) {
      session?.close()
      throw cause
    } finally {
      this.#next()
    }
  }

  close(): void {
    this.#closed = true
    for (const { refuse } of this.#waiting.splice(0)) refuse(new Error('the engine is stopping'))
    for (const session of this.#idle.splice(0)) session.close()
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#closed) throw new EngineError(TOO_MANY_SIMULTANEOUS_QUERIES, 'The engine is stopping')
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    if (this.#waiting.length >= this.#waitLimit) {
      const message = `Too many simultaneous queries: ${this.#waitLimit} wait already`
      throw new EngineError(TOO_MANY_SIMULTANEOUS_QUERIES, message)
    }
    let leave = () => {}
    try {
      await new Promise<void>((admit, refuse) => {
        const waiting = { admit, refuse }
        this.#waiting.push(waiting)
        leave = () => this.#leave(waiting, signal.reason)
        signal.addEventListener('abort', leave, { once: true })
      })
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  #leave(waiting: Waiting, reason: unknown): void {
    const index = this.#waiting.indexOf(waiting)
    if (index < 0) return
    this.#waiting.splice(index, 1)
    waiting.refuse(reason)
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next.admit()
  }
}

type Waiting = {
  readonly admit: () => void
  readonly refuse: (reason: unknown) => void
}
