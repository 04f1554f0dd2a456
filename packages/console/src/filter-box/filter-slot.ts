import {
  type FilterScope,
  findKeyword,
  OPERATORS,
  ROOT_CAUSE_KINDS,
  ROOT_CAUSE_LEVELS,
  rootCauseScope,
  type Token,
} from '@fluoroscope/model'

/** What may stand behind a list of tokens. */
export type FilterSlot =
  | { readonly kind: 'term'; readonly scope: FilterScope }
  | { readonly kind: 'operator'; readonly of: OperatorKind }
  /** A value of a keyword, in lower case. */
  | { readonly kind: 'value'; readonly keyword: string }
  | { readonly kind: 'annotation-value'; readonly key: string }
  | { readonly kind: 'service' }
  | { readonly kind: 'id-field' }
  | { readonly kind: 'id-value'; readonly field: string }
  /** AND, OR, and braces where a service or an edge ended. */
  | { readonly kind: 'connective'; readonly braces: boolean }
  | { readonly kind: 'nothing' }

export type OperatorKind = 'flag' | 'number' | 'text' | 'annotation' | 'group'

/** Finds what may follow `tokens`; they may be wrong, then it is what could be meant. */
export function slotAfter(tokens: readonly Token[]): FilterSlot {
  const last = tokens.at(-1)
  if (last === undefined) return { kind: 'term', scope: 'trace' }
  if (isOperator(last)) return valueSlot(tokens.slice(0, -1))
  switch (last.kind) {
    case 'word':
      return slotAfterWord(last, tokens)
    case 'string':
      return isOperator(tokens.at(-2)) ? END_OF_TERM : { kind: 'nothing' }
    case 'key':
      return { kind: 'operator', of: 'annotation' }
    case 'json':
    case '}':
      return END_OF_TERM
    case ')':
      return { kind: 'connective', braces: isCall(headOfClosed(tokens)) }
    case ':':
      return { kind: 'id-value', field: lower(tokens.at(-2)) }
    case '(':
    case ',':
      return slotInParentheses(tokens)
    default:
      return { kind: 'term', scope: scopeOf(tokens) }
  }
}

const END_OF_TERM: FilterSlot = { kind: 'connective', braces: false }

function slotAfterWord(word: Token, tokens: readonly Token[]): FilterSlot {
  if (isOperator(tokens.at(-2))) return END_OF_TERM
  if (/^(?:and|or|not)$/i.test(word.value)) return { kind: 'term', scope: scopeOf(tokens) }
  if (/^annotation\../i.test(word.value)) return { kind: 'operator', of: 'annotation' }
  if (/^group\.(?:name|arn)$/i.test(word.value)) return { kind: 'operator', of: 'group' }
  const keyword = findKeyword(word.value)
  return keyword === undefined ? { kind: 'nothing' } : { kind: 'operator', of: keyword.kind }
}

function valueSlot(before: readonly Token[]): FilterSlot {
  const subject = before.at(-1)
  if (subject?.kind === 'key') return { kind: 'annotation-value', key: subject.value }
  if (subject?.kind !== 'word') return { kind: 'nothing' }
  const annotation = /^annotation\.(.+)$/i.exec(subject.value)?.[1]
  if (annotation !== undefined) return { kind: 'annotation-value', key: annotation }
  return { kind: 'value', keyword: subject.value.toLowerCase() }
}

function slotInParentheses(tokens: readonly Token[]): FilterSlot {
  const head = headOfOpen(tokens, '(')
  if (head === 'id') return { kind: 'id-field' }
  if (isCall(head)) return { kind: 'service' }
  return { kind: 'term', scope: scopeOf(tokens) }
}

/** What the innermost open braces go through. */
function scopeOf(tokens: readonly Token[]): FilterScope {
  const head = headOfOpen(tokens, '{')
  if (head === 'service' || head === 'edge') return head
  const [, first, second] = head.split('.')
  const cause = ROOT_CAUSE_KINDS.find((each) => each === first)
  const level = ROOT_CAUSE_LEVELS.find((each) => each === second)
  const scope = cause && level && rootCauseScope(cause, level)
  return scope ?? 'trace'
}

/** The word before the innermost bracket of a kind that is still open; empty where there is none. */
function headOfOpen(tokens: readonly Token[], bracket: '(' | '{'): string {
  const open: number[] = []
  for (const [index, { kind }] of tokens.entries()) {
    if (kind === '(' || kind === '{') open.push(index)
    else if (kind === ')' || kind === '}') open.pop()
  }
  const at = open.findLast((index) => tokens[index]?.kind === bracket)
  if (at === undefined) return ''
  const before = tokens.slice(0, at)
  return before.at(-1)?.kind === ')' ? headOfClosed(before) : lower(before.at(-1))
}

/** The word before the parenthesis that the last token closes. */
function headOfClosed(tokens: readonly Token[]): string {
  let depth = 0
  for (let at = tokens.length - 1; at >= 0; at--) {
    const kind = tokens[at]?.kind
    if (kind === ')') depth += 1
    else if (kind === '(') depth -= 1
    if (depth === 0) return lower(tokens[at - 1])
  }
  return ''
}

function isCall(head: string): boolean {
  return head === 'service' || head === 'edge'
}

function isOperator(token: Token | undefined): boolean {
  const isWritten = token !== undefined && token.kind !== 'string' && token.kind !== 'key'
  return isWritten && OPERATORS.has(token.value.toUpperCase())
}

function lower(token: Token | undefined): string {
  return token?.kind === 'word' ? token.value.toLowerCase() : ''
}
