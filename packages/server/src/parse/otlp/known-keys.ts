/** Of an attribute whose key is none of the known ones. */
export const UNKNOWN_KEY = 0xffff_ffff

const encoder = new TextEncoder()

/**
 * Finds the index of an attribute key in a list of keys from its bytes, without making a string. The
 * table never changes, so what senders make up as keys costs nothing but the comparison.
 */
export class KnownKeys {
  /** All keys, one after the other; key `i` ends at `#ends[i]`. */
  readonly #pool: DataView
  readonly #ends: Uint32Array
  /** Index and one more, by hash; 0 is an empty slot. A slot that is taken leads on to the next. */
  readonly #slots: Uint16Array
  readonly #mask: number
  readonly #maxBytes: number

  /** @param keys fewer than 2^16, each once */
  constructor(keys: readonly string[]) {
    const encoded = keys.map((key) => encoder.encode(key))
    const pool = new Uint8Array(encoded.reduce((bytes, key) => bytes + key.length, 0))
    this.#pool = new DataView(pool.buffer)
    this.#ends = new Uint32Array(keys.length)
    this.#slots = new Uint16Array(slotCount(keys.length))
    this.#mask = this.#slots.length - 1
    this.#maxBytes = Math.max(0, ...encoded.map((key) => key.length))
    let end = 0
    for (const [index, key] of encoded.entries()) {
      pool.set(key, end)
      end += key.length
      this.#ends[index] = end
      let slot = hash(new DataView(key.buffer, key.byteOffset), 0, key.length) & this.#mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask
      this.#slots[slot] = index + 1
    }
  }

  /** The index of the key whose UTF-8 is bytes `[at, end)`, or {@link UNKNOWN_KEY}. */
  find(view: DataView, at: number, end: number): number {
    if (end - at > this.#maxBytes) return UNKNOWN_KEY
    let slot = hash(view, at, end) & this.#mask
    for (;;) {
      const index = (this.#slots[slot] as number) - 1
      if (index < 0) return UNKNOWN_KEY
      if (this.#isKey(index, view, at, end)) return index
      slot = (slot + 1) & this.#mask
    }
  }

  #isKey(index: number, view: DataView, at: number, end: number): boolean {
    const from = index === 0 ? 0 : (this.#ends[index - 1] as number)
    if ((this.#ends[index] as number) - from !== end - at) return false
    const pool = this.#pool
    const own = from - at
    let next = at
    for (; next + 4 <= end; next += 4) {
      if (view.getInt32(next) !== pool.getInt32(own + next)) return false
    }
    for (; next < end; next++) if (view.getInt8(next) !== pool.getInt8(own + next)) return false
    return true
  }
}

/** A power of two, a quarter full at most. */
function slotCount(keys: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, keys) * 4))
}

/** Of the length, the last four bytes and four in the middle: keys of one namespace begin alike. */
function hash(view: DataView, at: number, end: number): number {
  const length = end - at
  if (length < 4) return length
  const middle = Math.imul(view.getInt32(at + ((length - 4) >> 1)), 0x9e3779b1)
  const sum = Math.imul(middle ^ view.getInt32(end - 4) ^ length, 0x85ebca6b)
  return sum ^ (sum >>> 15)
}
