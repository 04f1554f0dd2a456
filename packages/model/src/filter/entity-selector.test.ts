import { expect, test } from 'vitest'
import { parseEntitySelector } from './entity-selector.ts'

const ANY = { name: undefined, type: undefined, account: undefined }

test.each([
  ['service("orders")', { kind: 'service', service: { ...ANY, name: 'orders' } }],
  [' SERVICE ( "orders" ) ', { kind: 'service', service: { ...ANY, name: 'orders' } }],
  ['service()', { kind: 'service', service: ANY }],
  [
    'service(id(name: "fn", type: "AWS::Lambda::Function"))',
    { kind: 'service', service: { ...ANY, name: 'fn', type: 'AWS::Lambda::Function' } },
  ],
  [
    'service(id(account.id: "123456789012"))',
    { kind: 'service', service: { ...ANY, account: '123456789012' } },
  ],
  [
    'edge("front", id(name: "t1", type: "AWS::DynamoDB::Table"))',
    {
      kind: 'edge',
      from: { ...ANY, name: 'front' },
      to: { ...ANY, name: 't1', type: 'AWS::DynamoDB::Table' },
    },
  ],
  ['edge()', { kind: 'edge', from: ANY, to: ANY }],
  ['service("a ) \\" {")', { kind: 'service', service: { ...ANY, name: 'a ) " {' } }],
])('%s', (text, value) => {
  expect(parseEntitySelector(text)).toEqual({ ok: true, value })
})

test.each([
  // The two texts that X-Ray was seen to answer.
  ['id(name: "orders", type: "t")', 1, 'id'],
  ['service("orders") { fault }', 19, '{'],
  ['edge("a", "b"){ok}', 15, '{'],
  ['service("orders" { fault })', 18, '{'],
  ['fault', 1, 'fault'],
  ['!service("a")', 1, '!'],
  ['(service("a"))', 1, '('],
  ['annotation.a = "service"', 1, 'annotation.a'],
  ['service("a") AND service("b")', 14, 'AND'],
  ['service("a") service("b")', 14, 'service'],
  ['service("a"))', 13, ')'],
  ['service("a"', 12, '<EOF>'],
  ['service', 8, '<EOF>'],
  ['service "a"', 9, '"a"'],
  ['edge("a")', 9, ')'],
  ['edge("a", "b", "c")', 14, ','],
  ['service(id(name: "a", name: "b"))', 23, 'name'],
  ['service(id(label: "a"))', 12, 'label'],
  ["service('a')", 9, "'"],
  ['  ', 3, '<EOF>'],
])('%s is wrong at %i', (text, position, symbol) => {
  const parsed = parseEntitySelector(text)
  const place = `Error Location: line 1, position ${position} : Invalid input symbol: '${symbol}'`
  expect(parsed.ok ? undefined : parsed.problem.message).toMatch(
    new RegExp(`^${place.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`),
  )
})

test('the place is that in its line', () => {
  const parsed = parseEntitySelector('service(\n  "a"\n)\n { ok }')
  expect(parsed).toMatchObject({ ok: false, problem: { line: 4, position: 2 } })
})
