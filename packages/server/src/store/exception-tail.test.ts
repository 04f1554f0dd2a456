import { expect, test } from 'vitest'
import { guardTail } from './exception-tail.ts'

const TAG = 'abcdefghijklmnop'
const MESSAGE = 'Code: 159. DB::Exception: Timeout exceeded: elapsed 1 s. (TIMEOUT_EXCEEDED)'
const TAIL = `\r\n__exception__\r\n${TAG}\r\n${MESSAGE}\n${MESSAGE.length + 1} ${TAG}\r\n__exception__\r\n`

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function passed(bytes: Buffer, size: number, tag: string): Promise<Buffer> {
  const given: Uint8Array[] = []
  for await (const chunk of guardTail(chunks(bytes, size), tag)) given.push(chunk)
  return Buffer.concat(given)
}

test.each([1, 7, 1000, 100_000])(
  'a whole result passes as it is, in pieces of %i',
  async (size) => {
    const bytes = Buffer.alloc(50_000, 'row')
    expect((await passed(bytes, size, TAG)).equals(bytes)).toBe(true)
    expect((await passed(bytes, size, '')).equals(bytes)).toBe(true)
  },
)

test.each([1, 7, 1000, 100_000])(
  'an exception at its end is thrown, in pieces of %i',
  async (size) => {
    const bytes = Buffer.concat([Buffer.alloc(50_000, 'row'), Buffer.from(TAIL)])
    await expect(passed(bytes, size, TAG)).rejects.toMatchObject({
      code: 159,
      message: 'Timeout exceeded: elapsed 1 s.',
    })
  },
)

test('a row that looks like an exception of another tag passes', async () => {
  const bytes = Buffer.from(TAIL.replaceAll(TAG, 'ponmlkjihgfedcba'))
  expect((await passed(bytes, 5, TAG)).equals(bytes)).toBe(true)
})
