import { isJsonObject, type JsonObject, type JsonValue } from '@fluoroscope/model'
import type { SpanRejectionReason } from './span-batch.ts'

/** A member of OTLP/JSON that cannot be what it should be. Caught where a span, or the request, is read as a whole. */
export class MemberError extends Error {
  readonly reason: SpanRejectionReason

  constructor(path: string, flaw: string, reason: SpanRejectionReason = 'malformed-span') {
    super(`${path} ${flaw}`)
    this.reason = reason
  }
}

/*
 * Readers of members, by the JSON mapping of protobuf with the exceptions OTLP makes. A member that is
 * null is as one that is not there: undefined.
 */

export function objectAt(owner: JsonObject, name: string, path: string): JsonObject | undefined {
  const value = owner[name] ?? undefined
  if (value === undefined || isJsonObject(value)) return value
  throw new MemberError(`${path}.${name}`, 'is not an object')
}

/** The objects of a list, each with its path. */
export function objectsAt(
  owner: JsonObject,
  name: string,
  path: string,
): readonly (readonly [JsonObject, string])[] {
  const value = owner[name] ?? []
  if (!Array.isArray(value)) throw new MemberError(`${path}.${name}`, 'is not a list')
  return value.map((element: JsonValue, index) => {
    const elementPath = `${path}.${name}[${index}]`
    if (!isJsonObject(element)) throw new MemberError(elementPath, 'is not an object')
    return [element, elementPath] as const
  })
}

export function textAt(owner: JsonObject, name: string, path: string): string | undefined {
  const value = owner[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw new MemberError(`${path}.${name}`, 'is not a string')
}

export function boolAt(owner: JsonObject, name: string, path: string): boolean | undefined {
  const value = owner[name] ?? undefined
  if (value === undefined || typeof value === 'boolean') return value
  throw new MemberError(`${path}.${name}`, 'is not true or false')
}

const UINT64 = { kind: 'an unsigned number of 64 bits', min: 0n, max: 2n ** 64n - 1n }
const INT64 = { kind: 'a number of 64 bits', min: -(2n ** 63n), max: 2n ** 63n - 1n }
const UINT32 = { kind: 'an unsigned number of 32 bits', min: 0n, max: 2n ** 32n - 1n }
const INT32 = { kind: 'a number of 32 bits', min: -(2n ** 31n), max: 2n ** 31n - 1n }

export function uint64At(owner: JsonObject, name: string, path: string): bigint | undefined {
  return integerAt(owner, name, path, UINT64)
}

export function int64At(owner: JsonObject, name: string, path: string): bigint | undefined {
  return integerAt(owner, name, path, INT64)
}

export function uint32At(owner: JsonObject, name: string, path: string): bigint | undefined {
  return integerAt(owner, name, path, UINT32)
}

/** An enum by its number, which is OTLP's form, or by its name, which is protobuf's. */
export function enumAt(
  owner: JsonObject,
  name: string,
  path: string,
  names: readonly string[],
): bigint | undefined {
  const value = owner[name]
  const known = typeof value === 'string' ? names.indexOf(value) : -1
  return known >= 0 ? BigInt(known) : integerAt(owner, name, path, INT32)
}

/** A number, a string of one, or the names of what JSON has no numbers for. */
export function doubleAt(owner: JsonObject, name: string, path: string): number | undefined {
  const value = owner[name] ?? undefined
  if (value === undefined || typeof value === 'number') return value
  const isNumber = typeof value === 'string' && DOUBLE.test(value)
  if (isNumber) return Number(value)
  throw new MemberError(`${path}.${name}`, 'is not a number')
}

/** An id in hex, in any case, whatever its length. */
export function hexAt(
  owner: JsonObject,
  name: string,
  path: string,
  reason: SpanRejectionReason,
): Uint8Array | undefined {
  const value = owner[name] ?? undefined
  if (value === undefined) return undefined
  if (typeof value === 'string' && HEX.test(value)) return Buffer.from(value, 'hex')
  throw new MemberError(`${path}.${name}`, 'is not a string of hex digits', reason)
}

/** Base 64, the alphabet for URLs too, padded or not. */
export function base64At(owner: JsonObject, name: string, path: string): Uint8Array | undefined {
  const value = owner[name] ?? undefined
  if (value === undefined) return undefined
  if (typeof value === 'string' && BASE64.test(value)) return Buffer.from(value, 'base64')
  throw new MemberError(`${path}.${name}`, 'is not base 64')
}

const DECIMAL = /^-?\d{1,20}$/
const DOUBLE = /^(?:-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|NaN|-?Infinity)$/
const HEX = /^(?:[0-9a-fA-F]{2})*$/
const BASE64 = /^(?:[\w+/-]{4})*(?:[\w+/-]{2}(?:==)?|[\w+/-]{3}=?)?$/

type Range = { readonly kind: string; readonly min: bigint; readonly max: bigint }

function integerAt(
  owner: JsonObject,
  name: string,
  path: string,
  { kind, min, max }: Range,
): bigint | undefined {
  const value = owner[name] ?? undefined
  if (value === undefined) return undefined
  const isInteger =
    typeof value === 'string'
      ? DECIMAL.test(value)
      : typeof value === 'number' && Number.isInteger(value)
  const integer = isInteger ? BigInt(value as string | number) : undefined
  if (integer !== undefined && integer >= min && integer <= max) return integer
  throw new MemberError(`${path}.${name}`, `is not ${kind}`)
}
