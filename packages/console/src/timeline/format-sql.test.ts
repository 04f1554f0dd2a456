import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSql } from './format-sql.ts'

test('clauses and conditions have lines of their own', () => {
  const statement = `select a,  b from t left join u on u.id = t.id where t.x between ? and ? and t.y = 'from  here' order by a`
  expect(formatSql(statement)).toBe(
    `select a, b
from t
left join u on u.id = t.id
where t.x between ? and ?
  and t.y = 'from  here'
order by a`,
  )
})

test('nothing but white space is changed', () => {
  const words = fc.array(
    fc.constantFrom('SELECT', 'a', 'FROM', 'AND', "'x  AND y'", '\n', ' ', 'WHERE', '=', '?'),
  )
  fc.assert(
    fc.property(words, (parts) => {
      const statement = parts.join(' ')
      const bare = (text: string) => text.replace(/\s+/g, '')
      expect(bare(formatSql(statement))).toBe(bare(statement))
    }),
  )
})
