import { bad, ok, type Result } from '@fluoroscope/model'
import { RE2JS, RE2JSException } from 're2js'

/** Whether the whole of a text matches. */
export type Pattern = (text: string) => boolean

/**
 * A pattern in RE2's syntax, which Tempo has from Go. It takes time in proportion to the text, whatever the
 * pattern: it comes from outside.
 */
export function compilePattern(source: string): Result<Pattern, string> {
  try {
    const compiled = RE2JS.compile(source, RE2JS.DOTALL)
    return ok((text) => compiled.testExact(text))
  } catch (error) {
    if (error instanceof RE2JSException) return bad(`the pattern: ${error.message}`)
    throw error
  }
}
