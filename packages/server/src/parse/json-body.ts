import {
  bad,
  findJsonBoundsProblem,
  type JsonBounds,
  type JsonValue,
  ok,
  type Result,
} from '@fluoroscope/model'
import { decodeUtf8 } from './decode-utf8.ts'

/** Why a body could not be read as JSON. */
export type JsonBodyProblem = {
  readonly kind: 'malformed' | 'too-large'
  readonly message: string
}

export type JsonBody = {
  readonly value: JsonValue
  /** Some text was escaped as surrogates, which may be half of a pair. */
  readonly hasSurrogates: boolean
}

/**
 * Reads the JSON of a body of spans.
 * @param prepare rewrites the text before it is parsed
 */
export function parseJsonBody(
  body: Uint8Array,
  bounds: JsonBounds,
  prepare: (text: string) => string = (text) => text,
): Result<JsonBody, JsonBodyProblem> {
  const text = decodeUtf8(body)
  if (text === undefined) return malformed('The request body is not UTF-8')
  const problem = findJsonBoundsProblem(text, bounds)
  if (problem === 'too-many-values') {
    return bad({ kind: 'too-large', message: 'The request body has too many values' })
  }
  if (problem !== undefined) return malformed('The request body is nested too deep')
  try {
    const value = JSON.parse(prepare(text)) as JsonValue
    return ok({ value, hasSurrogates: SURROGATE_ESCAPE.test(text) })
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // The engine's words would repeat parts of the body.
    return malformed('The request body is not JSON')
  }
}

/** Whether a text holds half of a surrogate pair, which has no UTF-8. */
export function hasLoneSurrogate(text: string): boolean {
  return LONE_SURROGATE.test(text)
}

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/
/** With the `u` flag a surrogate matches only where it stands alone. */
const LONE_SURROGATE = /\p{Surrogate}/u

function malformed(message: string): Result<never, JsonBodyProblem> {
  return bad({ kind: 'malformed', message })
}
