import { isUtf8 as isUtf8ByNode } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isUtf8 } from './is-utf8.ts'

test('is what Node takes for UTF-8', () => {
  const boundary = fc.constantFrom(0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0)
  const lead = fc.constantFrom(0xed, 0xef, 0xf0, 0xf3, 0xf4, 0xf5, 0xff)
  const list = fc.array(fc.oneof(boundary, lead, fc.nat(255)), { maxLength: 6 })
  const arbitraryBytes = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => Uint8Array.from(Buffer.from(text))),
    list.map((bytes) => Uint8Array.from(bytes)),
  )
  fc.assert(
    fc.property(arbitraryBytes, (bytes) => {
      expect(isUtf8(bytes, 0, bytes.length)).toBe(isUtf8ByNode(bytes))
    }),
    { numRuns: 2000 },
  )
})
