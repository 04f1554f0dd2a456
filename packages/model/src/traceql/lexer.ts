import { bad, ok, type Result } from '../result.ts'
import { readDuration } from './duration.ts'
import { type TraceQueryProblem, traceQueryProblem, unexpectedSymbol } from './problem.ts'

/** A word of the language, with the place where it begins. */
export type Token = TokenValue & {
  /** As it was written; empty at the end of the text. */
  readonly text: string
  /** UTF-16 units from the start of the text. */
  readonly offset: number
}

/**
 * `word`: names and keywords, with a scope before a colon. `attribute`: what begins with a dot, or a scope
 * and a dot. `symbol`: operators and brackets.
 */
type TokenValue =
  | { readonly kind: 'word' | 'symbol' | 'end' }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'integer' | 'duration'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'attribute'; readonly scope: string; readonly name: string }

/** Cuts the text into tokens; the last one is `end`. */
export function readTraceTokens(text: string): Result<readonly Token[], TraceQueryProblem> {
  const tokens: Token[] = []
  for (let offset = skipSpace(text, 0); offset < text.length; ) {
    const token = readToken(text, offset)
    if (!token.ok) return token
    tokens.push(token.value)
    offset = skipSpace(text, offset + token.value.text.length)
  }
  tokens.push({ kind: 'end', text: '', offset: text.length })
  return ok(tokens)
}

/** Comments go from `//` to the end of the line. */
const SPACE = /(?:\s|\/\/[^\n]*(?:\n|$))*/y
const ATTRIBUTE_START = /(parent|span|resource|event|link|instrumentation)?\./y
const NUMBER = /\d+(?:\.\d*)?(?:e[+-]?\d+)?/iy
const DURATION_REST = /[\d.nsumhµdwy]+/y
const WORD = /[\p{L}_][\p{L}\d_]*(?::[\p{L}\d_]+)?/uy
/** Longest first. */
const SYMBOL = /!>>|!<<|&>>|&<<|&&|\|\||>>|<<|!>|!<|&>|&<|&~|!~|=~|!=|<=|>=|[{}(),=<>~!|+\-*/%^]/y

function skipSpace(text: string, offset: number): number {
  return offset + (match(SPACE, text, offset)?.[0].length ?? 0)
}

function match(pattern: RegExp, text: string, offset: number): RegExpExecArray | undefined {
  pattern.lastIndex = offset
  return pattern.exec(text) ?? undefined
}

function readToken(text: string, offset: number): Result<Token, TraceQueryProblem> {
  const first = text[offset] ?? ''
  if (first === '"' || first === '`') {
    const string = readString(text, offset)
    return string.ok ? ok({ kind: 'string', offset, ...string.value }) : string
  }
  const start = match(ATTRIBUTE_START, text, offset)
  if (start !== undefined) return readAttribute(text, offset, start)
  const number = match(NUMBER, text, offset)?.[0]
  if (number !== undefined) return ok(readNumber(text, offset, number))
  const word = match(WORD, text, offset)?.[0]
  if (word !== undefined) return ok({ kind: 'word', text: word, offset })
  const symbol = match(SYMBOL, text, offset)?.[0]
  if (symbol !== undefined) return ok({ kind: 'symbol', text: symbol, offset })
  return bad(unexpectedSymbol(text, offset, first, 'a spanset, an operator or a value'))
}

/** Digits may go on as a duration. */
function readNumber(text: string, offset: number, number: string): Token {
  const more = match(DURATION_REST, text, offset + number.length)?.[0]
  const duration = more === undefined ? undefined : readDuration(number + more)
  if (more !== undefined && duration !== undefined) {
    return { kind: 'duration', value: duration, text: number + more, offset }
  }
  if (/^\d+$/.test(number)) return { kind: 'integer', value: BigInt(number), text: number, offset }
  return { kind: 'float', value: Number(number), text: number, offset }
}

/** Everything up to space, brackets and most operators; what quotes hold may be anything. */
const ATTRIBUTE_NAME = /[^\s{}()=~!<>&|^,"]+/y

function readAttribute(
  text: string,
  offset: number,
  start: RegExpExecArray,
): Result<Token, TraceQueryProblem> {
  let name = ''
  let end = offset + start[0].length
  while (end < text.length) {
    const plain = match(ATTRIBUTE_NAME, text, end)?.[0]
    if (plain !== undefined) {
      name += plain
      end += plain.length
      continue
    }
    if (text[end] !== '"') break
    const quoted = readString(text, end)
    if (!quoted.ok) return quoted
    name += quoted.value.value
    end += quoted.value.text.length
  }
  if (name === '') {
    return bad(unexpectedSymbol(text, end, text[end], 'the name of an attribute'))
  }
  const scope = start[1] ?? 'any'
  return ok({ kind: 'attribute', scope, name, text: text.slice(offset, end), offset })
}

const QUOTED = /"(?:[^"\\\n]|\\[^\n])*"/y
const RAW = /`[^`]*`/y
const ESCAPE = /\\(u[\da-fA-F]{4}|U[\da-fA-F]{8}|x[\da-fA-F]{2}|[0-7]{3}|.)/gs

/** As Go reads strings. */
function readString(
  text: string,
  offset: number,
): Result<{ readonly text: string; readonly value: string }, TraceQueryProblem> {
  const raw = match(RAW, text, offset)?.[0]
  if (raw !== undefined) return ok({ text: raw, value: raw.slice(1, -1).replaceAll('\r', '') })
  const quoted = match(QUOTED, text, offset)?.[0]
  if (quoted === undefined) {
    return bad(traceQueryProblem(text, offset, 'a string that is not closed'))
  }
  let wrong: number | undefined
  const value = quoted.slice(1, -1).replace(ESCAPE, (whole: string, code: string, at: number) => {
    const character = unescapeCode(code)
    if (character === undefined) wrong ??= offset + 1 + at
    return character ?? whole
  })
  if (wrong === undefined) return ok({ text: quoted, value })
  const shown = text.slice(wrong, wrong + 2)
  return bad(unexpectedSymbol(text, wrong, shown, 'an escape such as \\" or \\n'))
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
}

const MAX_CODE_POINT = 0x10ffff

function unescapeCode(code: string): string | undefined {
  const simple = SIMPLE_ESCAPES[code]
  if (simple !== undefined) return simple
  if (code.length === 1) return undefined
  const point = /^\d/.test(code) ? Number.parseInt(code, 8) : Number.parseInt(code.slice(1), 16)
  return point > MAX_CODE_POINT ? undefined : String.fromCodePoint(point)
}
