/**
 * Counts what came in and what became of it, each to the unit. At any instant, for every source,
 * received = stored + sampled out + rejected + dropped + in flight.
 */
export class Ledger {
  readonly #accounts = new Map<string, Account>()

  receive(source: string, count: number): void {
    this.#account(source).received += count
  }

  store(source: string, count: number): void {
    this.#account(source).stored += count
  }

  /** Left out on purpose, by a rule that names itself. */
  sampleOut(source: string, reason: string, count: number): void {
    add(this.#account(source).sampledOut, reason, count)
  }

  /** Malformed: sending it again cannot help. */
  reject(source: string, reason: string, count: number): void {
    add(this.#account(source).rejected, reason, count)
  }

  /** Well-formed or not looked at, but not kept: the loss is ours. */
  drop(source: string, reason: string, count: number): void {
    add(this.#account(source).dropped, reason, count)
  }

  /** By source, in the order the sources were first met. */
  entries(): readonly LedgerEntry[] {
    return [...this.#accounts].map(([source, account]) => ({
      source,
      received: account.received,
      stored: account.stored,
      sampledOut: new Map(account.sampledOut),
      rejected: new Map(account.rejected),
      dropped: new Map(account.dropped),
      inFlight:
        account.received -
        account.stored -
        sum(account.sampledOut) -
        sum(account.rejected) -
        sum(account.dropped),
    }))
  }

  #account(source: string): Account {
    const known = this.#accounts.get(source)
    if (known !== undefined) return known
    const account = {
      received: 0,
      stored: 0,
      sampledOut: new Map<string, number>(),
      rejected: new Map<string, number>(),
      dropped: new Map<string, number>(),
    }
    this.#accounts.set(source, account)
    return account
  }
}

export type LedgerEntry = {
  readonly source: string
  readonly received: number
  readonly stored: number
  readonly sampledOut: ReadonlyMap<string, number>
  readonly rejected: ReadonlyMap<string, number>
  readonly dropped: ReadonlyMap<string, number>
  /** Received, and nothing of the above yet. */
  readonly inFlight: number
}

type Account = {
  received: number
  stored: number
  readonly sampledOut: Map<string, number>
  readonly rejected: Map<string, number>
  readonly dropped: Map<string, number>
}

function add(counts: Map<string, number>, reason: string, count: number): void {
  if (count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count)
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}
