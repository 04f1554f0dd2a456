import { FLAG_KEYWORDS, NUMBER_KEYWORDS, TEXT_KEYWORDS } from './ast.ts'
import { ROOT_CAUSE_PATHS } from './check.ts'

/**
 * As much of an unknown word as X-Ray reads of it before it gives up: up to the first character that
 * continues no word of the language. It shows `response_` of `response_time` (xray-behaviour 10.5).
 */
export function unknownSymbol(word: string): string {
  const lower = word.toLowerCase()
  let length = 1
  while (length < word.length && isBeginning(lower.slice(0, length))) length += 1
  return word.slice(0, length)
}

const WORDS: readonly string[] = [
  ...FLAG_KEYWORDS,
  ...NUMBER_KEYWORDS,
  ...TEXT_KEYWORDS,
  ...ROOT_CAUSE_PATHS,
  'rootcause.json',
  'annotation',
  'service',
  'edge',
  'group.name',
  'group.arn',
  'and',
  'or',
]

function isBeginning(text: string): boolean {
  return WORDS.some((word) => word.startsWith(text))
}
