import { findKeyword, OPERATORS, readTokensSoFar, type Token } from '@fluoroscope/model'

/** A piece of a filter expression and what it is; all pieces together are the text. */
export type FilterPiece = { readonly text: string; readonly kind: PieceKind }

type PieceKind =
  | 'space'
  | 'keyword'
  | 'connective'
  | 'operator'
  | 'value'
  | 'key'
  | 'symbol'
  /** From the first place that the language does not know. */
  | 'unread'

/** Cuts a text, finished or not, into coloured pieces. */
export function highlightFilter(text: string): readonly FilterPiece[] {
  const { tokens } = readTokensSoFar(text)
  const pieces: FilterPiece[] = []
  let end = 0
  for (const [index, token] of tokens.entries()) {
    if (token.offset > end) pieces.push({ text: text.slice(end, token.offset), kind: 'space' })
    pieces.push({ text: token.text, kind: kindOf(token, tokens[index - 1]) })
    end = token.offset + token.text.length
  }
  const rest = text.slice(end)
  if (rest !== '') pieces.push({ text: rest, kind: rest.trim() === '' ? 'space' : 'unread' })
  return pieces
}

function kindOf(token: Token, previous: Token | undefined): PieceKind {
  switch (token.kind) {
    case 'string':
    case 'json':
      return 'value'
    case 'key':
      return 'key'
    case 'word':
      return kindOfWord(token.value, previous)
    default:
      return OPERATORS.has(token.kind) ? 'operator' : 'symbol'
  }
}

const CONNECTIVES: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT'])
const COMPLEX = /^(?:service|edge|id|group\.(?:name|arn)|rootcause\..*)$/i
const ID_FIELD = /^(?:name|type|account\.id)$/i

function kindOfWord(word: string, previous: Token | undefined): PieceKind {
  const upper = word.toUpperCase()
  if (previous !== undefined && OPERATORS.has(previous.value.toUpperCase())) return 'value'
  if (CONNECTIVES.has(upper)) return 'connective'
  if (OPERATORS.has(upper)) return 'operator'
  if (/^annotation(?:\.|$)/i.test(word)) return 'key'
  const isKnown = findKeyword(word) !== undefined || COMPLEX.test(word) || ID_FIELD.test(word)
  return isKnown ? 'keyword' : 'unread'
}
