type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array

/** A column of numbers of one type that grows as rows are added. */
export class GrowingColumn<Array extends Numbers> {
  readonly #make: (length: number) => Array
  #values: Array
  #length = 0

  constructor(make: (length: number) => Array) {
    this.#make = make
    this.#values = make(1024)
  }

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.#make(Math.max(1024, this.#length * 2))
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  /** Lets go of what was pushed. */
  clear(): void {
    this.#values = this.#make(0)
    this.#length = 0
  }

  /** What was pushed, until the next push: a view, not a copy. */
  get values(): Array {
    return this.#values.subarray(0, this.#length) as Array
  }
}
