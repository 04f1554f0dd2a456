/** How long a minute waits before it is computed again; milliseconds of the engine's clock. */
export type DirtyDelays = {
  /** Without new documents. */
  readonly quietMs: number
  /** However many come. */
  readonly latestMs: number
  /** The longest time from the stamp of a document to its being visible. */
  readonly overlapMs: number
}

type DirtyMinute = {
  /** Its changes since then are not in a version; moves on with each computation. */
  since: number
  /** Stamp of the last change. */
  last: number
}

/**
 * The minutes whose newest version may lack documents. Documents are stamped a little before they can
 * be seen, so a computation is only sure to hold those stamped `overlapMs` before it.
 */
export class DirtyMinutes {
  readonly #delays: DirtyDelays
  readonly #limit: number
  readonly #dirty = new Map<number, DirtyMinute>()
  /** Computations young enough for their documents to be found again. */
  readonly #covered = new Map<number, number>()
  #omitted = 0

  constructor(delays: DirtyDelays, limit: number) {
    this.#delays = delays
    this.#limit = limit
  }

  get size(): number {
    return this.#dirty.size
  }

  /** Changes that found no room; the search for neglected minutes brings them back. */
  get omitted(): number {
    return this.#omitted
  }

  has(minute: number): boolean {
    return this.#dirty.has(minute)
  }

  minutes(): Iterable<number> {
    return this.#dirty.keys()
  }

  /**
   * A change stamped `inserted`, found by a search for stamps from `since` on.
   * The same change may be told again.
   */
  add(minute: number, inserted: number, since: number): void {
    const covered = this.#covered.get(minute)
    if (covered !== undefined && this.#holds(covered, inserted)) return
    const known = this.#dirty.get(minute)
    if (known !== undefined) {
      known.last = Math.max(known.last, inserted)
      return
    }
    if (this.#dirty.size >= this.#limit) {
      this.#omitted += 1
      return
    }
    this.#dirty.set(minute, { since, last: inserted })
  }

  /** A version of the minute holds all that was visible at `covered`. */
  computed(minute: number, covered: number): void {
    this.#covered.set(minute, covered)
    const known = this.#dirty.get(minute)
    if (known === undefined) return
    if (this.#holds(covered, known.last)) this.#dirty.delete(minute)
    else known.since = covered - this.#delays.overlapMs
  }

  /** The minutes to compute now, ascending. */
  due(now: number): readonly number[] {
    const { quietMs, latestMs } = this.#delays
    const due: number[] = []
    for (const [minute, { since, last }] of this.#dirty) {
      if (now - last >= quietMs || now - since >= latestMs) due.push(minute)
    }
    return due.sort((left, right) => left - right)
  }

  /** All documents stamped before are in versions, if every change before `searched` was told. */
  coveredBefore(searched: number): number {
    let covered = searched
    for (const { since } of this.#dirty.values()) covered = Math.min(covered, since)
    return covered
  }

  /** Changes stamped before `since` are not told again. */
  forgetComputed(since: number): void {
    for (const [minute, covered] of this.#covered) {
      if (!this.#holds(covered, since)) this.#covered.delete(minute)
    }
  }

  #holds(covered: number, inserted: number): boolean {
    return inserted + this.#delays.overlapMs <= covered
  }
}
