import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wildcardCovers } from './wildcard.ts'

test.each([
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['?', '', false],
  ['?', 'a', true],
  ['*.Example.com', 'www.example.COM', true],
  ['/api/*', '/api/', true],
  ['/api/*', '/apix', false],
  ['a*b?c', 'axxbyc', true],
  ['*', 'a*', true],
  ['?*', '*?', true],
  ['a*', '*', false],
  ['/api/*', '/api/v1/*', true],
  ['/api/v1/*', '/api/*', false],
  ['*a*', '*ab*', true],
  ['?', '*', false],
  ['??', '?', false],
])('%j covers %j: %s', (pattern, other, expected) => {
  expect(wildcardCovers(pattern, other)).toBe(expected)
})

test('a pattern that covers another matches whatever the other does', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 5 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 })
  const plain = (glob: string) => new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`)
  fc.assert(
    fc.property(pattern, pattern, text, (wide, narrow, word) => {
      expect(wildcardCovers(wide, word)).toBe(plain(wide).test(word))
      if (wildcardCovers(wide, narrow) && plain(narrow).test(word)) {
        expect(plain(wide).test(word)).toBe(true)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a hostile pattern takes no time', () => {
  expect(wildcardCovers('*a'.repeat(500), `${'a'.repeat(499)}b`)).toBe(false)
})
