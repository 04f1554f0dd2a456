import { placeOf, shortenSymbol } from '../text-place.ts'

/** Why a text is no TraceQL query, or none that is answered here, and where. */
export type TraceQueryProblem = {
  readonly message: string
  /** Where the first wrong symbol begins, in UTF-16 units from 0. */
  readonly offset: number
}

/** @param reason goes on after the place */
export function traceQueryProblem(text: string, offset: number, reason: string): TraceQueryProblem {
  const { line, position } = placeOf(text, offset)
  const message = `invalid TraceQL query: line ${line}, col ${position}: ${reason}`
  return { message, offset }
}

/** @param symbol as far as it was read; the end of the text where undefined */
export function unexpectedSymbol(
  text: string,
  offset: number,
  symbol: string | undefined,
  expected: string,
): TraceQueryProblem {
  const shown = symbol === undefined ? 'end of the query' : `'${shortenSymbol(symbol)}'`
  return traceQueryProblem(text, offset, `unexpected ${shown}, expected ${expected}`)
}
