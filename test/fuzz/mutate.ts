/** Numbers from 0 to 1, the same for the same seed (a multiplicative hash of a counter). */
export type Random = () => number

export function randomOf(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

export type Material = {
  readonly random: Random
  /** Pieces that mean something to the reader. */
  readonly words: readonly Uint8Array[]
  /** Another input, to take a part of. */
  readonly other: Uint8Array
  readonly maxBytes: number
}

/** A changed copy: some few of the changes below, one after the other. */
export function mutate(input: Uint8Array, material: Material): Uint8Array {
  const times = 1 + Math.floor(material.random() ** 3 * 12)
  let bytes = input
  for (let time = 0; time < times; time += 1) {
    const change = pick(CHANGES, material.random)
    bytes = change(bytes, material)
  }
  return bytes.subarray(0, material.maxBytes)
}

type Change = (bytes: Uint8Array, material: Material) => Uint8Array

const CHANGES: readonly Change[] = [
  flipBit,
  putByte,
  putNumber,
  insertWord,
  insertWord,
  replaceByWord,
  cut,
  double,
  splice,
  changeLength,
  changeDigits,
  swapLines,
]

/** Bytes at which readers decide. */
const TELLING = [0, 1, 0x0a, 0x12, 0x20, 0x22, 0x28, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xc3, 0xff]

function pick<Value>(values: readonly Value[], random: Random): Value {
  return values[Math.floor(random() * values.length)]!
}

function place(bytes: Uint8Array, random: Random): number {
  return Math.floor(random() * (bytes.length + 1))
}

function replaced(bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)])
}

function flipBit(bytes: Uint8Array, { random }: Material): Uint8Array {
  const copy = Uint8Array.from(bytes)
  const at = Math.floor(random() * copy.length)
  if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8))
  return copy
}

function putByte(bytes: Uint8Array, { random }: Material): Uint8Array {
  const at = place(bytes, random)
  const byte = random() < 0.5 ? pick(TELLING, random) : Math.floor(random() * 256)
  return replaced(bytes, at, at + (random() < 0.5 ? 1 : 0), Uint8Array.of(byte))
}

/** Four or eight bytes in either order: lengths, counts, instants. */
function putNumber(bytes: Uint8Array, { random }: Material): Uint8Array {
  const number = Buffer.alloc(8)
  const value = pick(
    [0n, 1n, 0x7fn, 0xffffn, 2n ** 31n, 2n ** 32n - 1n, 2n ** 63n, 2n ** 64n - 1n],
    random,
  )
  number.writeBigUInt64LE(value)
  const part = random() < 0.5 ? number : number.subarray(0, 4)
  if (random() < 0.5) part.reverse()
  const at = place(bytes, random)
  return replaced(bytes, at, at + (random() < 0.7 ? part.length : 0), part)
}

function insertWord(bytes: Uint8Array, { random, words }: Material): Uint8Array {
  const at = place(bytes, random)
  return words.length === 0 ? bytes : replaced(bytes, at, at, pick(words, random))
}

function replaceByWord(bytes: Uint8Array, { random, words }: Material): Uint8Array {
  const at = place(bytes, random)
  const length = Math.floor(random() * 12)
  return words.length === 0 ? bytes : replaced(bytes, at, at + length, pick(words, random))
}

function cut(bytes: Uint8Array, { random }: Material): Uint8Array {
  const at = place(bytes, random)
  const length = 1 + Math.floor(random() ** 2 * (bytes.length - at))
  return replaced(bytes, at, at + length, new Uint8Array())
}

function double(bytes: Uint8Array, { random }: Material): Uint8Array {
  const at = place(bytes, random)
  const part = bytes.subarray(at, at + 1 + Math.floor(random() ** 2 * (bytes.length - at)))
  const times = random() < 0.9 ? 1 : 1 + Math.floor(random() * 100)
  return replaced(bytes, at, at, Buffer.concat(Array.from({ length: times }, () => part)))
}

function splice(bytes: Uint8Array, { random, other }: Material): Uint8Array {
  const [at, from] = [place(bytes, random), place(other, random)]
  const part = other.subarray(from, from + 1 + Math.floor(random() * (other.length - from)))
  return replaced(bytes, at, at + (random() < 0.5 ? part.length : 0), part)
}

/** A field of protobuf whose length fits what is put into it. */
function changeLength(bytes: Uint8Array, { random, words }: Material): Uint8Array {
  const at = place(bytes, random)
  const content = bytes.subarray(at, at + Math.floor(random() * Math.min(64, bytes.length - at)))
  const tag = ((1 + Math.floor(random() * 16)) << 3) | 2
  const head = tag < 0x80 ? [tag] : [0x80 | (tag & 0x7f), tag >> 7]
  const inner = random() < 0.5 || words.length === 0 ? content : pick(words, random)
  if (inner.length > 127) return bytes
  return replaced(
    bytes,
    at,
    at + content.length,
    Buffer.concat([Buffer.from([...head, inner.length]), inner]),
  )
}

/** A number in a text. */
function changeDigits(bytes: Uint8Array, { random }: Material): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1')
  const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?/g)]
  if (numbers.length === 0) return bytes
  const { index, 0: number } = pick(numbers, random)
  const value = pick(
    ['0', '-1', '1e308', '-0', '1e-400', '9007199254740993', '18446744073709551616', '00', '1.5'],
    random,
  )
  return replaced(bytes, index, index + number.length, Buffer.from(value))
}

/** Two parts between commas or line ends change places. */
function swapLines(bytes: Uint8Array, { random }: Material): Uint8Array {
  const separator = random() < 0.5 ? ',' : '\n'
  const parts = Buffer.from(bytes).toString('latin1').split(separator)
  const [from, to] = [Math.floor(random() * parts.length), Math.floor(random() * parts.length)]
  const moved = parts[from] ?? ''
  parts[from] = parts[to] ?? ''
  parts[to] = moved
  return Buffer.from(parts.join(separator), 'latin1')
}
