import { expect, test } from 'vitest'
import { shellAction } from './shell-keys.ts'

const PLAIN = { ctrlOrMeta: false, alt: false, typing: false }

test.each([
  ['?', { kind: 'help' }],
  ['/', { kind: 'search' }],
  ['g', { kind: 'prefix' }],
  ['t', undefined],
])('%s alone', (key, action) => expect(shellAction({ ...PLAIN, key }, false)).toEqual(action))

test('g and a letter lead to a page', () => {
  expect(shellAction({ ...PLAIN, key: 't' }, true)).toEqual({ kind: 'go', path: '/traces' })
  expect(shellAction({ ...PLAIN, key: 'g' }, true)).toEqual({ kind: 'go', path: '/groups' })
  expect(shellAction({ ...PLAIN, key: 'x' }, true)).toBeUndefined()
})

test('while typing only the palette answers', () => {
  const typing = { ...PLAIN, typing: true }
  expect(shellAction({ ...typing, key: '/' }, false)).toBeUndefined()
  expect(shellAction({ ...typing, key: 'K', ctrlOrMeta: true }, false)).toEqual({ kind: 'palette' })
})

test('keys of the browser stay its own', () => {
  expect(shellAction({ ...PLAIN, key: 'f', ctrlOrMeta: true }, false)).toBeUndefined()
  expect(shellAction({ ...PLAIN, key: '/', alt: true }, false)).toBeUndefined()
})
