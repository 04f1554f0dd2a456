/** Thrown by {@link RecordTable.add} on a table that is full; caught where a request is read as a whole. */
export const TABLE_FULL = new Error('a table of records is full')

/** A table larger than this is given back before the next request. */
const KEPT_WORDS = 1 << 20

/**
 * Records of 32-bit words, all in one array that grows and is used again. A record is known by its index;
 * the array changes when a record is added, so nobody keeps it meanwhile.
 */
export class RecordTable {
  words: Uint32Array
  count = 0
  /** Words of a record. */
  readonly stride: number
  readonly #initialWords: number
  readonly #maxCount: number

  constructor(stride: number, capacity: number, maxCount: number) {
    this.stride = stride
    this.#initialWords = stride * Math.min(capacity, maxCount)
    this.#maxCount = maxCount
    this.words = new Uint32Array(this.#initialWords)
  }

  get(index: number, field: number): number {
    return this.words[index * this.stride + field] as number
  }

  /** Adds a record and returns the index of its first word; the caller writes every word of it. */
  add(): number {
    if (this.count >= this.#maxCount) throw TABLE_FULL
    const base = this.count * this.stride
    const end = base + this.stride
    if (end > this.words.length) this.#grow(end)
    this.count += 1
    return base
  }

  /** Adds a record of zeros and returns the index of its first word. */
  addZeros(): number {
    const base = this.add()
    this.words.fill(0, base, base + this.stride)
    return base
  }

  /** Adds copies of the records from index `from` to before `to`. */
  addCopies(from: number, to: number): void {
    for (let index = from; index < to; index++) {
      const base = this.add()
      const source = index * this.stride
      this.words.copyWithin(base, source, source + this.stride)
    }
  }

  /** Forgets the records from index `count` on. */
  truncate(count: number): void {
    this.count = count
  }

  clear(): void {
    this.count = 0
    if (this.words.length > KEPT_WORDS) this.words = new Uint32Array(this.#initialWords)
  }

  #grow(words: number): void {
    const larger = new Uint32Array(Math.max(words, this.words.length * 2))
    larger.set(this.words)
    this.words = larger
  }
}
