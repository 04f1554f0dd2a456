import http from 'node:http'
import { type Random, wholeBetween } from './random.ts'
import { nextShopRequest, type RequestKind, type ShopRequest } from './shop-request.ts'

export type DriverCounts = {
  readonly sent: number
  /** Requests that were due while too many were still open: not sent. */
  readonly skipped: number
  /** Answers with a status of 400 to 499. */
  readonly clientErrors: number
  /** Answers with a status of 500 or more. */
  readonly serverErrors: number
  /** Requests without any answer. */
  readonly unanswered: number
  readonly byKind: Readonly<Partial<Record<RequestKind, number>>>
  readonly byStatus: Readonly<Record<string, number>>
}

const MAX_OPEN = 64
const ANSWER_TIMEOUT_MS = 15_000

/**
 * Sends a shop's traffic at an even rate, however slowly it answers. The traffic follows from the
 * numbers `random` gives.
 */
export class ShopDriver {
  readonly #port: number
  readonly #random: Random
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: MAX_OPEN })
  readonly #byKind: Partial<Record<RequestKind, number>> = {}
  readonly #byStatus: Record<string, number> = {}
  readonly #open = new Set<Promise<void>>()
  #sent = 0
  #skipped = 0
  #clientErrors = 0
  #serverErrors = 0
  #unanswered = 0
  #timer: NodeJS.Timeout | undefined

  constructor(port: number, random: Random) {
    this.#port = port
    this.#random = random
  }

  /** @param rate requests a second */
  start(rate: number, nowMs: () => number): void {
    const startedMs = nowMs()
    let due = 0
    const step = () => {
      const elapsedMs = nowMs() - startedMs
      while ((due * 1000) / rate <= elapsedMs) {
        due += 1
        this.#next()
      }
      this.#timer = setTimeout(step, Math.max(1, (due * 1000) / rate - elapsedMs))
    }
    step()
  }

  /** Sends no more and waits for the answers still open. May be called twice. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await Promise.all(this.#open)
    this.#agent.destroy()
  }

  get counts(): DriverCounts {
    return {
      sent: this.#sent,
      skipped: this.#skipped,
      clientErrors: this.#clientErrors,
      serverErrors: this.#serverErrors,
      unanswered: this.#unanswered,
      byKind: { ...this.#byKind },
      byStatus: { ...this.#byStatus },
    }
  }

  #next(): void {
    const request = nextShopRequest(this.#random)
    const clientIp = `203.0.113.${wholeBetween(this.#random, 1, 254)}`
    if (this.#open.size >= MAX_OPEN) {
      this.#skipped += 1
      return
    }
    this.#sent += 1
    this.#byKind[request.kind] = (this.#byKind[request.kind] ?? 0) + 1
    const done = this.#send(request, clientIp).then(
      (status) => this.#count(status),
      () => {
        this.#unanswered += 1
      },
    )
    this.#open.add(done)
    void done.finally(() => this.#open.delete(done))
  }

  #count(status: number): void {
    this.#byStatus[status] = (this.#byStatus[status] ?? 0) + 1
    if (status >= 500) this.#serverErrors += 1
    else if (status >= 400) this.#clientErrors += 1
  }

  #send(shopRequest: ShopRequest, clientIp: string): Promise<number> {
    const body = shopRequest.body === undefined ? undefined : JSON.stringify(shopRequest.body)
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          agent: this.#agent,
          host: '127.0.0.1',
          port: this.#port,
          method: shopRequest.method,
          path: shopRequest.path,
          timeout: ANSWER_TIMEOUT_MS,
          headers: {
            host: 'shop.example',
            'user-agent': USER_AGENTS[shopRequest.customer.tier],
            'x-forwarded-for': clientIp,
            'x-customer': shopRequest.customer.id,
            'x-tier': shopRequest.customer.tier,
            'x-new-checkout': String(shopRequest.newCheckout),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
        },
        (response) => {
          response.resume()
          response.on('error', reject)
          response.on('end', () => resolve(response.statusCode ?? 0))
        },
      )
      request.on('timeout', () => request.destroy(new Error('no answer in time')))
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The shop closed an idle connection as it was taken up again: Node's documentation of
        // `request.reusedSocket` has such a request sent once more.
        const isStale = request.reusedSocket && error.code === 'ECONNRESET'
        if (isStale) this.#send(shopRequest, clientIp).then(resolve, reject)
        else reject(error)
      })
      request.end(body)
    })
  }
}

const USER_AGENTS = {
  bronze: 'Mozilla/5.0 (X11; Linux x86_64) Shop/1.0',
  silver: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Shop/1.0',
  gold: 'shop-app/4.2 (Android 15)',
} as const
