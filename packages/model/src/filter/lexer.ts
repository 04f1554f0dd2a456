import { bad, ok, type Result } from '../result.ts'
import { type FilterProblem, filterProblem } from './problem.ts'

/** A word of the language, with the place where it begins. */
export type Token = {
  readonly kind: TokenKind
  /** As it was written; empty at the end of the text. */
  readonly text: string
  /** What a string or an annotation key says, the JSON text behind `#`; else as `text`. */
  readonly value: string
  /** UTF-16 units from the start of the text. */
  readonly offset: number
}

/**
 * `word`: keywords, operators in letters, numbers and values without quotes. `key`: what stands between
 * the brackets of `annotation[…]`. `json`: `#` and the array behind it. Symbols name themselves.
 */
export type TokenKind = 'word' | 'string' | 'key' | 'json' | 'end' | SymbolKind
type SymbolKind = '(' | ')' | '{' | '}' | ',' | ':' | '!' | '=' | '!=' | '<' | '<=' | '>' | '>='

/** Cuts the text into tokens; the last one is `end`. */
export function readTokens(text: string): Result<readonly Token[], FilterProblem> {
  const { tokens, problem } = readTokensSoFar(text)
  if (problem !== undefined) return bad(problem)
  return ok([...tokens, { kind: 'end', text: '', value: '', offset: text.length }])
}

/** The tokens before the first place that is none, and what is wrong there: for texts being typed. */
export function readTokensSoFar(text: string): {
  readonly tokens: readonly Token[]
  readonly problem: FilterProblem | undefined
} {
  const tokens: Token[] = []
  for (let offset = skipSpace(text, 0); offset < text.length; ) {
    const token = readToken(text, offset, tokens.at(-1))
    if (!token.ok) return { tokens, problem: token.problem }
    tokens.push(token.value)
    offset = skipSpace(text, offset + token.value.text.length)
  }
  return { tokens, problem: undefined }
}

function skipSpace(text: string, offset: number): number {
  SPACE.lastIndex = offset
  SPACE.exec(text)
  return SPACE.lastIndex
}

const SPACE = /\s*/y
const SYMBOL = /[(){},:]|[!<>]=?|=/y
/** Values without quotes may be paths, addresses, times of day but for their colon. */
const WORD = /[^\s"'(){}[\],:=<>!#]+/y

function readToken(
  text: string,
  offset: number,
  previous: Token | undefined,
): Result<Token, FilterProblem> {
  switch (text[offset]) {
    case '"':
      return readString(text, offset)
    case '#':
      return readJson(text, offset)
    case '[':
      if (previous?.value.toLowerCase() === 'annotation') return readKey(text, offset)
  }
  const symbol = match(SYMBOL, text, offset)
  if (symbol !== undefined) {
    return ok({ kind: symbol as SymbolKind, text: symbol, value: symbol, offset })
  }
  const word = match(WORD, text, offset)
  if (word !== undefined) return ok({ kind: 'word', text: word, value: word, offset })
  const expected = text[offset] === "'" ? 'double quotes around a string' : 'a keyword or a value'
  return bad(filterProblem(text, offset, text[offset], expected))
}

function match(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset
  return pattern.exec(text)?.[0]
}

const STRING = /"(?:[^"\\]|\\["\\])*"/y
const OPEN_STRING = /"(?:[^"\\]|\\["\\])*/y

function readString(text: string, offset: number): Result<Token, FilterProblem> {
  const string = match(STRING, text, offset)
  if (string !== undefined) {
    return ok({ kind: 'string', text: string, value: unquote(string), offset })
  }
  const open = match(OPEN_STRING, text, offset) ?? ''
  const end = offset + open.length
  if (text[end] === '\\') {
    const expected = 'a quote or a backslash behind the backslash'
    return bad(filterProblem(text, end, text.slice(end, end + 2), expected))
  }
  return bad(filterProblem(text, offset, open, 'a closing double quote'))
}

function unquote(string: string): string {
  return string.slice(1, -1).replace(/\\(["\\])/g, '$1')
}

/** Any characters but a closing bracket; with those too in double quotes. */
const KEY = /\[\s*(?:"(?:[^"\\]|\\["\\])*"\s*|[^\]\s"][^\]"]*)\]/y

function readKey(text: string, offset: number): Result<Token, FilterProblem> {
  const key = match(KEY, text, offset)
  if (key === undefined) {
    const expected = 'the key of an annotation and a closing bracket'
    return bad(filterProblem(text, offset, text[offset], expected))
  }
  const inner = key.slice(1, -1).trim()
  const value = inner.startsWith('"') ? unquote(inner) : inner
  return ok({ kind: 'key', text: key, value, offset })
}

const JSON_START = /#\s*\[/y
const JSON_STRING = /"(?:[^"\\]|\\.)*"/y

/** Up to the bracket that closes the array. What is between is looked at by the parser. */
function readJson(text: string, offset: number): Result<Token, FilterProblem> {
  const start = match(JSON_START, text, offset)
  if (start === undefined) {
    return bad(filterProblem(text, offset, '#', 'a JSON array behind the #'))
  }
  let depth = 1
  for (let at = offset + start.length; at < text.length; at++) {
    const character = text[at]
    if (character === '"') at += (match(JSON_STRING, text, at)?.length ?? 1) - 1
    else if (character === '[') depth += 1
    else if (character === ']') depth -= 1
    if (depth > 0) continue
    const json = text.slice(offset, at + 1)
    return ok({ kind: 'json', text: json, value: json.slice(1).trim(), offset })
  }
  return bad(filterProblem(text, offset, '#', 'a JSON array that is closed'))
}
