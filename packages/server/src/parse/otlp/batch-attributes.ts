import { KNOWN_ATTRIBUTES, type OtlpValue, type SpanAttributes } from '@fluoroscope/model'
import { UNKNOWN_KEY } from './known-keys.ts'
import { otlpValueOf } from './otlp-spans.ts'
import { ATTRIBUTE, type SpanBatch, VALUE } from './span-batch.ts'

/** Spans with more attributes are read the plain way: duplicates are looked for pair by pair. */
const MAX_ATTRIBUTES = 64

/** First words that are asked for; bit `i` of a mask stands for the one with index `i`. */
const WORDS = ['aws', 'db', 'faas', 'http', 'messaging', 'rpc', 'url', 'user_agent'] as const
const WORD_BITS = new Map<string, number>(WORDS.map((word, index) => [word, 1 << index]))

const KNOWN_INDEXES = new Map(KNOWN_ATTRIBUTES.map((key, index) => [key, index]))
const KNOWN_WORDS = KNOWN_ATTRIBUTES.map((key) => WORD_BITS.get(firstWord(key)) ?? 0)

/**
 * The attributes of one span after the other where they are in the batch, decoded with
 * `KNOWN_ATTRIBUTES` as its known keys: strings are made of those that are asked for only.
 */
export class BatchAttributes implements SpanAttributes {
  readonly #batch: SpanBatch
  #from = 0
  #to = 0
  #words = 0
  /** By known key, the attribute of the span and one more; of another span where the stamp differs. */
  readonly #slots = new Uint32Array(KNOWN_ATTRIBUTES.length)
  readonly #stamps = new Uint32Array(KNOWN_ATTRIBUTES.length)
  readonly #taken = new Uint8Array(MAX_ATTRIBUTES)
  #stamp = 0

  constructor(batch: SpanBatch) {
    this.#batch = batch
  }

  /**
   * Goes to the attributes `[from, to)`. False where a key comes twice, or there are too many. Keys that
   * are not UTF-8 may be the same though their bytes differ: the caller makes sure that there are none.
   */
  open(from: number, to: number): boolean {
    if (to - from > MAX_ATTRIBUTES) return false
    this.#from = from
    this.#to = to
    this.#words = 0
    this.#stamp += 1
    this.#taken.fill(0, 0, to - from)
    for (let attribute = from; attribute < to; attribute++) {
      const key = this.#batch.attributes.get(attribute, ATTRIBUTE.key)
      if (key === UNKNOWN_KEY) {
        if (this.#hasSameKeyBefore(attribute)) return false
        this.#words |= this.#unknownWord(attribute)
        continue
      }
      if (this.#stamps[key] === this.#stamp) return false
      this.#stamps[key] = this.#stamp
      this.#slots[key] = attribute
      this.#words |= KNOWN_WORDS[key] as number
    }
    return true
  }

  get(key: string): OtlpValue | undefined {
    const attribute = this.#find(key)
    return attribute < 0 ? undefined : this.#value(attribute)
  }

  take(key: string): void {
    const attribute = this.#find(key)
    if (attribute >= 0) this.#taken[attribute - this.#from] = 1
  }

  eachRest(visit: (key: string, value: OtlpValue) => void): void {
    for (let attribute = this.#from; attribute < this.#to; attribute++) {
      if (this.#taken[attribute - this.#from] === 0)
        visit(this.#key(attribute), this.#value(attribute))
    }
  }

  tells(word: (typeof WORDS)[number]): boolean {
    return (this.#words & (WORD_BITS.get(word) as number)) !== 0
  }

  /** The attribute with a key; -1 for none. Keys that are not known are looked for one by one. */
  #find(key: string): number {
    const index = KNOWN_INDEXES.get(key)
    if (index !== undefined) {
      return this.#stamps[index] === this.#stamp ? (this.#slots[index] as number) : -1
    }
    for (let attribute = this.#from; attribute < this.#to; attribute++) {
      if (this.#key(attribute) === key) return attribute
    }
    return -1
  }

  #key(attribute: number): string {
    const { attributes } = this.#batch
    const known = attributes.get(attribute, ATTRIBUTE.key)
    if (known !== UNKNOWN_KEY) return KNOWN_ATTRIBUTES[known] as string
    return this.#batch.textAt(attributes, attribute, ATTRIBUTE.keyText)
  }

  #value(attribute: number): OtlpValue {
    const batch = this.#batch
    switch (batch.attributes.get(attribute, ATTRIBUTE.type)) {
      case VALUE.text:
        return batch.textAt(batch.attributes, attribute, ATTRIBUTE.value)
      case VALUE.int:
        return batch.int64At(attribute)
      case VALUE.bool:
        return batch.boolAt(attribute)
      case VALUE.double:
        return batch.doubleAt(attribute)
      default:
        return otlpValueOf(batch.valueOf(attribute))
    }
  }

  #hasSameKeyBefore(attribute: number): boolean {
    for (let before = this.#from; before < attribute; before++) {
      if (this.#isSameKey(before, attribute)) return true
    }
    return false
  }

  #isSameKey(left: number, right: number): boolean {
    const { attributes, bytes } = this.#batch
    const [leftAt, rightAt] = [
      attributes.get(left, ATTRIBUTE.keyText),
      attributes.get(right, ATTRIBUTE.keyText),
    ]
    const length = attributes.get(right, ATTRIBUTE.keyText + 1) - rightAt
    if (attributes.get(left, ATTRIBUTE.keyText + 1) - leftAt !== length) return false
    for (let index = length - 1; index >= 0; index--) {
      if (bytes[leftAt + index] !== bytes[rightAt + index]) return false
    }
    return true
  }

  /** The bit of the first word of a key that is none of those known. */
  #unknownWord(attribute: number): number {
    const { attributes, bytes } = this.#batch
    const at = attributes.get(attribute, ATTRIBUTE.keyText)
    const dot = bytes.indexOf(DOT, at)
    const length = dot - at
    if (dot < 0 || dot >= attributes.get(attribute, ATTRIBUTE.keyText + 1)) return 0
    if (length > LONGEST_WORD) return 0
    return WORD_BITS.get(this.#batch.text(at, dot)) ?? 0
  }
}

const DOT = 0x2e
const LONGEST_WORD = Math.max(...WORDS.map((word) => word.length))

function firstWord(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('.')))
}
