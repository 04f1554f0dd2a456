import type { EntityId, TraceId } from '@fluoroscope/model'
import { assert } from '@fluoroscope/model'

/**
 * Appends values in ClickHouse's RowBinary form to a buffer that grows and is used again.
 * The rows of a table are its columns' values one after the other, nothing between them.
 */
export class RowBinaryWriter {
  #buffer: Buffer
  /** The same bytes: V8 compiles its setters in line, those of `Buffer` are functions with checks. */
  #view: DataView
  #length = 0

  constructor(capacity = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity)
    this.#view = new DataView(this.#buffer.buffer)
  }

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.#length
  }

  /** A copy of what was written; the writer starts anew. */
  take(): Uint8Array {
    const bytes = new Uint8Array(this.#length)
    bytes.set(this.#buffer.subarray(0, this.#length))
    this.#length = 0
    return bytes
  }

  /** Moves what was written to `target` from `at` on, and returns where it ends there. */
  drain(target: Uint8Array, at: number): number {
    target.set(this.#buffer.subarray(0, this.#length), at)
    const end = at + this.#length
    this.#length = 0
    return end
  }

  /** Forgets what was written after the writer was `length` bytes long: a row given up half way. */
  truncate(length: number): void {
    assert(length <= this.#length, 'a writer is only cut shorter')
    this.#length = length
  }

  uint8(value: number): void {
    const at = this.#reserve(1)
    this.#buffer[at] = value
  }

  uint16(value: number): void {
    const at = this.#reserve(2)
    this.#view.setUint16(at, value, true)
  }

  uint32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setUint32(at, value, true)
  }

  int64(value: bigint): void {
    const at = this.#reserve(8)
    this.#view.setBigInt64(at, value, true)
  }

  uint64(value: bigint): void {
    const at = this.#reserve(8)
    this.#view.setBigUint64(at, value, true)
  }

  float64(value: number): void {
    const at = this.#reserve(8)
    this.#view.setFloat64(at, value, true)
  }

  bool(value: boolean): void {
    this.uint8(value ? 1 : 0)
  }

  /** LEB128, the form of lengths and counts; `value` below 2^31. */
  count(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.uint8((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.uint8(rest)
  }

  /** UTF-8 with its length; a lone surrogate becomes U+FFFD. */
  text(value: string): void {
    if (value.length <= MAX_SHORT_TEXT && this.#shortAscii(value)) return
    const size = Buffer.byteLength(value, 'utf8')
    this.count(size)
    const at = this.#reserve(size)
    this.#buffer.write(value, at, size, 'utf8')
  }

  /** Bytes as they are, without a length. */
  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length)
    this.#buffer.set(value, at)
  }

  /** Bytes with their length, the form of a text. */
  sizedBytes(value: Uint8Array): void {
    this.count(value.length)
    this.bytes(value)
  }

  /** 16 bytes. */
  traceId(value: TraceId): void {
    const at = this.#reserve(16)
    this.#hex(value, 2, 4, at)
    this.#hex(value, 11, 12, at + 4)
  }

  /** 8 bytes, an unsigned number; undefined is 0. */
  entityId(value: EntityId | undefined): void {
    const at = this.#reserve(8)
    if (value === undefined) {
      this.#view.setFloat64(at, 0)
      return
    }
    for (let index = 0; index < 8; index++) {
      const digit = 14 - index * 2
      this.#buffer[at + index] =
        (hexDigit(value.charCodeAt(digit)) << 4) | hexDigit(value.charCodeAt(digit + 1))
    }
  }

  #hex(value: string, from: number, count: number, at: number): void {
    for (let index = 0; index < count; index++) {
      const digit = from + index * 2
      this.#buffer[at + index] =
        (hexDigit(value.charCodeAt(digit)) << 4) | hexDigit(value.charCodeAt(digit + 1))
    }
  }

  /** Most texts are short and ASCII: copied here without a call into C++. False writes nothing. */
  #shortAscii(value: string): boolean {
    const units = value.length
    const at = this.#reserve(1 + units)
    const buffer = this.#buffer
    for (let index = 0; index < units; index++) {
      const unit = value.charCodeAt(index)
      if (unit > 0x7f) {
        this.#length = at
        return false
      }
      buffer[at + 1 + index] = unit
    }
    buffer[at] = units
    return true
  }

  /** Makes room for `size` more bytes and returns where they begin. */
  #reserve(size: number): number {
    const at = this.#length
    const end = at + size
    if (end > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, this.#buffer.length * 2))
      this.#buffer.copy(larger, 0, 0, at)
      this.#buffer = larger
      this.#view = new DataView(larger.buffer)
    }
    this.#length = end
    return at
  }
}

