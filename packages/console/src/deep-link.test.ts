import { expect, test } from 'vitest'
import { addressOfDeepLink } from './deep-link.ts'

const ID = '1-57f5498f-d91047849216d0f2ea3b6442'

/** The examples of the developer guide, "Console deep linking". */
test.each([
  ['#/welcome', '/start'],
  ['#/getting-started', '/start'],
  ['#/traces', '/traces'],
  ['#/service-map', '/map'],
  ['#/service-map?timeRange=PT1H', '/map'],
  [`#/traces/${ID}`, `/traces/${ID}`],
  [`#/traces/${ID}/raw`, `/traces/${ID}`],
  [`#/traces/${ID}/map`, `/traces/${ID}`],
  [
    '#/traces?timeRange=2023-7-01T16:00:00~2023-7-01T22:00:00',
    '/traces?from=2023-07-01T16%3A00%3A00Z&to=2023-07-01T22%3A00%3A00Z',
  ],
  [
    '#/traces?timeRange=2023-7-01T16:00~2023-7-01T22:00',
    '/traces?from=2023-07-01T16%3A00%3A00Z&to=2023-07-01T22%3A00%3A00Z',
  ],
  [
    '#/traces?timeRange=PT15M&filter=duration%20%3E%3D%205%20AND%20duration%20%3C%3D%208',
    '/traces?range=15m&filter=duration+%3E%3D+5+AND+duration+%3C%3D+8',
  ],
])('%s leads to %s', (fragment, address) => expect(addressOfDeepLink(fragment)).toBe(address))

test('a filter is the same with and without percent signs', () => {
  const filter = 'service("api.amazon.com") { fault = true OR responsetime > 2.5 }'
  const expected = new URLSearchParams({ filter }).toString()
  expect(addressOfDeepLink(`#/traces?filter=${filter}`)).toBe(`/traces?${expected}`)
  expect(addressOfDeepLink(`#/traces?filter=${encodeURIComponent(filter)}`)).toBe(
    `/traces?${expected}`,
  )
})

test('a plus in a fragment is a plus', () => {
  expect(addressOfDeepLink('#/traces?filter=user = "a+b"')).toContain('a%2Bb')
})

test.each(['', '#content', '#/nowhere', '#traces'])('"%s" is no deep link', (fragment) => {
  expect(addressOfDeepLink(fragment)).toBeUndefined()
})

test('a range that is none is left out', () => {
  expect(addressOfDeepLink('#/traces?timeRange=yesterday')).toBe('/traces')
  expect(addressOfDeepLink('#/traces?timeRange=2023-07-02T16:00~2023-07-01T16:00')).toBe('/traces')
})
