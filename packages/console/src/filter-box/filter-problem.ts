import { parseFilter } from '@fluoroscope/model'

/** What keeps a text from being a filter expression. */
export type TypedProblem = {
  /** What was expected there, in words. */
  readonly message: string
  /** UTF-16 units from the start. */
  readonly offset: number
  /** It may yet become right by typing on. */
  readonly unfinished: boolean
}

/** Checks a text as the server will; undefined for a blank or a right one. */
export function findTypedProblem(text: string): TypedProblem | undefined {
  if (text.trim() === '') return undefined
  const parsed = parseFilter(text)
  if (parsed.ok) return undefined
  const { message, offset } = parsed.problem
  const rest = text.slice(offset)
  const unfinished = rest.trim() === '' || /^(?:"[^"]*|[\w.]+)$/.test(rest)
  return { message, offset, unfinished }
}

/** The part of a message behind the place: `expected …`, with a capital. */
export function shortMessage(message: string): string {
  const expected = /\(expected (.*)\)$/s.exec(message)?.[1]
  return expected === undefined ? message : `Expected ${expected}`
}