/** So that the length of an ASCII text fits one byte. */
const MAX_SHORT_TEXT = 127

/** Thrown by a reader when a value reaches beyond the bytes at hand: read again with more. */
export const OUT_OF_BYTES = new Error('the value reaches beyond the bytes at hand')

/** Reads RowBinary values from bytes that arrive in pieces. */
export class RowBinaryReader {
  #buffer: Buffer = Buffer.alloc(0)
  #at = 0
  #mark = 0

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#buffer.length - this.#at
  }

  /** Adds bytes behind those not yet read. The caller does not change `chunk` afterwards. */
  push(chunk: Uint8Array): void {
    const added = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const rest = this.#buffer.subarray(this.#at)
    this.#buffer = rest.length === 0 ? added : Buffer.concat([rest, added])
    this.#at = 0
    this.#mark = 0
  }

  /** Remembers this place: the beginning of a row. */
  mark(): void {
    this.#mark = this.#at
  }

  /** Goes back to the remembered place, after {@link OUT_OF_BYTES}. */
  rewind(): void {
    this.#at = this.#mark
  }

  uint8(): number {
    return this.#buffer[this.#take(1)] ?? 0
  }

  uint16(): number {
    const at = this.#take(2)
    return this.#buffer.readUInt16LE(at)
  }

  uint32(): number {
    const at = this.#take(4)
    return this.#buffer.readUInt32LE(at)
  }

  int8(): number {
    const at = this.#take(1)
    return this.#buffer.readInt8(at)
  }

  int64(): bigint {
    const at = this.#take(8)
    return this.#buffer.readBigInt64LE(at)
  }

  uint64(): bigint {
    const at = this.#take(8)
    return this.#buffer.readBigUInt64LE(at)
  }

  float64(): number {
    const at = this.#take(8)
    return this.#buffer.readDoubleLE(at)
  }

  bool(): boolean {
    return this.uint8() !== 0
  }

  count(): number {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.uint8()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
  }

  text(): string {
    const size = this.count()
    const at = this.#take(size)
    return this.#buffer.toString('utf8', at, at + size)
  }

  /** With its length before it; a view that holds until the next `push`. */
  bytes(): Uint8Array {
    const size = this.count()
    const at = this.#take(size)
    return this.#buffer.subarray(at, at + size)
  }

  traceId(): TraceId {
    const at = this.#take(16)
    const hex = this.#buffer.toString('hex', at, at + 16)
    return `1-${hex.slice(0, 8)}-${hex.slice(8)}` as TraceId
  }

  /** 0 is undefined. */
  entityId(): EntityId | undefined {
    const id = this.uint64()
    return id === 0n ? undefined : (id.toString(16).padStart(16, '0') as EntityId)
  }

  #take(size: number): number {
    const at = this.#at
    if (at + size > this.#buffer.length) throw OUT_OF_BYTES
    this.#at = at + size
    return at
  }
}

/** Of a digit that was checked when the id was made. */
function hexDigit(code: number): number {
  return code <= 0x39 ? code - 0x30 : code - 0x57
}
