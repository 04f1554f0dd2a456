import { expect, test } from 'vitest'
import {
  insertText,
  missingParameter,
  parametersText,
  parseStatement,
  readText,
} from './statement.ts'

test('settings and target file go into the statement itself', () => {
  const statement = parseStatement('SELECT 1 FORMAT CSV;\n')
  expect(statement).toEqual({ kind: 'read', body: 'SELECT 1', format: 'CSV' })
  if (statement.kind !== 'read') return
  const settings = new Map([
    ['max_threads', '2'],
    ['log_comment', "it's \\"],
  ])
  expect(readText(statement, 'CSV', settings, undefined)).toBe(
    "SELECT 1\nFORMAT CSV\nSETTINGS max_threads = 2, log_comment = 'it\\'s \\\\'",
  )
  expect(readText(statement, 'CSV', new Map(), "/a'b")).toBe(
    "SELECT 1\nINTO OUTFILE '/a\\'b' TRUNCATE FORMAT CSV\n",
  )
})

test.each([
  ['SELECT 1', 'read'],
  ['  (SELECT 1) UNION ALL (SELECT 2)', 'read'],
  ['with 1 AS x select x', 'read'],
  ['CREATE TABLE t (a UInt8) ENGINE = Memory', 'command'],
  ['INSERT INTO t SELECT 1', 'command'],
  ['INSERT INTO t (a, b) WITH 1 AS x SELECT x, {p0:String}', 'command'],
  ["INSERT INTO t (a) SELECT ';FORMAT x'", 'command'],
  ['SHOW TABLES', 'command'],
  ['INSERT INTO t FORMAT RowBinary', 'body-insert'],
  ['INSERT INTO d.t (a, b) FORMAT JSONEachRow', 'body-insert'],
])('%s is a %s', (text, kind) => {
  expect(parseStatement(text).kind).toBe(kind)
})

test.each([
  'INSERT INTO t VALUES (1)',
  'INSERT INTO t FORMAT CSV 1',
  'INSERT INTO t SELECT 1 FORMAT CSV 1\n\nDROP TABLE t',
  'SELECT 1; SELECT 2',
  "DROP TABLE a; SELECT ';'",
])('%s is refused', (text) => {
  expect(() => parseStatement(text)).toThrow()
})

test('an insert from a body reads the spool file', () => {
  const plain = parseStatement('INSERT INTO t (a, b) FORMAT RowBinary')
  expect(plain).toMatchObject({ table: 't', columns: ['a', 'b'], structure: undefined })
  const picking = parseStatement(
    "INSERT INTO t (a, b) SELECT x + 1, b FROM input('x UInt8, b Enum8(\\'a\\' = 1)') FORMAT RowBinary",
  )
  if (picking.kind !== 'body-insert') throw new Error('not an insert')
  const settings = new Map([['insert_deduplication_token', "a'b"]])
  expect(insertText(picking, picking.structure ?? '', "/sp'ool", settings)).toBe(
    "INSERT INTO t (a, b) SETTINGS insert_deduplication_token = 'a\\'b' SELECT x + 1, b " +
      "FROM file('/sp\\'ool', 'RowBinary', 'x UInt8, b Enum8(\\'a\\' = 1)')",
  )
})

test('parameters become hexadecimal digits, and none may be missing', () => {
  const parameters = new Map([['p0', "'; DROP"]])
  expect(parametersText(parameters)).toBe("SET param_p0 = x'273b2044524f50'")
  expect(missingParameter('SELECT {p0:String}', parameters)).toBeUndefined()
  expect(missingParameter('SELECT {p0:String}, { p1 : UInt8}', parameters)).toBe('p1')
})
