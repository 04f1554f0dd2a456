const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/** `{"Traces":[{"Segments":[` is open before each segment. */
const SEGMENTS_DEPTH = 4

/**
 * Takes an answer of BatchGetTraces apart while it arrives: the objects of `Segments` one by one, and
 * the rest of the answer, in which that list is empty, at its end. Only counts brackets and strings:
 * what is not JSON is found by those who read the parts.
 */
export class AnswerSplitter {
  readonly #decoder = new TextDecoder()
  readonly #rest: number[] = []
  #depth = 0
  #isInString = false
  #isEscaped = false
  /** Of the segment that has begun what came with earlier chunks. */
  #begun: Uint8Array[] = []

  /** The segments that are complete with `chunk`, as JSON texts. */
  push(chunk: Uint8Array): readonly string[] {
    const complete: string[] = []
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      const before = this.#depth
      this.#step(byte)
      if (before === SEGMENTS_DEPTH && this.#depth > before) from = at
      else if (before > SEGMENTS_DEPTH && this.#depth === SEGMENTS_DEPTH) {
        complete.push(this.#textWith(chunk.subarray(from, at + 1)))
      } else if (this.#depth <= SEGMENTS_DEPTH && !this.#isBetweenSegments(byte)) {
        this.#rest.push(byte)
      }
    }
    if (this.#depth > SEGMENTS_DEPTH) this.#begun.push(chunk.subarray(from))
    return complete
  }

  /** The answer without its segments; what had begun and did not end stands where it was. */
  rest(): string {
    return this.#decoder.decode(Uint8Array.from(this.#rest)) + this.#textWith(new Uint8Array())
  }

  #step(byte: number): void {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (byte === BACKSLASH) this.#isEscaped = true
      else if (byte === QUOTE) this.#isInString = false
    } else if (byte === QUOTE) this.#isInString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#depth--
  }

  #isBetweenSegments(byte: number): boolean {
    return byte === COMMA && this.#depth === SEGMENTS_DEPTH && !this.#isInString
  }

  #textWith(last: Uint8Array): string {
    const parts = this.#begun
    this.#begun = []
    if (parts.length === 0) return this.#decoder.decode(last)
    const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, last.length))
    let at = 0
    for (const part of [...parts, last]) {
      whole.set(part, at)
      at += part.length
    }
    return this.#decoder.decode(whole)
  }
}
