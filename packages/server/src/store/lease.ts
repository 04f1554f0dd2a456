import { INT64, TEXT } from './column.ts'
import type { Database } from './database.ts'
import { integer, sql, text } from './sql.ts'

export type LeaseOptions = {
  readonly database: Database
  /** Of the work. */
  readonly name: string
  /** Of this server; no other has it. */
  readonly holder: string
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number
}

/**
 * Work that one of several servers does: the first to ask holds it, and another {@link LEASE_MS} after
 * the holder was last heard of. While it changes hands two may believe that they hold it, for some seconds: what
 * they do must bear that.
 */
export class Lease {
  readonly #options: LeaseOptions
  /** When this server began to hold it, by the engine's clock; undefined while it does not. */
  #since: number | undefined
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  /** Whether this server is to do the work now; asks the store now and then. @throws StoreError */
  async holds(): Promise<boolean> {
    const now = this.#options.monotonicMs()
    if (now - this.#askedAt < RENEW_MS) return this.#since !== undefined
    const { first, now: engineNow } = await this.#find()
    if (first === undefined || first === this.#options.holder) {
      const since = first === undefined ? engineNow : (this.#since ?? engineNow)
      await this.#write(since, engineNow + LEASE_MS, engineNow)
      const isOurs = (await this.#find()).first === this.#options.holder
      this.#since = isOurs ? since : undefined
    } else {
      this.#since = undefined
    }
    this.#askedAt = now
    return this.#since !== undefined
  }

  /** Leaves the work to others at once. @throws StoreError; it runs out by itself then */
  async release(): Promise<void> {
    if (this.#since === undefined) return
    const since = this.#since
    this.#since = undefined
    await this.#write(since, 0, (await this.#find()).now)
  }

  /** Who began first of those whose time has not run out. */
  async #find(): Promise<{ readonly first: string | undefined; readonly now: number }> {
    const { database, name } = this.#options
    const rows = await database.rows(
      sql`SELECT argMin(who, (begun, who)) AS first, ${NOW} AS now FROM (
          SELECT holder AS who, argMax(since, written) AS begun, argMax(until, written) AS ends
          FROM leases WHERE name = ${text(name)} GROUP BY holder)
        WHERE ends > ${NOW}`,
      { first: TEXT, now: INT64 },
    )
    const [row] = rows
    return { first: row?.first === '' ? undefined : row?.first, now: Number(row?.now ?? 0n) }
  }

  async #write(since: number, until: number, written: number): Promise<void> {
    const { database, name, holder } = this.#options
    await database.command(sql`INSERT INTO leases (name, holder, since, until, written)
      SELECT ${text(name)}, ${text(holder)}, ${integer(since)}, ${integer(until)}, ${integer(written)}`)
  }
}

const NOW = sql`toUnixTimestamp64Milli(now64(3))`

/** Without a word from its holder. */
export const LEASE_MS = 30_000
const RENEW_MS = 10_000
