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
  /** Visits the attributes that were not taken, in the order they were sent. */
  eachRest(visit: (key: string, value: OtlpValue) => void): void
  /**
   * Whether there is an attribute whose key begins with this word and a dot. Most spans tell of few
   * things: saves them the questions about all others.
   */
  tells(word: KeyWord): boolean
}

/** First words of the keys that are asked for. */
export type KeyWord = 'aws' | 'db' | 'faas' | 'http' | 'messaging' | 'rpc' | 'url' | 'user_agent'

/** The attributes of a decoded span, none taken yet. */
export function spanAttributes(attributes: OtlpAttributes): SpanAttributes {
  const taken = new Set<string>()
  const words = new Set<string>()
  for (const key of attributes.keys()) words.add(firstWord(key))
  return {
    get: (key) => attributes.get(key),
    take: (key) => taken.add(key),
    eachRest: (visit) => {
      for (const [key, value] of attributes) if (!taken.has(key)) visit(key, value)
    },
    tells: (word) => words.has(word),
  }
}

/** What is before the first dot; empty where there is none. */
function firstWord(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('.')))
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
