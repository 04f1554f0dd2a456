import { parseTraceId, unixNanos } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { entityId, identifier, instant, joinSql, sql, text, traceId, traceIds } from './sql.ts'

const trace = parseTraceId('1-58406520-a006649127e371903a2de979')
if (trace === undefined) throw new Error('the id is right')

test('values are bound, and nested statements keep theirs', () => {
  const where = joinSql(
    [sql`name = ${text("x' OR 1")}`, sql`start >= ${instant(unixNanos(5n))}`],
    ' AND ',
  )
  const query = sql`SELECT ${identifier('name')} FROM spans WHERE parent_id = ${entityId(undefined)} AND ${where}`
  expect(query.text).toBe(
    'SELECT name FROM spans WHERE parent_id = {p0:UInt64} AND name = {p1:String} ' +
      "AND start >= fromUnixTimestamp64Nano({p2:Int64}, 'UTC')",
  )
  expect(query.parameters).toEqual({ p0: '0', p1: "x' OR 1", p2: '5' })
})

test('ids are bound as hexadecimal digits', () => {
  expect(sql`id = ${traceId(trace)}`).toMatchObject({
    text: 'id = toFixedString(unhex({p0:String}), 16)',
    parameters: { p0: '58406520a006649127e371903a2de979' },
  })
  const many = sql`id IN ${traceIds(Array.from({ length: 100 }, () => trace))}`
  expect(Object.keys(many.parameters)).toEqual(['p0'])
  expect(many.parameters['p0']).toHaveLength(3200)
})

test('a name from outside cannot become an identifier', () => {
  expect(() => identifier('spans; DROP TABLE spans')).toThrow('not an identifier')
})
