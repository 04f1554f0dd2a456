/**
 * Distinct texts by number, as bytes: what many rows say moves between threads without a copy, and
 * becomes a string only where it is shown.
 */
export type StringTable = {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Where each text begins; one more than there are texts. */
  readonly offsets: Uint32Array<ArrayBuffer>
}

/** Gives each distinct text a number, from 0 on in the order they come; number 0 is the empty text. */
export class StringInterner {
  readonly #numbers = new Map<string, number>()
  readonly #encoder = new TextEncoder()
  #bytes = new Uint8Array(4096)
  #offsets = new Uint32Array(256)

  constructor() {
    this.add('')
  }

  /** How many texts there are. */
  get size(): number {
    return this.#numbers.size
  }

  /** The number of `text`. */
  add(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.#numbers.size
    const from = this.#offsets[number] ?? 0
    // A UTF-16 code unit takes three bytes at most.
    this.#bytes = withRoom(this.#bytes, from + text.length * 3)
    const { written } = this.#encoder.encodeInto(text, this.#bytes.subarray(from))
    if (number + 1 >= this.#offsets.length) {
      const offsets = new Uint32Array(this.#offsets.length * 2)
      offsets.set(this.#offsets)
      this.#offsets = offsets
    }
    this.#offsets[number + 1] = from + written
    this.#numbers.set(text, number)
    return number
  }

  /** A copy of what there is now. */
  table(): StringTable {
    const offsets = this.#offsets.slice(0, this.size + 1)
    return { bytes: this.#bytes.slice(0, offsets[this.size] ?? 0), offsets }
  }
}

/** How many texts the table holds. */
export function countTexts({ offsets }: StringTable): number {
  return offsets.length - 1
}

const decoder = new TextDecoder()

/** The text with a number; empty for one that the table has not. */
export function textAt({ bytes, offsets }: StringTable, number: number): string {
  return decoder.decode(bytes.subarray(offsets[number] ?? 0, offsets[number + 1] ?? 0))
}

function withRoom(bytes: Uint8Array<ArrayBuffer>, needed: number): Uint8Array<ArrayBuffer> {
  if (needed <= bytes.length) return bytes
  const larger = new Uint8Array(Math.max(needed, bytes.length * 2))
  larger.set(bytes)
  return larger
}
