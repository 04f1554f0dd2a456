import { isUtf8 } from './is-utf8.ts'
import type { KnownKeys } from './known-keys.ts'
import { UNKNOWN_KEY } from './known-keys.ts'
import { ATTRIBUTE, type SpanBatch, VALUE } from './span-batch.ts'
import { MAX_VARINT_BYTES, type WireReader } from './wire-reader.ts'

/** Reads KeyValue messages into `SpanBatch.attributes`. What is nested in them is only checked. */
export class AttributeDecoder {
  readonly #reader: WireReader
  readonly #batch: SpanBatch
  readonly #keys: KnownKeys
  /** Of the value being read. */
  #type: number = VALUE.none
  #valueAt = 0
  #valueEnd = 0

  constructor(reader: WireReader, batch: SpanBatch, keys: KnownKeys) {
    this.#reader = reader
    this.#batch = batch
    this.#keys = keys
  }

  /** Reads the KeyValue that begins here, length first, in a message that ends at `parentEnd`. */
  read(parentEnd: number, depth: number): void {
    if (!this.#readShort(parentEnd)) this.#readAny(parentEnd, depth)
  }

  /**
   * Nearly all are a key and one simple value, in less than 128 bytes: those are read without a step for each
   * field. False, with nothing read, for any other.
   */
  #readShort(parentEnd: number): boolean {
    const reader = this.#reader
    const { at, bytes } = reader
    // The shortest: its length, an empty key, an empty text.
    if (parentEnd - at < SHORTEST_BYTES) return false
    const end = at + 1 + (bytes[at] as number)
    const keyEnd = at + 3 + (bytes[at + 2] as number)
    const isShort = (bytes[at] as number) < 0x80 && bytes[at + 1] === 0x0a && end <= parentEnd
    if (!isShort || keyEnd + 4 > end || bytes[keyEnd] !== 0x12) return false
    if (keyEnd + 2 + (bytes[keyEnd + 1] as number) !== end) return false
    const tag = bytes[keyEnd + 2] as number
    if (!this.#isWhole(tag, keyEnd + 3, end)) return false
    reader.at = end
    const base = this.#add(at + 3, keyEnd, tag >>> 3)
    if (tag === 0x0a) this.#addText(base, keyEnd + 4, end)
    else this.#addPlace(base, keyEnd + 3, keyEnd + 3)
    return true
  }

  /** Whether `[at, end)` is the one value that the tag of a text, a number or a truth announces. */
  #isWhole(tag: number, at: number, end: number): boolean {
    const { bytes } = this.#reader
    switch (tag) {
      case 0x0a:
        return at + 1 + (bytes[at] as number) === end
      case 0x10:
      case 0x18: {
        let last = at
        while (last < end && (bytes[last] as number) >= 0x80) last += 1
        return last + 1 === end && end - at <= MAX_VARINT_BYTES
      }
      case 0x21:
        return at + 8 === end
      default:
        return false
    }
  }

