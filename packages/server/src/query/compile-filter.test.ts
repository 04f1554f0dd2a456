import { expect, test } from 'vitest'
import { expressionOf } from '../../../../test/support/filter.ts'
import { compileFilter } from './compile-filter.ts'

const SERVICE_A =
  "((kind = 'segment' AND name = {p0:String}) OR (callee_type != '' AND callee_name = {p1:String}))"

test.each<[string, readonly string[]]>([
  ['fault', ["(kind = 'segment' AND (fault OR http_status >= 500 AND http_status <= 599))"]],
  ['user = "a"', ["(kind = 'segment' AND user = {p0:String})"]],
  ['http.url CONTAINS "/x"', ["(kind = 'segment' AND position(http_url, {p0:String}) > 0)"]],
  ['http.status = 404', ["(kind = 'segment' AND http_status = reinterpretAsFloat64({p0:UInt64}))"]],
  ['responsetime > 2', ["(kind = 'segment' AND (NOT in_progress AND duration >= {p0:Int64}))"]],
  [
    'annotation.k = "v"',
    [
      '(mapContains(annotation_strings, {p0:String}) AND annotation_strings[{p1:String}] = {p2:String})',
    ],
  ],
  ['service("a")', [SERVICE_A]],
  ['service("a") { annotation.x }', [SERVICE_A]],
  ['edge("a", id()) AND ok', [SERVICE_A]],
  ['rootcause.error.entity { remote }', ['error']],
  ['!!service("a")', [SERVICE_A]],
  [
    'user = "a" OR user = "b" AND ok',
    ["((kind = 'segment' AND user = {p0:String}) OR (kind = 'segment' AND user = {p1:String}))"],
  ],
])('%s', (filter, conditions) => {
  expect(compileFilter(expressionOf(filter)).map(({ condition }) => condition.text)).toEqual(
    conditions,
  )
})

// What a trace without any row of the kind can match, or what no column tells.
test.each([
  'ok',
  '!fault',
  '!service("a")',
  'fault = false',
  'user',
  'user CONTAINS ""',
  'user != "a"',
  'http.status != 200',
  'http.status < 500',
  'responsetime < 2',
  'duration > 2',
  'partial',
  'service()',
  'edge()',
  'fault OR ok',
  'rootcause.responsetime.entity { remote }',
  'rootcause.json = #[{"ClientImpacting":true}]',
  'user = "\ud83d"',
])('of %s the rows tell nothing', (filter) => {
  expect(compileFilter(expressionOf(filter))).toEqual([])
})

test('values are bound, and stand nowhere in the text', () => {
  const value = "x') OR 1 = 1 --"
  const text = JSON.stringify(value)
  const filters = [
    `user = ${text} AND http.url ENDSWITH ${text} AND annotation[${text}] BEGINSWITH ${text}`,
    `service(id(name: ${text}, type: ${text}, account.id: ${text})) { name = ${text} }`,
    `edge(${text}, ${text}) AND annotation[${text}] AND annotation[${text}] = true`,
  ]
  for (const filter of filters) {
    for (const { condition } of compileFilter(expressionOf(filter))) {
      expect(condition.text).not.toContain('1 = 1')
      expect(Object.values(condition.parameters)).toContain(value)
    }
  }
})

test('a long list of terms asks for few looks over the rows', () => {
  const filter = Array.from({ length: 100 }, (_, index) => `user = "${index}"`)
  expect(compileFilter(expressionOf(filter.join(' AND '))).length).toBeLessThanOrEqual(4)
  expect(compileFilter(expressionOf(filter.join(' OR ')))).toHaveLength(1)
})
