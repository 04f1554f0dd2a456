import { bad, type FilterProblem, ok, parseFilter, type Result } from '@fluoroscope/model'
import { cellWidth, safeText } from './cell-text.ts'

/**
 * The value of --filter, which is read before it is sent: the problem shows the place below it.
 * Undefined for all traces.
 */
export function readFilter(text: string | undefined): Result<string | undefined, string> {
  if (text === undefined || text.trim() === '') return ok(undefined)
  const parsed = parseFilter(text)
  return parsed.ok ? ok(text) : bad(describe(text, parsed.problem))
}

/**
 * ```text
 * Error Location: line 1, position 10 : …
 *   user AND response_time > 1
 *            ^
 * ```
 */
function describe(text: string, { message, offset, line }: FilterProblem): string {
  const shown = text.split(LINE_BREAK)[line - 1] ?? ''
  const lineStart = text.slice(0, offset).split(LINE_BREAK).at(-1) ?? ''
  const margin = ' '.repeat(cellWidth(safeText(lineStart)))
  return `${safeText(message)}\n  ${safeText(shown)}\n  ${margin}^`
}

const LINE_BREAK = /\r\n|[\r\n]/
