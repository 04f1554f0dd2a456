import { deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { inflate, parseContentEncoding } from './inflate.ts'

/** What the reference zstd made of the text below: with its size in the header, and streamed without. */
const WITH_SIZE =
  'KLUv/WRJCPUFAOJIHBhwbwO+X974d9zWlTZADL+7KyKi3f3/zxGXoRd0r7lv/u3cy4xXYT1h8hB3NPnQXztu+4wd9mO3je0rPjthZI+VEL7nXGv/7t3Mu4BeLND4KEsajYDGCGImjYHG6chHo6VFoFOFQAL1TGeZw0SkRKgVUqgh6GztMQfQVZoDEoAwCJyoghmC/z/jByCAAYiguEv4OCIoQTnIHYCBCIw7GAgMjzwkTMFDbBKRJCPimbo0/99AMiHMZioBRA0S34uU'
const STREAMED =
  'KLUv/QRYnQYA8skeHmBHrAM6Do32e1Q15HlwnLlmsAk0oruJTDwOBkFQHM8hn6bsuq7qmq56/dVXdE10jxz++HvzC5/5y1d+stW+bRvZideI4eHXWlEwtpZSKan+NpEPMtJFhAikI9INLAFMOiPdKi+mc9JgJNPEVQrgMmjiKgBLWPgICukEUagxwN7ZvwOgg4KUBxKIEJA3BDME/3/DD+joZPTobHSw0ZQeZbPiUTiwQRQDQJnjiQhOGKJJi4ncEkNKGlySI4UEcJZykOETA7NTb1m9nfKBQwZgqxLfi5Q='
/** A mebibyte of zeros, streamed. */
const ZEROS = 'KLUv/QRYVAAAEAAAAQD7/znAAgIAEAACABAAAgAQAAIAEAACABAAAgAQAAMAEADxPhbh'

const TEXT = JSON.stringify({
  TraceSegmentDocuments: Array.from({ length: 40 }, (_, n) =>
    JSON.stringify({ name: 'shop', id: n.toString(16).padStart(16, '0'), n }),
  ),
})
const MIB = 1024 * 1024
const TOO_LARGE = { ok: false, problem: 'too-large' }
const MALFORMED = { ok: false, problem: 'malformed' }

test.each([
  ['identity', Buffer.from(TEXT)],
  ['gzip', gzipSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['zstd', Buffer.from(WITH_SIZE, 'base64')],
  ['zstd', Buffer.from(STREAMED, 'base64')],
] as const)('%s gives the text back, and not a byte above the limit', (encoding, bytes) => {
  const inflated = inflate(encoding, bytes, TEXT.length)
  expect(inflated.ok && Buffer.from(inflated.value).toString('utf8')).toBe(TEXT)
  expect(inflate(encoding, bytes, TEXT.length - 1)).toEqual(TOO_LARGE)
})

test.each([
  ['gzip', gzipSync(Buffer.alloc(256 * MIB))],
  ['deflate', deflateSync(Buffer.alloc(256 * MIB))],
  ['zstd', rleFrame({ window: 0x50, blocks: 2048, blockBytes: 128 * 1024 })],
  ['zstd', Buffer.concat(Array.from({ length: 60 }, () => Buffer.from(ZEROS, 'base64')))],
] as const)('a bomb in %s is stopped at the limit', (encoding, bomb) => {
  const before = process.memoryUsage().rss
  expect(inflate(encoding, bomb, 16 * MIB)).toEqual(TOO_LARGE)
  expect(process.memoryUsage().rss - before).toBeLessThan(48 * MIB)
})

test('frames follow one another, skippable ones are skipped', () => {
  const skippable = Buffer.from('502a4d1803000000aabbcc', 'hex')
  const frames = Buffer.concat([skippable, rawFrame('ab'), rawFrame('cd'), skippable])
  const inflated = inflate('zstd', frames, 100)
  expect(inflated.ok && Buffer.from(inflated.value).toString('utf8')).toBe('abcd')
})

test('a frame that asks for a window of 2 GiB, or moves a window too often, is not opened', () => {
  expect(inflate('zstd', rleFrame({ window: 0xa8, blocks: 1, blockBytes: 1 }), MIB)).toEqual(
    MALFORMED,
  )
  const busy = rleFrame({ window: 0x68, blocks: 1_000_000, blockBytes: 1 })
  expect(inflate('zstd', busy, 16 * MIB)).toEqual(MALFORMED)
  const many = Buffer.concat(Array.from({ length: 100 }, () => rawFrame('x')))
  expect(inflate('zstd', many, MIB)).toEqual(MALFORMED)
})

test.each(['gzip', 'deflate', 'zstd'] as const)(
  'bytes that are not %s are malformed',
  (encoding) => {
    for (const bytes of ['', 'x', TEXT, '\u001f\u008b', '(\u00b5/\u00fd']) {
      expect(inflate(encoding, Buffer.from(bytes, 'latin1'), MIB).ok).toBe(
        bytes === '' && encoding === 'zstd',
      )
    }
  },
)

test('every truncation of a real body is malformed', () => {
  const whole = Buffer.from(STREAMED, 'base64')
  for (let length = 1; length < whole.length; length += 1) {
    expect(inflate('zstd', whole.subarray(0, length), MIB)).toEqual(MALFORMED)
  }
})

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  [' zstd ', 'zstd'],
  ['deflate', 'deflate'],
  ['br', undefined],
  ['gzip, gzip', undefined],
])('Content-Encoding %j is %s', (header, encoding) => {
  expect(parseContentEncoding(header)).toBe(encoding)
})

/** RFC 8878: magic, no content size, a window descriptor, then blocks of one repeated byte. */
function rleFrame(frame: { window: number; blocks: number; blockBytes: number }): Buffer {
  const bytes = Buffer.alloc(6 + frame.blocks * 4)
  bytes.write('28b52ffd00', 'hex')
  bytes.writeUInt8(frame.window, 5)
  for (let block = 0; block < frame.blocks; block += 1) {
    const last = block === frame.blocks - 1 ? 1 : 0
    bytes.writeUIntLE((frame.blockBytes << 3) | (1 << 1) | last, 6 + block * 4, 3)
  }
  return bytes
}

/** One raw block; the content, of up to 255 bytes, is its own window. */
function rawFrame(content: string): Buffer {
  const header = Buffer.from('28b52ffd20', 'hex')
  const block = Buffer.alloc(3)
  block.writeUIntLE((content.length << 3) | 1, 0, 3)
  return Buffer.concat([header, Buffer.from([content.length]), block, Buffer.from(content)])
}
