import { crc32 } from 'node:zlib'
import {
  encodeFileHeader,
  encodeFrame,
  FILE_HEADER_BYTES,
  FRAME_HEADER_BYTES,
  readJournal,
  UnknownJournalVersion,
} from '../../packages/server/src/store/journal-format.ts'
import type { FuzzTarget } from './fuzz.ts'

const SEQUENCE = 7n

/** The reader of journal files: every byte of a file is of a frame, damaged, or of an unfinished write. */
export const journalTarget: FuzzTarget = {
  name: 'journal',
  seeds: () => [journalOf([]), journalOf([3]), journalOf([1, 20, 2]), journalOf([100, 0])],
  words: ['FLUOJRNL', 'FRM1', '\x00\x00\x00\x00', '\xff\xff\xff\xff'],
  check: (input) => {
    for (const bytes of [input, withSums(input)]) checkFile(bytes)
  },
}

function checkFile(bytes: Uint8Array): void {
  try {
    const { frames, damage, tornAt } = readJournal(bytes, SEQUENCE)
    const ends = frames.map(({ offset, rows }) => {
      const { spans, documents, minutes } = rows
      const size = spans.length + documents.length + minutes.length
      return { from: offset, to: offset + FRAME_HEADER_BYTES + size }
    })
    const torn = tornAt === undefined ? [] : [{ from: tornAt, to: bytes.length }]
    const broken = damage.map((each) => ({ from: each.offset, to: each.offset + each.bytes }))
    const parts = [...ends, ...broken, ...torn].sort((one, other) => one.from - other.from)
    let at = parts[0]?.from === 0 ? 0 : FILE_HEADER_BYTES
    for (const { from, to } of parts) {
      if (from !== at || to < from) throw new Error(`a part from ${from} to ${to} follows ${at}`)
      at = to
    }
    if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes are of no part`)
  } catch (error) {
    if (!(error instanceof UnknownJournalVersion)) throw error
  }
}

function journalOf(sizes: readonly number[]): Uint8Array {
  const parts: Uint8Array[] = [encodeFileHeader(SEQUENCE, new Uint8Array(16).fill(5))]
  for (const size of sizes) {
    const offset = parts.reduce((sum, { length }) => sum + length, 0)
    const rows = {
      spans: new Uint8Array(size).fill(1),
      spanCount: size,
      documents: new Uint8Array(size).fill(2),
      documentCount: 1,
      minutes: new Uint8Array(2),
    }
    parts.push(...encodeFrame(SEQUENCE, offset, [rows]))
  }
  return Buffer.concat(parts)
}

/** The same with the sums put right wherever a frame could be, so that damage lies behind them too. */
function withSums(input: Uint8Array): Uint8Array {
  if (input.length < FILE_HEADER_BYTES) return input
  const bytes = Buffer.from(input)
  bytes.set(encodeFileHeader(SEQUENCE, bytes.subarray(20, 36)), 0)
  for (let at = FILE_HEADER_BYTES; at + FRAME_HEADER_BYTES <= bytes.length; ) {
    const sizes = [4, 12, 20].map((field) => bytes.readUInt32LE(at + field))
    const size = sizes.reduce((sum, each) => sum + each, 0)
    const end = Math.min(bytes.length, at + FRAME_HEADER_BYTES + size)
    const head = bytes.subarray(at, at + FRAME_HEADER_BYTES)
    head.write('FRM1', 'latin1')
    head.writeUInt32LE(crc32(bytes.subarray(at + FRAME_HEADER_BYTES, end)), 24)
    const place = Buffer.alloc(16)
    place.writeBigUInt64LE(SEQUENCE, 0)
    place.writeBigUInt64LE(BigInt(at), 8)
    head.writeUInt32LE(crc32(head.subarray(0, 28), crc32(place)), 28)
    at = end
  }
  return bytes
}
