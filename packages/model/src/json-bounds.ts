export type JsonBounds = {
  /** Nested objects and arrays. */
  readonly maxDepth: number
  /** Opened objects and arrays and commas, which is about the number of values. */
  readonly maxValues: number
}

/** What is wrong with a text before it is even parsed. */
export type JsonBoundsProblem = 'too-deep' | 'too-many-values' | 'lone-surrogate'

const COMMA = 0x2c
const QUOTE = 0x22
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** With the `u` flag a surrogate matches only where it stands alone. */
const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * Finds nesting and numbers of values beyond the bounds, and unpaired surrogates, in JSON text.
 * `JSON.parse` stops at none of them: a million brackets cost it most of a second and overflow the
 * stack when written out again, and 15 MB of `[],` become 300 MB of arrays. Says nothing about the
 * text being JSON otherwise.
 */
export function findJsonBoundsProblem(
  text: string,
  bounds: JsonBounds,
): JsonBoundsProblem | undefined {
  if (LONE_SURROGATE.test(text)) return 'lone-surrogate'
  return isSurelyWithin(text, bounds) ? undefined : countedProblem(text, bounds)
}

/**
 * Whether a look at the length and at the openings, those within strings too, is enough: for a
 * document as SDKs send them it is, at a tenth of the time of going through it.
 */
function isSurelyWithin(text: string, { maxDepth, maxValues }: JsonBounds): boolean {
  if (text.length > maxValues) return false
  const braces = countUpTo(text, '{', maxDepth + 1)
  return braces + countUpTo(text, '[', maxDepth + 1 - braces) <= maxDepth
}

/** How often `character` stands in the text; `most` for that often and more. */
function countUpTo(text: string, character: string, most: number): number {
  let count = 0
  for (let at = 0; count < most; count++) {
    at = text.indexOf(character, at) + 1
    if (at === 0) break
  }
  return count
}

/** Goes through the text. */
function countedProblem(text: string, bounds: JsonBounds): JsonBoundsProblem | undefined {
  let depth = 0
  let values = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at)
        break
      case OPEN_BRACE:
      case OPEN_BRACKET:
        values++
        depth++
        if (depth > bounds.maxDepth) return 'too-deep'
        break
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--
        break
      case COMMA:
        values++
    }
  }
  return values > bounds.maxValues ? 'too-many-values' : undefined
}

/** Where the string that opens at `open` closes; the end of the text where it does not. */
function endOfString(text: string, open: number): number {
  let at = text.indexOf('"', open + 1)
  while (at >= 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at >= 0 ? at : text.length
}

/** Whether an odd number of backslashes leads to `at`; stops at the opening quote of its string. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === BACKSLASH) before--
  return (at - before) % 2 === 0
}
