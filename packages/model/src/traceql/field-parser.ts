import {
  type AttributeScope,
  type FieldExpression,
  type FieldOperator,
  type FieldReference,
  KIND_NAMES,
  STATUS_NAMES,
  type StaticValue,
} from './ast.ts'
import { ATTRIBUTE_SCOPES, INTRINSICS } from './fields.ts'
import type { Token } from './lexer.ts'
import type { TokenReader } from './token-reader.ts'

/**
 * How strongly operators bind, as in Tempo's grammar: `&&` and `||` bind alike, and comparisons go from
 * left to right. `^` alone goes from right to left.
 */
const STRENGTH: ReadonlyMap<string, number> = new Map<FieldOperator, number>([
  ['&&', 1],
  ['||', 1],
  ['=', 2],
  ['!=', 2],
  ['<', 2],
  ['<=', 2],
  ['>', 2],
  ['>=', 2],
  ['=~', 2],
  ['!~', 2],
  ['+', 3],
  ['-', 3],
  ['*', 4],
  ['/', 4],
  ['%', 4],
  ['^', 5],
])
/** Of what stands behind `-` and `!`. */
const UNARY_STRENGTH = 4
const POWER_STRENGTH = 5

const FIELD_EXPECTED =
  'a value, an attribute such as .key, span.key or resource.key, or an intrinsic'

/** What stands between braces or in an aggregate, not yet checked. */
export function readField(reader: TokenReader, strength = 1): FieldExpression {
  let left = readUnary(reader)
  for (;;) {
    const { kind, text, offset } = reader.peek()
    const own = kind === 'symbol' ? STRENGTH.get(text) : undefined
    if (own === undefined || own < strength) return left
    reader.next()
    const right = readField(reader, own === POWER_STRENGTH ? own : own + 1)
    left = { kind: 'binary', operator: text as FieldOperator, left, right, offset }
  }
}

function readUnary(reader: TokenReader): FieldExpression {
  const { offset } = reader.peek()
  const operator = reader.takeAny(['-', '!'])
  if (operator !== undefined) {
    const term = reader.nested(() => readField(reader, UNARY_STRENGTH))
    return { kind: 'unary', operator, term, offset }
  }
  if (reader.take('(') === undefined) return readOperand(reader)
  const inner = reader.nested(() => readField(reader))
  reader.expect(')', 'an operator or a closing parenthesis')
  return inner
}

function readOperand(reader: TokenReader): FieldExpression {
  const token = reader.peek()
  const value = staticOf(token)
  if (value === undefined) return readReference(reader)
  reader.next()
  return { kind: 'static', value, offset: token.offset }
}

/** An attribute or an intrinsic. */
export function readReference(reader: TokenReader): FieldReference {
  const token = reader.next()
  const { kind, text, offset } = token
  if (kind === 'attribute') {
    const scope = scopeOf(token.scope)
    if (scope === undefined)
      return reader.fail(offset, 'attributes of the parent are not supported')
    return { kind: 'attribute', scope, name: token.name, offset }
  }
  const name = kind === 'word' ? INTRINSICS.get(text) : undefined
  if (name !== undefined) return { kind: 'intrinsic', name, offset }
  if (kind === 'word' && UNSUPPORTED_INTRINSICS.has(text)) {
    return reader.fail(offset, `${text} is not supported`)
  }
  return reader.unexpected(token, FIELD_EXPECTED)
}

/** They are known to Tempo, and tell how it stores traces. */
const UNSUPPORTED_INTRINSICS: ReadonlySet<string> = new Set([
  'parent',
  'nestedSetLeft',
  'nestedSetRight',
  'nestedSetParent',
])

function scopeOf(text: string): AttributeScope | undefined {
  return ATTRIBUTE_SCOPES.find((scope) => scope === text)
}

/** The value that a token stands for by itself. */
export function staticOf(token: Token): StaticValue | undefined {
  switch (token.kind) {
    case 'string':
      return { type: 'string', value: token.value }
    case 'integer':
      return { type: 'integer', value: token.value }
    case 'float':
      return { type: 'float', value: token.value }
    case 'duration':
      return { type: 'duration', value: token.value }
    case 'word':
      return wordValue(token.text)
    default:
      return undefined
  }
}

function wordValue(text: string): StaticValue | undefined {
  if (text === 'true' || text === 'false') return { type: 'boolean', value: text === 'true' }
  if (text === 'nil') return { type: 'nil' }
  const status = STATUS_NAMES.find((name) => name === text)
  if (status !== undefined) return { type: 'status', value: status }
  const kind = KIND_NAMES.find((name) => name === text)
  return kind === undefined ? undefined : { type: 'kind', value: kind }
}
