import { WireReader } from './wire-reader.ts'

/** An attribute value of OpenTelemetry, as an object. `none` was sent without a value. */
export type AnyValue =
  | { readonly type: 'none' }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'list'; readonly value: readonly AnyValue[] }
  | { readonly type: 'map'; readonly value: readonly KeyValue[] }

export type KeyValue = { readonly key: string; readonly value: AnyValue }

const NONE: AnyValue = { type: 'none' }

/**
 * Reads the KeyValue message `bytes[at..end)`, of which the caller knows that it is well formed and not
 * nested too deep. A value sent in pieces is merged: lists and maps grow, anything else is replaced.
 */
export function readKeyValue(bytes: Buffer, at: number, end: number): KeyValue {
  const reader = new WireReader()
  reader.open(bytes, at)
  return keyValue(reader, bytes, end)
}

/** A varint as a signed number of 64 bits; the caller knows that it is whole. */
export function readInt64(bytes: Uint8Array, at: number): bigint {
  let low = 0
  let high = 0
  for (let index = at, shift = 0; ; index++, shift += 7) {
    const byte = bytes[index] as number
    const bits = byte & 0x7f
    if (shift < 32) low |= bits << shift
    if (shift === 28) high |= bits >> 4
    else if (shift > 28) high |= bits << (shift - 32)
    if (byte < 0x80) return (BigInt(high) << 32n) | BigInt(low >>> 0)
  }
}

function keyValue(reader: WireReader, bytes: Buffer, end: number): KeyValue {
  let key = ''
  let value = NONE
  while (reader.at < end) {
    const tag = reader.tag(end)
    if (tag === 0x0a) key = text(reader, bytes, end)
    else if (tag === 0x12) value = anyValue(reader, bytes, reader.length(end), value)
    else reader.skip(tag, end, 0)
  }
  return { key, value }
}

function anyValue(reader: WireReader, bytes: Buffer, end: number, before: AnyValue): AnyValue {
  let value = before
  while (reader.at < end) {
    const tag = reader.tag(end)
    switch (tag) {
      case 0x0a:
        value = { type: 'text', value: text(reader, bytes, end) }
        break
      case 0x10:
        value = { type: 'bool', value: int64(reader, bytes, end) !== 0n }
        break
      case 0x18:
        value = { type: 'int', value: int64(reader, bytes, end) }
        break
      case 0x21:
        value = { type: 'double', value: bytes.readDoubleLE(reader.at) }
        reader.skipBytes(8, end)
        break
      case 0x2a:
        value = { type: 'list', value: list(reader, bytes, reader.length(end), value) }
        break
      case 0x32:
        value = { type: 'map', value: map(reader, bytes, reader.length(end), value) }
        break
      case 0x3a:
        value = { type: 'bytes', value: range(reader, bytes, end) }
        break
      default:
        reader.skip(tag, end, 0)
    }
  }
  return value
}

function list(reader: WireReader, bytes: Buffer, end: number, before: AnyValue): AnyValue[] {
  const values = before.type === 'list' ? [...before.value] : []
  while (reader.at < end) {
    const tag = reader.tag(end)
    if (tag === 0x0a) values.push(anyValue(reader, bytes, reader.length(end), NONE))
    else reader.skip(tag, end, 0)
  }
  return values
}

function map(reader: WireReader, bytes: Buffer, end: number, before: AnyValue): KeyValue[] {
  const entries = before.type === 'map' ? [...before.value] : []
  while (reader.at < end) {
    const tag = reader.tag(end)
    if (tag === 0x0a) entries.push(keyValue(reader, bytes, reader.length(end)))
    else reader.skip(tag, end, 0)
  }
  return entries
}

function int64(reader: WireReader, bytes: Buffer, end: number): bigint {
  const value = readInt64(bytes, reader.at)
  reader.skipVarint(end)
  return value
}

function text(reader: WireReader, bytes: Buffer, end: number): string {
  const last = reader.length(end)
  const value = bytes.toString('utf8', reader.at, last)
  reader.at = last
  return value
}

function range(reader: WireReader, bytes: Buffer, end: number): Uint8Array {
  const last = reader.length(end)
  const value = bytes.subarray(reader.at, last)
  reader.at = last
  return value
}
