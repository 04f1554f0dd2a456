import type { EntityId, TraceId, UnixNanos } from '@fluoroscope/model'
import { assert, traceIdHex } from '@fluoroscope/model'

/** A statement whose values travel beside the text, as ClickHouse's `{p0:String}` parameters. */
export type Sql = {
  readonly text: string
  /** Plain values by parameter name; the client that sends them does the escaping. */
  readonly parameters: Readonly<Record<string, string>>
  readonly pieces: readonly (string | Binding)[]
}

/** One value for a statement: made by `text`, `integer` and so on, never by hand. */
export type Binding = {
  /** The type the engine reads the parameter as. */
  readonly type: string
  readonly value: string
  /** The expression around the parameter, which gives it the type of the column it meets. */
  readonly around: readonly [before: string, after: string]
}

/**
 * The one door to SQL: the template's own text is taken as it stands, every value becomes a bound
 * parameter, and a nested statement keeps its values bound.
 *
 * ```ts
 * sql`SELECT name FROM spans WHERE trace_id IN ${traceIds(ids)} AND ${condition}`
 * ```
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Binding | Sql)[]): Sql {
  const pieces: (string | Binding)[] = [strings[0] ?? '']
  for (const [index, part] of parts.entries()) {
    if ('pieces' in part) pieces.push(...part.pieces)
    else pieces.push(part)
    pieces.push(strings[index + 1] ?? '')
  }
  return fromPieces(pieces)
}

/** SQL that stands in our own sources or `.sql` files. Nothing from outside may be in it. */
export function trustedSql(text: string): Sql {
  return fromPieces([text])
}

/** A table or column name that our own code chose. */
export function identifier(name: string): Sql {
  assert(/^[a-z_][a-z0-9_]*$/.test(name), `"${name}" is not an identifier of ours`)
  return fromPieces([name])
}

/** Statements one after the other with `separator`, such as ` AND `, between them. */
export function joinSql(statements: readonly Sql[], separator: string): Sql {
  const pieces = statements.flatMap((each, index) =>
    index === 0 ? each.pieces : [separator, ...each.pieces],
  )
  return fromPieces(pieces)
}

export function text(value: string): Binding {
  return plain('String', value)
}

export function integer(value: number | bigint): Binding {
  return plain('Int64', String(BigInt(value)))
}

export function unsigned(value: bigint): Binding {
  return plain('UInt64', String(value))
}

/** Bit by bit: the engine reads decimal fractions only nearly. */
export function float64(value: number): Binding {
  const bits = new BigUint64Array(new Float64Array([value]).buffer)[0] ?? 0n
  return { type: 'UInt64', value: String(bits), around: ['reinterpretAsFloat64(', ')'] }
}

export function instant(value: UnixNanos): Binding {
  const around = ['fromUnixTimestamp64Nano(', ", 'UTC')"] as const
  return { type: 'Int64', value: String(value), around }
}

/** `value` in whole unix seconds, a `DateTime` for the engine. */
export function minute(value: number): Binding {
  return { type: 'UInt32', value: String(value), around: ['toDateTime(', ", 'UTC')"] }
}

export function traceId(value: TraceId): Binding {
  return { type: 'String', value: traceIdHex(value), around: ['toFixedString(unhex(', '), 16)'] }
}

/** For the right side of `IN`; an empty list matches nothing. */
export function traceIds(values: readonly TraceId[]): Sql {
  if (values.length > 0 && values.length <= MAX_LISTED_IDS) {
    return sql`(${joinSql(
      values.map((value) => sql`${traceId(value)}`),
      ', ',
    )})`
  }
  // Hex in one string: no list syntax whose quoting could differ by version. As a subquery it is a
  // set to the engine, which the primary key is searched with; an array would not be.
  const hex = text(values.map(traceIdHex).join(''))
  return sql`(SELECT toFixedString(unhex(arrayJoin(extractAll(${hex}, '.{32}'))), 16))`
}

/** Up to so many ids a plain list is planned faster than a subquery: 3 ms against 5 ms. */
const MAX_LISTED_IDS = 16

/** Undefined is how "no parent" is stored: 0. */
export function entityId(value: EntityId | undefined): Binding {
  return plain('UInt64', value === undefined ? '0' : String(BigInt(`0x${value}`)))
}

function plain(type: string, value: string): Binding {
  return { type, value, around: ['', ''] }
}

function fromPieces(pieces: readonly (string | Binding)[]): Sql {
  const parameters: Record<string, string> = {}
  let statement = ''
  let count = 0
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      statement += piece
      continue
    }
    const name = `p${count}`
    count += 1
    parameters[name] = piece.value
    statement += `${piece.around[0]}{${name}:${piece.type}}${piece.around[1]}`
  }
  return { text: statement, parameters, pieces }
}
