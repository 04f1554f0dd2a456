import type { OtlpAttributes, OtlpValue } from './otlp-span.ts'

/** Values by key: a map, or the columns of a request. */
export type AttributeLookup = {
  get(key: string): OtlpValue | undefined
}

/**
 * The attributes of one span while it is given a meaning. What a field of the segment document tells
 * whole is taken; the rest becomes annotations and metadata.
 */
export type SpanAttributes = AttributeLookup & {
  /** Marks an attribute as told elsewhere. */
  take(key: string): void
  /** The attributes that were not taken, in the order they were sent. */
  rest(): Iterable<readonly [string, OtlpValue]>
}

/** The attributes of a decoded span, none taken yet. */
export function spanAttributes(attributes: OtlpAttributes): SpanAttributes {
  const taken = new Set<string>()
  return {
    get: (key) => attributes.get(key),
    take: (key) => taken.add(key),
    *rest() {
      for (const attribute of attributes) if (!taken.has(attribute[0])) yield attribute
    },
  }
}

/** The first of the keys that holds text, and not an empty one. */
export function textOf(
  attributes: AttributeLookup,
  ...keys: readonly string[]
): string | undefined {
  for (const key of keys) {
    const value = attributes.get(key)
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

/** As `textOf`, and takes what it found; the same value under another of the keys too. */
export function takeText(
  attributes: SpanAttributes,
  ...keys: readonly string[]
): string | undefined {
  const text = textOf(attributes, ...keys)
  if (text === undefined) return undefined
  for (const key of keys) if (attributes.get(key) === text) attributes.take(key)
  return text
}

/** As `integerOf`, and takes what it found; the same number under another of the keys too. */
export function takeInteger(
  attributes: SpanAttributes,
  ...keys: readonly string[]
): number | undefined {
  const integer = integerOf(attributes, ...keys)
  if (integer === undefined) return undefined
  for (const key of keys) if (integerOf(attributes, key) === integer) attributes.take(key)
  return integer
}

/** A flag, taken; other types are no flag and stay. */
export function takeFlag(attributes: SpanAttributes, key: string): boolean | undefined {
  const value = attributes.get(key)
  if (typeof value !== 'boolean') return undefined
  attributes.take(key)
  return value
}

const INTEGER_TEXT = /^-?\d{1,15}$/

/** The first of the keys that holds a whole number within 53 bits; some senders send it as text. */
export function integerOf(
  attributes: AttributeLookup,
  ...keys: readonly string[]
): number | undefined {
  for (const key of keys) {
    const integer = wholeNumber(attributes.get(key))
    if (integer !== undefined) return integer
  }
  return undefined
}

function wholeNumber(value: OtlpValue | undefined): number | undefined {
  const isText = typeof value === 'string' && INTEGER_TEXT.test(value)
  if (!isText && typeof value !== 'bigint' && typeof value !== 'number') return undefined
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : undefined
}
