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
  let at = open + 1
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at++
  }
  return at
}
