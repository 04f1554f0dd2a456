import { expect, test } from 'vitest'
import { parseUrl, printUrl } from './url-state.ts'

test.each([
  '/analytics',
  '/analytics?range=6h&filter=fault&a=user%3D%22u-7%22&a=response%3A0.1..0.25&by=user&layer=failed',
  '/analytics?a=%21annotation.items%3D3&compare=1&b=time%3A1760559104..1760559164&set=b&layer=b',
])('%s survives reading and printing', (url) => {
  const { pathname, search } = new URL(url, 'http://localhost')
  expect(printUrl(parseUrl(pathname, search))).toBe(url)
})

test.each([
  ['set=b', { active: 'a', b: undefined }],
  ['layer=b', { layer: 'all' }],
  ['b=user%3D1', { b: undefined }],
  ['a=nonsense&a=user%3D1', { a: [{ kind: 'fact', key: 'user', value: 1, isNegated: false }] }],
])('what makes no sense falls back: %s', (query, state) => {
  expect(parseUrl('/analytics', `?${query}`)).toMatchObject(state)
})