  #readAny(parentEnd: number, depth: number): void {
    const reader = this.#reader
    const end = reader.length(parentEnd)
    const from = reader.at
    let keyAt = 0
    let keyEnd = 0
    this.#type = VALUE.none
    this.#valueAt = 0
    this.#valueEnd = 0
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x0a) {
        keyEnd = reader.length(end)
        keyAt = reader.at
        reader.at = keyEnd
      } else if (tag === 0x12) {
        this.#readValue(from, end, depth + 1)
      } else {
        reader.skip(tag, end, depth)
      }
    }
    const base = this.#add(keyAt, keyEnd, this.#type)
    if (this.#type === VALUE.text) this.#addText(base, this.#valueAt, this.#valueEnd)
    else this.#addPlace(base, this.#valueAt, this.#valueEnd)
  }

  /** Notes a text that is not UTF-8. */
  checkText(at: number, end: number): void {
    const { bytes, view } = this.#reader
    if (isAscii(bytes, view, at, end) || isUtf8(bytes, at, end)) return
    const { brokenTexts } = this.#batch
    const base = brokenTexts.add()
    brokenTexts.words[base] = at
  }

  /** Adds a record, all but its value; returns the index of its first word. */
  #add(keyAt: number, keyEnd: number, type: number): number {
    const { attributes } = this.#batch
    const base = attributes.add()
    const { words } = attributes
    const key = this.#keys.find(this.#reader.view, keyAt, keyEnd)
    if (key === UNKNOWN_KEY) this.checkText(keyAt, keyEnd)
    words[base + ATTRIBUTE.key] = key
    words[base + ATTRIBUTE.keyText] = keyAt
    words[base + ATTRIBUTE.keyText + 1] = keyEnd
    words[base + ATTRIBUTE.type] = type
    return base
  }

  #addText(base: number, at: number, end: number): void {
    this.checkText(at, end)
    this.#addPlace(base, at, end)
  }

  #addPlace(base: number, at: number, end: number): void {
    const { words } = this.#batch.attributes
    words[base + ATTRIBUTE.value] = at
    words[base + ATTRIBUTE.value + 1] = end
  }

  /** Of several values the last one counts; only lists and maps would be merged, by whom reads them. */
  #readValue(keyValueAt: number, keyValueEnd: number, depth: number): void {
    const reader = this.#reader
    const end = reader.length(keyValueEnd)
    while (reader.at < end) {
      const tag = reader.tag(end)
      switch (tag) {
        case 0x0a:
          this.#range(VALUE.text, end)
          break
        case 0x10:
        case 0x18:
          this.#set(tag >>> 3, reader.at)
          reader.skipVarint(end)
          break
        case 0x21:
          this.#set(VALUE.double, reader.at)
          reader.skipBytes(8, end)
          break
        case 0x2a:
        case 0x32:
          this.#checkNested(tag, end, depth + 1)
          this.#set(tag >>> 3, keyValueAt)
          this.#valueEnd = keyValueEnd
          break
        case 0x3a:
          this.#range(VALUE.bytes, end)
          break
        default:
          reader.skip(tag, end, depth)
      }
    }
  }

  #set(type: number, at: number): void {
    this.#type = type
    this.#valueAt = at
    this.#valueEnd = at
  }

  #range(type: number, parentEnd: number): void {
    const end = this.#reader.length(parentEnd)
    this.#type = type
    this.#valueAt = this.#reader.at
    this.#valueEnd = end
    this.#reader.at = end
  }

  /** Goes through an ArrayValue (tag 0x2a) or a KeyValueList, both of which have one field, 1. */
  #checkNested(listTag: number, parentEnd: number, depth: number): void {
    const reader = this.#reader
    reader.checkDepth(depth)
    const end = reader.length(parentEnd)
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag !== 0x0a) reader.skip(tag, end, depth)
      else if (listTag === 0x2a) this.#checkValue(end, depth + 1)
      else this.#checkKeyValue(end, depth + 1)
    }
  }

  #checkKeyValue(parentEnd: number, depth: number): void {
    const reader = this.#reader
    reader.checkDepth(depth)
    const end = reader.length(parentEnd)
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x0a) this.#checkNestedText(end)
      else if (tag === 0x12) this.#checkValue(end, depth + 1)
      else reader.skip(tag, end, depth)
    }
  }

  #checkValue(parentEnd: number, depth: number): void {
    const reader = this.#reader
    reader.checkDepth(depth)
    const end = reader.length(parentEnd)
    while (reader.at < end) {
      const tag = reader.tag(end)
      if (tag === 0x0a) this.#checkNestedText(end)
      else if (tag === 0x2a || tag === 0x32) this.#checkNested(tag, end, depth + 1)
      else reader.skip(tag, end, depth)
    }
  }

  #checkNestedText(parentEnd: number): void {
    const end = this.#reader.length(parentEnd)
    this.checkText(this.#reader.at, end)
    this.#reader.at = end
  }
}

/** Length, tag and length of the key, tag and length of the value, tag and length of its text. */
const SHORTEST_BYTES = 7

/** Four bytes at a time: nearly all texts are ASCII, and this is most of the reading. */
function isAscii(bytes: Uint8Array, view: DataView, at: number, end: number): boolean {
  let bits = 0
  let index = at
  for (; index + 4 <= end; index += 4) bits |= view.getInt32(index)
  for (; index < end; index++) bits |= bytes[index] as number
  return (bits & 0x80808080) === 0
}
