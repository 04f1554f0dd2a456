import { expect, test } from 'vitest'
import { statementFingerprint, statementShape } from './sql-statement.ts'

test.each([
  ['SELECT * FROM orders WHERE id = ?', 'SELECT * FROM orders WHERE id = ?'],
  ['SELECT *\n  FROM orders\tWHERE id = 42 ; ', 'SELECT * FROM orders WHERE id = ?'],
  ["UPDATE t SET a = 'it''s', b = 1.5e3 WHERE c = 'x", 'UPDATE t SET a = ?, b = ? WHERE c = ?'],
  ['SELECT a FROM t1 WHERE id IN (1, 2,3)', 'SELECT a FROM t1 WHERE id IN (?)'],
  ['SELECT a FROM t1 WHERE id IN ( ?, ? )', 'SELECT a FROM t1 WHERE id IN (?)'],
  ["INSERT INTO t VALUES (1, 'a'), (2, 'b')", 'INSERT INTO t VALUES (?)'],
  [
    'SELECT "col 1", `b2` FROM t -- why\nWHERE x = $1 AND y = :id9',
    'SELECT "col 1", `b2` FROM t WHERE x = $1 AND y = :id9',
  ],
  ['/* app:shop trace:1f */ SELECT 1 /* open', 'SELECT ?'],
  ['', ''],
])('%s has the shape %s', (statement, shape) => {
  expect(statementShape(statement)).toBe(shape)
})

test('statements of one shape have one fingerprint of 64 bits, others another', () => {
  const one = statementFingerprint('SELECT a FROM t WHERE id = 1')
  expect(statementFingerprint('SELECT a\nFROM t WHERE id = 77;')).toBe(one)
  expect(statementFingerprint('SELECT b FROM t WHERE id = 1')).not.toBe(one)
  const all = Array.from({ length: 20_000 }, (_, index) =>
    statementFingerprint(`SELECT c_${index} FROM t`),
  )
  expect(new Set(all).size).toBe(20_000)
  expect(all.every((each) => each > 1n && each < 2n ** 64n)).toBe(true)
})

test('a hostile statement takes no longer than its length', () => {
  for (const part of ["'", '/*', '"', '?,', '(?),', '( ', '; ', "''", '--', '9a']) {
    expect(statementShape(part.repeat(50_000)).length).toBeLessThanOrEqual(16_384)
  }
})
