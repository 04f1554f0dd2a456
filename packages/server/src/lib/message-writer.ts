const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5

/** Appends the fields of a protobuf message. Everything is written, zeros too: nobody has asked to leave them out. */
export class MessageWriter {
  #buffer: Buffer<ArrayBuffer>
  #length = 0

  /** @param capacity bytes at first; it grows */
  constructor(capacity = 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity)
  }

  get length(): number {
    return this.#length
  }

  /** What was written; the writer is not used afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Forgets what was written after the writer was `length` bytes long. */
  truncate(length: number): void {
    this.#length = length
  }

  /** A message within: `write` writes its fields. */
  message(field: number, write: () => void): void {
    this.#varint(BigInt((field << 3) | LENGTH_DELIMITED))
    const sizeAt = this.#reserve(1)
    write()
    const size = this.#length - sizeAt - 1
    const more = varintSize(size) - 1
    if (more > 0) {
      this.#reserve(more)
      this.#buffer.copyWithin(sizeAt + 1 + more, sizeAt + 1, sizeAt + 1 + size)
    }
    this.#length = sizeAt
    this.#varint(BigInt(size))
    this.#length += size
  }

  /** UTF-8; a lone surrogate becomes U+FFFD. */
  text(field: number, value: string): void {
    const size = Buffer.byteLength(value, 'utf8')
    this.#header(field, size)
    const at = this.#reserve(size)
    this.#buffer.write(value, at, size, 'utf8')
  }

  bytes(field: number, value: Uint8Array): void {
    this.#header(field, value.length)
    const at = this.#reserve(value.length)
    this.#buffer.set(value, at)
  }

  /** `bool`, `uint32`, and as 64 bits in two's complement `int64` and enums. */
  varint(field: number, value: bigint): void {
    this.#varint(BigInt((field << 3) | VARINT))
    this.#varint(BigInt.asUintN(64, value))
  }

  /** The low 64 bits; negative numbers in two's complement. */
  fixed64(field: number, value: bigint): void {
    this.#varint(BigInt((field << 3) | FIXED64))
    const at = this.#reserve(8)
    this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), at)
  }

  fixed32(field: number, value: bigint): void {
    this.#varint(BigInt((field << 3) | FIXED32))
    const at = this.#reserve(4)
    this.#buffer.writeUInt32LE(Number(value), at)
  }

  double(field: number, value: number): void {
    this.#varint(BigInt((field << 3) | FIXED64))
    const at = this.#reserve(8)
    this.#buffer.writeDoubleLE(value, at)
  }

  #header(field: number, size: number): void {
    this.#varint(BigInt((field << 3) | LENGTH_DELIMITED))
    this.#varint(BigInt(size))
  }

  #varint(value: bigint): void {
    let rest = value
    for (; rest > 0x7fn; rest >>= 7n) this.#byte(Number(rest & 0x7fn) | 0x80)
    this.#byte(Number(rest))
  }

  #byte(value: number): void {
    const at = this.#reserve(1)
    this.#buffer[at] = value
  }

  /** Makes room for `size` more bytes and returns where they begin. */
  #reserve(size: number): number {
    const at = this.#length
    const end = at + size
    if (end > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, this.#buffer.length * 2))
      this.#buffer.copy(larger, 0, 0, at)
      this.#buffer = larger
    }
    this.#length = end
    return at
  }
}

function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) size += 1
  return size
}
