import type { JsonObject, JsonValue } from '../json.ts'
import { isOtlpArray, type OtlpAttributes, type OtlpValue } from './otlp-span.ts'

/**
 * A value as JSON says it: bytes in base 64, and as text the numbers that JSON cannot hold (integers
 * beyond 2^53, NaN, the infinities).
 */
export function jsonOfValue(value: OtlpValue): JsonValue {
  if (typeof value === 'bigint') return jsonOfInteger(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Uint8Array) return base64(value)
  return isOtlpArray(value) ? value.map(jsonOfValue) : jsonOfAttributes(value)
}

/** Own properties only, so that a key such as `__proto__` stays a plain key. */
export function jsonOfAttributes(attributes: OtlpAttributes): JsonObject {
  return Object.fromEntries([...attributes].map(([key, value]) => [key, jsonOfValue(value)]))
}

/** A number, or its digits where a double would round it. */
export function jsonOfInteger(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base 64 with padding (RFC 4648 chapter 4); what runtimes offer differs between Node and browsers. */
function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second, third] = bytes.subarray(at, at + 3)
    const bits = (first << 16) | ((second ?? 0) << 8) | (third ?? 0)
    text += digit(bits, 18) + digit(bits, 12)
    text += second === undefined ? '=' : digit(bits, 6)
    text += third === undefined ? '=' : digit(bits, 0)
  }
  return text
}

function digit(bits: number, shift: number): string {
  return DIGITS.charAt((bits >> shift) & 63)
}
