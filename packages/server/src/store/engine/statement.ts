import { BAD_ARGUMENTS, EngineError, SYNTAX_ERROR } from './engine-error.ts'

/**
 * The texts of statements as they go from ClickHouse's HTTP interface into a session.
 * Everything here is text of our own; values travel as parameters, and what is made from them (SET)
 * holds nothing but hexadecimal digits.
 */

/** A statement that reads: `body` without its FORMAT clause. */
export type ReadStatement = {
  readonly kind: 'read'
  readonly body: string
  readonly format: string | undefined
}

/** An insert whose rows are the body of the request. */
export type BodyInsert = {
  readonly kind: 'body-insert'
  /** Table and columns, as written. */
  readonly target: string
  readonly table: string
  readonly columns: readonly string[] | undefined
  /** What is selected from the rows, up to and without FROM; undefined for the rows themselves. */
  readonly select: string | undefined
  /** The structure of the rows as a quoted literal; undefined where the table's columns say it. */
  readonly structure: string | undefined
  readonly format: string
}

export type Statement =
  | ReadStatement
  | BodyInsert
  /** Anything else: DDL, INSERT … SELECT, SHOW and so on. */
  | { readonly kind: 'command'; readonly text: string }

export type Settings = ReadonlyMap<string, string>

const READ = /^(?:\s|\()*(?:SELECT|WITH)\b/i
const TRAILING_FORMAT = /\sFORMAT\s+(\w+)\s*$/i
const BODY_INSERT =
  /^\s*INSERT\s+INTO\s+(?:TABLE\s+)?(([\w.`]+)\s*(?:\(([^()]*)\))?)\s+(?:(SELECT\b[\s\S]*?)\sFROM\s+input\(\s*('(?:[^'\\]|\\.)*')\s*\)\s+)?FORMAT\s+(\w+)\s*$/i

/** An insert whose rows come from a query. */
const INSERT_SELECT =
  /^\s*INSERT\s+INTO\s+[^()]+(?:\([^()]*\)\s*)?\b(?:SELECT|WITH)\b(?![\s\S]*\b(?:FORMAT|VALUES)\s)/i

/** Literals, quoted names and comments: what may hold anything. */
const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|--[^\n]*|\/\*[\s\S]*?\*\//g

/**
 * @throws EngineError for several statements in one, and for rows inside a statement: chDB ends them
 *   at a blank line and executes what follows as SQL
 */
export function parseStatement(text: string): Statement {
  const statement = text.replace(/[\s;]+$/, '')
  const skeleton = statement.replaceAll(QUOTED, ' ')
  if (skeleton.includes(';')) {
    throw new EngineError(SYNTAX_ERROR, 'Syntax error (Multi-statements are not allowed)')
  }
  if (READ.test(statement)) {
    const format = TRAILING_FORMAT.exec(statement)
    if (format === null) return { kind: 'read', body: statement, format: undefined }
    return { kind: 'read', body: statement.slice(0, format.index), format: format[1] }
  }
  const insert = BODY_INSERT.exec(statement)
  if (insert === null) {
    if (/^\s*INSERT\b/i.test(skeleton) && !INSERT_SELECT.test(skeleton)) {
      throw new EngineError(BAD_ARGUMENTS, 'Rows are taken in the body only, with ?query=INSERT …')
    }
    return { kind: 'command', text: statement }
  }
  const [, target = '', table = '', columns, select, structure, format = ''] = insert
  return {
    kind: 'body-insert',
    target,
    table: table.replaceAll('`', ''),
    columns: columns?.split(',').map((name) => name.trim().replaceAll('`', '')),
    select,
    structure,
    format,
  }
}

/** The statement with its settings in it: a `SET` would stay with the session. */
export function readText(
  statement: ReadStatement,
  format: string,
  settings: Settings,
  outFile: string | undefined,
): string {
  const into = outFile === undefined ? '' : `INTO OUTFILE ${quoted(outFile)} TRUNCATE `
  return `${statement.body}\n${into}FORMAT ${format}\n${settingsClause(settings)}`
}

/** An insert that reads the rows from `file`. */
export function insertText(
  insert: BodyInsert,
  structure: string,
  file: string,
  settings: Settings,
): string {
  const source = `file(${quoted(file)}, '${insert.format}', ${structure})`
  return `INSERT INTO ${insert.target} ${settingsClause(settings)} ${insert.select ?? 'SELECT *'} FROM ${source}`
}

/**
 * `SET param_…` for a session's next statement, in place of chDB's own binding, which lets only one
 * bound query of the whole process run at a time. Measured: beside a bound query of one second a
 * bound `SELECT 1` took 1,007 ms with chDB's binding, 3 ms this way. (Its streams bind without that
 * lock, but plan on the main thread: one second where an IN subquery took one.)
 * @param parameters escaped values as the HTTP interface carries them (TabSeparated)
 */
export function parametersText(parameters: ReadonlyMap<string, string>): string {
  const assignments = [...parameters].map(
    ([name, value]) => `param_${name} = x'${Buffer.from(value, 'utf8').toString('hex')}'`,
  )
  return `SET ${assignments.join(', ')}`
}

/** A parameter that the statement names and the request lacks; a session may have an old one. */
export function missingParameter(
  text: string,
  parameters: ReadonlyMap<string, string>,
): string | undefined {
  for (const [, name = ''] of text.matchAll(/\{\s*([A-Za-z_]\w*)\s*:/g)) {
    if (!parameters.has(name)) return name
  }
  return undefined
}

/** A ClickHouse string literal. */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function settingsClause(settings: Settings): string {
  if (settings.size === 0) return ''
  const assignments = [...settings].map(([name, value]) => {
    return `${name} = ${/^\d{1,18}$/.test(value) ? value : quoted(value)}`
  })
  return `SETTINGS ${assignments.join(', ')}`
}
