/** What is wrong with a text before it is even parsed. */
export type JsonBoundsProblem = 'too-deep' | 'lone-surrogate'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** With the `u` flag a surrogate matches only where it stands alone. */
const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * Finds nesting beyond `maxDepth` and unpaired surrogates in JSON text. `JSON.parse` stops at neither:
 * a million brackets cost it most of a second, and writing them out again overflows the stack. Says
 * nothing about the text being JSON otherwise.
 */
export function findJsonBoundsProblem(
  text: string,
  maxDepth: number,
): JsonBoundsProblem | undefined {
  if (LONE_SURROGATE.test(text)) return 'lone-surrogate'
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      inString = !inString
    } else if (inString) {
      if (code === BACKSLASH) at++
    } else {
      depth += nesting(code)
      if (depth > maxDepth) return 'too-deep'
    }
  }
  return undefined
}

function nesting(code: number): -1 | 0 | 1 {
  if (code === OPEN_BRACE || code === OPEN_BRACKET) return 1
  return code === CLOSE_BRACE || code === CLOSE_BRACKET ? -1 : 0
}
