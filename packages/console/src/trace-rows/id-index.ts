const EMPTY = -1

/** Finds rows by their 64-bit ids: a hash table of two halves, since a map of a million keys is slow. */
export class IdIndex {
  readonly #slots: Int32Array
  readonly #mask: number
  readonly #high: Uint32Array
  readonly #low: Uint32Array

  /** Holds nothing at first; `high` and `low` are the halves of the ids that may be added. */
  constructor(high: Uint32Array, low: Uint32Array) {
    let size = 16
    while (size < high.length * 2) size *= 2
    this.#slots = new Int32Array(size).fill(EMPTY)
    this.#mask = size - 1
    this.#high = high
    this.#low = low
  }

  /** Adds a row by its index; gives the row that has its id already, or -1 where none did. */
  add(row: number): number {
    const slot = this.#slotOf(this.#high[row] ?? 0, this.#low[row] ?? 0)
    const held = this.#slots[slot] ?? EMPTY
    if (held === EMPTY) this.#slots[slot] = row
    return held
  }

  /** The row with the id that was added first; -1 for none. */
  find(high: number, low: number): number {
    return this.#slots[this.#slotOf(high, low)] ?? EMPTY
  }

  #slotOf(high: number, low: number): number {
    let slot = (Math.imul(high ^ (low >>> 15), 0x9e3779b1) ^ Math.imul(low, 0x85ebca6b)) >>> 0
    slot = (slot ^ (slot >>> 13)) & this.#mask
    for (;;) {
      const row = this.#slots[slot] ?? EMPTY
      if (row === EMPTY || (this.#high[row] === high && this.#low[row] === low)) return slot
      slot = (slot + 1) & this.#mask
    }
  }
}
