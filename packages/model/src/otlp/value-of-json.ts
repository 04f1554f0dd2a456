import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import type { OtlpAttributes, OtlpValue } from './otlp-span.ts'

/** A JSON value as an `AnyValue`: whole numbers are integers. Recurses as deep as the value nests. */
export function valueOfJson(value: JsonValue): OtlpValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (isJsonObject(value)) return attributesOfJson(value)
  return Array.isArray(value) ? value.map(valueOfJson) : (value as string | boolean | null)
}

export function attributesOfJson(members: JsonObject): OtlpAttributes {
  return new Map(Object.entries(members).map(([key, value]) => [key, valueOfJson(value)]))
}
