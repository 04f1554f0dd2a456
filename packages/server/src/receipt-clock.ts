import { type UnixNanos, unixNanos } from '@fluoroscope/model'
import type { Log } from './lib/log.ts'
import { INSTANT } from './store/column.ts'
import { type Database, StoreError } from './store/database.ts'
import { sql } from './store/sql.ts'

/** The time of day as the system tells it, in steps of a millisecond. It may be set, also back. */
export function systemNow(): UnixNanos {
  return unixNanos(BigInt(Date.now()) * 1_000_000n)
}

/** Stamps what is received, and knows up to which stamp a search has to look to see all of it. */
export class ReceiptClock {
  readonly #now: () => UnixNanos
  #last = 0n
  #latest = 0n

  /** @param now the time of day; it may be set, also back */
  constructor(now: () => UnixNanos) {
    this.#now = now
  }

  /**
   * The first of `count` stamps that nothing else gets. They rise, until the clock is set back by more than
   * a second: what is received then is stamped with the time that it says it is.
   */
  take(count: number): UnixNanos {
    const now = this.#now()
    const isRising = now > this.#last || now < this.#last - SET_BACK_NANOS
    const first = isRising ? now : this.#last + 1n
    this.#last = first + BigInt(count - 1)
    this.seen(unixNanos(this.#last))
    return unixNanos(first)
  }

  /** Something has this stamp. */
  seen(received: UnixNanos): void {
    if (received > this.#latest) this.#latest = received
  }

  /** No stamp that was given is later than this: now, or the latest given while the clock was ahead of now. */
  snapshot(): UnixNanos {
    const now = this.#now()
    return now > this.#latest ? now : unixNanos(this.#latest)
  }
}

/** Tells the clock the latest stamp in the store. @throws StoreError, but for one that is away */
export async function learnReceipts(
  receipts: ReceiptClock,
  database: Database,
  log: Log,
): Promise<void> {
  try {
    const newest = sql`SELECT max(received) AS newest FROM spans`
    const [row] = await database.rows(newest, { newest: INSTANT })
    if (row !== undefined) receipts.seen(row.newest)
  } catch (cause) {
    if (!(cause instanceof StoreError) || cause.reason !== 'unavailable') throw cause
    log.warn('cannot look for the latest receipt', { reason: cause.message })
  }
}

const SET_BACK_NANOS = 1_000_000_000n
