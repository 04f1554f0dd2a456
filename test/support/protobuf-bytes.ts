/** Parts of protobuf messages, by hand: what a test sends is what it says. */

export function varint(value: number | bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return [...bytes, Number(rest)]
}

export function varintField(field: number, value: number | bigint): number[] {
  return [...varint(field * 8), ...varint(value)]
}

export function fixed64Field(field: number, value: bigint): number[] {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return [...varint(field * 8 + 1), ...bytes]
}

/** A string, bytes, or the parts of a message. */
export function field(number: number, ...parts: readonly (string | ArrayLike<number>)[]): number[] {
  const content = parts.flatMap((part) =>
    typeof part === 'string' ? [...Buffer.from(part)] : Array.from(part),
  )
  return [...varint(number * 8 + 2), ...varint(content.length), ...content]
}

export const TRACE_ID = Buffer.from('5b8efff798038103d269b633813fc60c', 'hex')
export const SPAN_ID = Buffer.from('eee19b7ec3c1b174', 'hex')

/** A Span with ids and whatever else. */
export function span(...parts: readonly ArrayLike<number>[]): number[] {
  return field(2, field(1, TRACE_ID), field(2, SPAN_ID), ...parts)
}

/** A request of one resource and one scope, without either, and these `spans` fields. */
export function request(...spans: readonly ArrayLike<number>[]): Uint8Array {
  return Uint8Array.from(field(1, field(2, ...spans)))
}
