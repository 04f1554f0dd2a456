import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findJsonBoundsProblem, type JsonBounds, type JsonBoundsProblem } from './json-bounds.ts'

const BOUNDS: JsonBounds = { maxDepth: 4, maxValues: 12 }

describe('bounds of JSON text', () => {
  it.each([
    ['nothing', '', undefined],
    ['as deep as allowed', '[[[[]]]]', undefined],
    ['one deeper', '[[[[[]]]]]', 'too-deep'],
    ['one deeper, mixed', '{"a":[{"b":[{}]}]}', 'too-deep'],
    ['wide and flat', '[],[],[],[],[],[]', undefined],
    ['one value more', '[],[],[],[],[],[],[]', 'too-many-values'],
    ['brackets in a string', '"[[[[[[[[{{{{{{{{,,,,,,,,,,,,,,,,"', undefined],
    ['brackets behind an escaped quote', String.raw`"\"[[[[[[[["`, undefined],
    ['brackets behind an escaped backslash', String.raw`"\\"[[[[[[[[`, 'too-deep'],
    ['brackets behind a string of one escaped quote', String.raw`"\""[[[[[[[[`, 'too-deep'],
    ['a string that never ends', '"[[[[[[[[', undefined],
    ['a string that ends in a backslash', String.raw`"[[[[[[[[\ `.trim(), undefined],
    ['half a pair', '"\ud83d"', 'lone-surrogate'],
    ['the other half', '"\ude00"', 'lone-surrogate'],
    ['a pair', '"\ud83d\ude00"', undefined],
    ['half a pair, deep', '[[[[[[[["\ud83d"', 'lone-surrogate'],
  ])('%s', (_, text, problem) => {
    expect(findJsonBoundsProblem(text, BOUNDS)).toBe(problem)
  })

  it('says of any text what going through it a character at a time says', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', 'x', 'é', '\ud83d\ude00')
    const texts = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
    const anyBounds = fc.record({
      maxDepth: fc.integer({ min: 0, max: 8 }),
      maxValues: fc.integer({ min: 0, max: 40 }),
    })
    fc.assert(
      fc.property(texts, anyBounds, (text, bounds) => {
        expect(findJsonBoundsProblem(text, bounds)).toBe(plainProblem(text, bounds))
      }),
      { numRuns: 2000 },
    )
  })
})

/** A string with its quotes, to the end of the text where it does not end. */
const STRING = /"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)/g

/** The plain twin: takes the strings out and counts the rest. Knows no surrogates. */
function plainProblem(text: string, bounds: JsonBounds): JsonBoundsProblem | undefined {
  const outside = [...text.replace(STRING, '')]
  let depth = 0
  for (const character of outside) {
    if ('{['.includes(character)) depth++
    if ('}]'.includes(character)) depth--
    if (depth > bounds.maxDepth) return 'too-deep'
  }
  const values = outside.filter((character) => '{[,'.includes(character)).length
  return values > bounds.maxValues ? 'too-many-values' : undefined
}
