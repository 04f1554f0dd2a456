import { parseFilter } from '@fluoroscope/model'
import { expect, test } from 'vitest'
import { factFilter } from './fact-filter.ts'

/** What the filter language of xray-behaviour 10 says of each. */
test.each([
  [{ key: 'outcome', value: 'fault' }, 'fault'],
  [{ key: 'outcome', value: 'ok' }, 'ok'],
  [{ key: 'http.status', value: 503 }, 'http.status = 503'],
  [
    { key: 'http.url', value: 'https://shop.test/?q="a"' },
    'http.url = "https://shop.test/?q=\\"a\\""',
  ],
  [{ key: 'user', value: 'u-81' }, 'user = "u-81"'],
  [{ key: 'annotation.tier', value: 'gold' }, 'annotation.tier = "gold"'],
  [{ key: 'annotation.items', value: 3 }, 'annotation.items = 3'],
  [{ key: 'annotation.express', value: false }, 'annotation.express = false'],
  [
    { key: 'annotation.aws.local.service', value: 'cart' },
    'annotation[aws.local.service] = "cart"',
  ],
  [{ key: 'service', value: 'orders' }, 'service("orders")'],
  [{ key: 'entry', value: 'orders' }, 'service("orders") { root }'],
  [{ key: 'partial', value: true }, 'partial'],
  [
    { key: 'cause.fault', value: 'web → auth' },
    'rootcause.fault.service { index = 0 AND name = "web" } AND rootcause.fault.service { index = 1 AND last AND name = "auth" }',
  ],
  [
    { key: 'cause.responsetime', value: 'web' },
    'rootcause.responsetime.service { index = 0 AND last AND name = "web" }',
  ],
  [
    { key: 'exception', value: 'TimeoutError' },
    'rootcause.fault.exception { name = "TimeoutError" } OR rootcause.error.exception { name = "TimeoutError" }',
  ],
])('%j is said as %s', (fact, filter) => {
  expect(factFilter(fact)).toBe(filter)
  expect(parseFilter(filter).ok).toBe(true)
  expect(parseFilter(factFilter(fact, true) ?? '').ok).toBe(true)
})

test('what the language has no word for is not said', () => {
  expect(factFilter({ key: 'nothing', value: 'x' })).toBeUndefined()
  expect(factFilter({ key: 'outcome', value: 'odd' })).toBeUndefined()
})
