import { placeOf, shortenSymbol } from '../text-place.ts'

/** Why a text is no filter expression, and where. */
export type FilterProblem = {
  /** X-Ray's text first (xray-behaviour 10.5), then what was expected there. */
  readonly message: string
  /** Where the first wrong symbol begins, in UTF-16 units from 0. */
  readonly offset: number
  /** From 1. */
  readonly line: number
  /** Characters from 1, within the line. */
  readonly position: number
}

/**
 * @param offset where the wrong symbol begins in `text`
 * @param symbol as far as it was read; the end of the text where undefined
 * @param expected goes on after "expected"
 */
export function filterProblem(
  text: string,
  offset: number,
  symbol: string | undefined,
  expected: string,
): FilterProblem {
  const { line, position } = placeOf(text, offset)
  const place = `Error Location: line ${line}, position ${position}`
  const shown = symbol === undefined ? '<EOF>' : shortenSymbol(symbol)
  const message = `${place} : Invalid input symbol: '${shown}' (expected ${expected})`
  return { message, offset, line, position }
}
