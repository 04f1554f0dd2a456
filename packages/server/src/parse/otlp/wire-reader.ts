/** What can be wrong with the wire form of a message. */
export type WireFlaw =
  | 'ends in the middle of a field'
  | 'has a length that reaches beyond its message'
  | 'has a varint that is too long'
  | 'has a field number or wire type that does not exist'
  | 'has a group that does not end where it should'
  | 'is nested too deep'

/** Messages within messages, as in other readers of protobuf; the outermost is at depth 0. */
const MAX_DEPTH = 100

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const START_GROUP = 3
const END_GROUP = 4
const FIXED32 = 5
const NO_TYPE = 7

export const MAX_VARINT_BYTES = 10

/** Beyond the end of every message. */
const NOWHERE = 2 ** 31 - 1

/**
 * Goes through protobuf's wire form. `end` is where the message being read ends: nothing is read
 * beyond it. Tags and lengths may take five bytes, other varints ten, whether they need them or not;
 * bits beyond those of the type are dropped.
 *
 * Nothing is thrown, for a request may hold a million broken spans. At the first flaw the reader goes
 * beyond the end of every message, so that whoever reads fields until the end is done; what it returns
 * then means nothing, and `flaw` tells whoever reads a message as a whole.
 */
export class WireReader {
  bytes: Uint8Array = new Uint8Array(0)
  /** The same bytes. */
  view = new DataView(this.bytes.buffer)
  at = 0
  flaw: WireFlaw | undefined
  flawAt = 0

  /** Begins to read at `at`. */
  open(bytes: Uint8Array, at: number): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.resume(at)
  }

  /** Goes on at `at` as if nothing was wrong. */
  resume(at: number): void {
    this.flaw = undefined
    this.at = at
  }

  /** Field number and wire type: `number << 3 | type`, unsigned. */
  tag(end: number): number {
    const { at } = this
    if (at < end) {
      const byte = this.bytes[at] as number
      if (byte < 0x80) {
        this.at = at + 1
        return byte
      }
    }
    return this.#shortVarint(end, 0x0f)
  }

  /** Reads a length and returns where what it measures ends: always within `end`. */
  length(end: number): number {
    const { at } = this
    let size: number
    const byte = at < end ? (this.bytes[at] as number) : 0x80
    if (byte < 0x80) {
      this.at = at + 1
      size = byte
    } else {
      size = this.#shortVarint(end, 0x07)
    }
    // Not `at + size > end`: a sum beyond 2^31 is no small integer any more.
    if (size > end - this.at) {
      this.#fail('has a length that reaches beyond its message', at)
      return end
    }
    return this.at + size
  }

  /** The low 32 bits of a varint, unsigned: `uint32`, and with `| 0` an enum. */
  uint32(end: number): number {
    let value = 0
    let { at } = this
    const from = at
    for (let shift = 0; at < end; shift += 7) {
      const byte = this.bytes[at++] as number
      if (shift < 32) value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.at = at
        return value >>> 0
      }
      if (shift === 63) return this.#fail('has a varint that is too long', from)
    }
    return this.#fail('ends in the middle of a field', from)
  }

  skipVarint(end: number): void {
    const from = this.at
    let at = from
    while (at < end) {
      if ((this.bytes[at++] as number) < 0x80) {
        this.at = at
        return
      }
      if (at - from === MAX_VARINT_BYTES) {
        this.#fail('has a varint that is too long', from)
        return
      }
    }
    this.#fail('ends in the middle of a field', from)
  }

  /** 4 bytes, the lowest first. */
  fixed32(end: number): number {
    const { at } = this
    this.skipBytes(4, end)
    return this.flaw === undefined ? this.view.getUint32(at, true) : 0
  }

  skipBytes(count: number, end: number): void {
    if (count > end - this.at) this.#fail('ends in the middle of a field', this.at)
    else this.at += count
  }

  /** Passes a field nobody knows, whose tag was read last; `depth` is that of the message it is in. */
  skip(tag: number, end: number, depth: number): void {
    switch (tag >>> 3 === 0 ? NO_TYPE : tag & 7) {
      case VARINT:
        this.skipVarint(end)
        return
      case FIXED64:
        this.skipBytes(8, end)
        return
      case LENGTH_DELIMITED:
        this.at = this.length(end)
        return
      case START_GROUP:
        this.#skipGroup(tag, end, depth)
        return
      case FIXED32:
        this.skipBytes(4, end)
        return
      default:
        this.#fail('has a field number or wire type that does not exist', this.at)
    }
  }

  checkDepth(depth: number): void {
    if (depth > MAX_DEPTH) this.#fail('is nested too deep', this.at)
  }

  #skipGroup(tag: number, end: number, depth: number): void {
    const last = (tag & ~7) | END_GROUP
    while (this.flaw === undefined) {
      const inner = this.tag(end)
      if (inner === last >>> 0) return
      if ((inner & 7) === END_GROUP) {
        this.#fail('has a group that does not end where it should', this.at)
      }
      this.checkDepth(depth + 1)
      if (this.flaw === undefined) this.skip(inner, end, depth + 1)
    }
  }

  /** A varint of at most five bytes, the fifth no larger than `maxFifth`. */
  #shortVarint(end: number, maxFifth: number): number {
    const from = this.at
    let value = 0
    for (let count = 0; count < 5; count++) {
      if (this.at >= end) return this.#fail('ends in the middle of a field', from)
      const byte = this.bytes[this.at++] as number
      if (count === 4 && byte > maxFifth) break
      value |= (byte & 0x7f) << (count * 7)
      if (byte < 0x80) return value >>> 0
    }
    return this.#fail('has a varint that is too long', from)
  }

  /** The first flaw counts: those after it are only its consequences. */
  #fail(flaw: WireFlaw, at: number): 0 {
    if (this.flaw === undefined) {
      this.flaw = flaw
      this.flawAt = at
    }
    this.at = NOWHERE
    return 0
  }
}
