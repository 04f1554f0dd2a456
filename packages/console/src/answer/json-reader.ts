import { isJsonObject, type JsonObject, type JsonValue } from '@fluoroscope/model'

/** An answer that is not what the API promises; says where. Caught where answers are received. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
}

/** `value` as an object; throws {@link AnswerError} with `where` for anything else. */
export function readObject(value: unknown, where: string): JsonObject {
  if (!isJsonObject(value)) throw new AnswerError(`${where} is not an object`)
  return value
}

/** A list; null and absent count as empty, as X-Ray's answers use them. */
export function readList(value: JsonValue | undefined, where: string): readonly JsonValue[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new AnswerError(`${where} is not a list`)
  return value
}

/** A string that must be there. */
export function readText(value: JsonValue | undefined, where: string): string {
  if (typeof value !== 'string') throw new AnswerError(`${where} is not a string`)
  return value
}

/** A string; undefined for null and absent. */
export function readOptionalText(value: JsonValue | undefined, where: string): string | undefined {
  return value === undefined || value === null ? undefined : readText(value, where)
}

/** A finite number; undefined for null and absent. */
export function readOptionalNumber(
  value: JsonValue | undefined,
  where: string,
): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new AnswerError(`${where} is not a number`)
  }
  return value
}
