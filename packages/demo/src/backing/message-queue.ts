/** A message queue with visibility time-outs, as SQS has them; time is handed in. */
export class MessageQueue {
  readonly #messages: StoredMessage[] = []
  readonly #maxReceives: number
  readonly #visibilityMs: number
  readonly #maxMessages: number
  #made = 0
  #abandoned = 0

  constructor(options: {
    readonly maxReceives: number
    readonly visibilityMs: number
    readonly maxMessages: number
  }) {
    this.#maxReceives = options.maxReceives
    this.#visibilityMs = options.visibilityMs
    this.#maxMessages = options.maxMessages
  }

  get size(): number {
    return this.#messages.length
  }

  /** Messages given up after too many receives, or for want of room. */
  get abandoned(): number {
    return this.#abandoned
  }

  send(body: string, traceHeader: string | undefined, nowMs: number): string {
    this.#made += 1
    const id = `message-${this.#made}`
    if (this.#messages.length >= this.#maxMessages) this.#abandoned += 1
    else
      this.#messages.push({ id, body, traceHeader, sentMs: nowMs, visibleMs: nowMs, receives: 0 })
    return id
  }

  /** Up to `limit` visible messages; they stay hidden until deleted or their time is over. */
  receive(limit: number, nowMs: number): readonly QueuedMessage[] {
    this.#abandonFailed(nowMs)
    const visible = this.#messages.filter((message) => message.visibleMs <= nowMs).slice(0, limit)
    for (const message of visible) {
      message.receives += 1
      message.visibleMs = nowMs + this.#visibilityMs
    }
    return visible.map((message) => ({ ...message }))
  }

  delete(id: string): void {
    const index = this.#messages.findIndex((message) => message.id === id)
    if (index >= 0) this.#messages.splice(index, 1)
  }

  #abandonFailed(nowMs: number): void {
    for (const message of [...this.#messages]) {
      if (message.receives < this.#maxReceives || message.visibleMs > nowMs) continue
      this.delete(message.id)
      this.#abandoned += 1
    }
  }
}

export type QueuedMessage = {
  readonly id: string
  readonly body: string
  readonly traceHeader: string | undefined
  readonly sentMs: number
  readonly receives: number
}

type StoredMessage = {
  id: string
  body: string
  traceHeader: string | undefined
  sentMs: number
  visibleMs: number
  receives: number
}
