import { crc32 } from 'node:zlib'
import type { EncodedRows } from './segment-row.ts'

/*
 * A journal file: a header of 40 bytes, then one frame a group commit. Little endian.
 *
 *   header  0 'FLUOJRNL'  8 version u32  12 sequence u64  20 writer 16 bytes  36 crc32 of 0..36
 *   frame   0 'FRM1'  4 bytes of spans  8 count of spans  12 bytes of documents
 *           16 count of documents  20 bytes of minutes  24 crc32 of the payload
 *           28 crc32 of 0..28, begun with the file's sequence and the frame's offset
 *           32 payload: spans, documents, minutes as blocks of the Native format
 *
 * A group is one frame, so a bad frame before a good one can only be damage: the later group was
 * not begun before the earlier was on the medium.
 */

/**
 * Raised whenever the layout here changes. Blocks name their columns, so rows may come to have more:
 * what is in a journal when the program is upgraded leaves those empty.
 */
const JOURNAL_VERSION = 3
export const FILE_HEADER_BYTES = 40
export const FRAME_HEADER_BYTES = 32

const FILE_MAGIC = Buffer.from('FLUOJRNL', 'latin1')
const FRAME_MAGIC = Buffer.from('FRM1', 'latin1')
const WRITER_BYTES = 16

/** One group of rows that was acknowledged together. The arrays are views into the file's bytes. */
type Frame = { readonly offset: number; readonly rows: EncodedRows }

/** Bytes that were acknowledged once and cannot be read any more, or a tail that never was. */
type Damage = { readonly offset: number; readonly bytes: number; readonly reason: string }

export type JournalContents = {
  /**
   * Names the file in every insert made of it: the same on each reading, never the same for two
   * files, also where a server begins its sequence anew or two servers share a cluster.
   */
  readonly token: string
  readonly frames: readonly Frame[]
  readonly damage: readonly Damage[]
  /** Where an unfinished write begins, of which nothing was acknowledged; undefined for none. */
  readonly tornAt: number | undefined
}

/** @param writer 16 random bytes, new for each opening of a journal */
export function encodeFileHeader(sequence: bigint, writer: Uint8Array): Uint8Array {
  const header = Buffer.alloc(FILE_HEADER_BYTES)
  FILE_MAGIC.copy(header, 0)
  header.writeUInt32LE(JOURNAL_VERSION, 8)
  header.writeBigUInt64LE(sequence, 12)
  header.set(writer.subarray(0, WRITER_BYTES), 20)
  header.writeUInt32LE(crc32(header.subarray(0, 36)), 36)
  return header
}

/** The parts of one frame, in the order they are to be written at `offset`. */
export function encodeFrame(
  sequence: bigint,
  offset: number,
  group: readonly EncodedRows[],
): readonly Uint8Array[] {
  const spans = group.map((rows) => rows.spans)
  const documents = group.map((rows) => rows.documents)
  const minutes = group.map((rows) => rows.minutes)
  const payload = [...spans, ...documents, ...minutes].filter((part) => part.byteLength > 0)
  const header = Buffer.alloc(FRAME_HEADER_BYTES)
  FRAME_MAGIC.copy(header, 0)
  header.writeUInt32LE(totalBytes(spans), 4)
  header.writeUInt32LE(total(group.map((rows) => rows.spanCount)), 8)
  header.writeUInt32LE(totalBytes(documents), 12)
  header.writeUInt32LE(total(group.map((rows) => rows.documentCount)), 16)
  header.writeUInt32LE(totalBytes(minutes), 20)
  header.writeUInt32LE(
    payload.reduce((sum, part) => crc32(part, sum), 0),
    24,
  )
  header.writeUInt32LE(frameHeaderSum(header, sequence, offset), 28)
  return [header, ...payload]
}

/**
 * Reads and verifies a whole file; damage costs only the frames it touches.
 * @param sequence from the file's name
 * @throws UnknownJournalVersion where another version of the program wrote the file
 */
export function readJournal(bytes: Uint8Array, sequence: bigint): JournalContents {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Frame[] = []
  const damage: Damage[] = []
  if (buffer.byteLength < FILE_HEADER_BYTES) {
    return { token: lostToken(sequence, 0), frames, damage, tornAt: 0 }
  }
  const writer = readFileHeader(buffer, sequence)
  if (writer === undefined) {
    damage.push({ offset: 0, bytes: FILE_HEADER_BYTES, reason: 'file header' })
  }
  let offset = FILE_HEADER_BYTES
  let tornAt: number | undefined
  while (offset < buffer.byteLength && tornAt === undefined) {
    const step = readFrame(buffer, offset, sequence)
    if (step.kind === 'frame') frames.push({ offset, rows: step.rows })
    else if (step.kind === 'damage') damage.push({ offset, bytes: step.bytes, reason: step.reason })
    else tornAt = offset
    offset += step.bytes
  }
  const token =
    writer === undefined
      ? lostToken(
          sequence,
          frames[0] === undefined ? 0 : buffer.readUInt32LE(frames[0].offset + 24),
        )
      : `${writer}-${sequence}`
  return { token, frames, damage, tornAt }
}

/** The file is whole but its rows mean something else: neither damage nor to be inserted. */
export class UnknownJournalVersion extends Error {
  override readonly name = 'UnknownJournalVersion'
}

type Step =
  | { readonly kind: 'frame'; readonly bytes: number; readonly rows: EncodedRows }
  | { readonly kind: 'damage'; readonly bytes: number; readonly reason: string }
  | { readonly kind: 'torn'; readonly bytes: number }

function readFrame(buffer: Buffer, offset: number, sequence: bigint): Step {
  const rest = buffer.byteLength - offset
  if (!isFrameHeader(buffer, offset, sequence)) {
    const next = findFrame(buffer, offset + 1, sequence)
    if (next !== undefined) return { kind: 'damage', bytes: next - offset, reason: 'frame header' }
    // A write that was cut off leaves a beginning, or zeros where only the length reached the medium.
    const unfinished = rest < FRAME_HEADER_BYTES || isZero(buffer.subarray(offset))
    return unfinished
      ? { kind: 'torn', bytes: rest }
      : { kind: 'damage', bytes: rest, reason: 'frame header' }
  }
  const spanBytes = buffer.readUInt32LE(offset + 4)
  const documentBytes = buffer.readUInt32LE(offset + 12)
  const minuteBytes = buffer.readUInt32LE(offset + 20)
  const bytes = FRAME_HEADER_BYTES + spanBytes + documentBytes + minuteBytes
  if (bytes > rest) return { kind: 'torn', bytes: rest }
  const payload = buffer.subarray(offset + FRAME_HEADER_BYTES, offset + bytes)
  if (crc32(payload) !== buffer.readUInt32LE(offset + 24)) {
    return { kind: 'damage', bytes, reason: 'frame payload' }
  }
  const rows: EncodedRows = {
    spans: payload.subarray(0, spanBytes),
    spanCount: buffer.readUInt32LE(offset + 8),
    documents: payload.subarray(spanBytes, spanBytes + documentBytes),
    documentCount: buffer.readUInt32LE(offset + 16),
    minutes: payload.subarray(spanBytes + documentBytes),
  }
  return { kind: 'frame', bytes, rows }
}

/** The writer's id in hex; undefined where the header does not verify. */
function readFileHeader(buffer: Buffer, sequence: bigint): string | undefined {
  const intact =
    buffer.subarray(0, 8).equals(FILE_MAGIC) &&
    buffer.readUInt32LE(36) === crc32(buffer.subarray(0, 36))
  if (!intact || buffer.readBigUInt64LE(12) !== sequence) return undefined
  const version = buffer.readUInt32LE(8)
  if (version !== JOURNAL_VERSION) {
    throw new UnknownJournalVersion(
      `journal file ${sequence} was written by another version of the program (${version}, this one ` +
        `reads ${JOURNAL_VERSION}): start that version once, so that it empties its journal`,
    )
  }
  return buffer.subarray(20, 20 + WRITER_BYTES).toString('hex')
}

function isFrameHeader(buffer: Buffer, offset: number, sequence: bigint): boolean {
  if (buffer.byteLength - offset < FRAME_HEADER_BYTES) return false
  const header = buffer.subarray(offset, offset + FRAME_HEADER_BYTES)
  if (!header.subarray(0, 4).equals(FRAME_MAGIC)) return false
  return header.readUInt32LE(28) === frameHeaderSum(header, sequence, offset)
}

function findFrame(buffer: Buffer, from: number, sequence: bigint): number | undefined {
  for (
    let at = buffer.indexOf(FRAME_MAGIC, from);
    at >= 0;
    at = buffer.indexOf(FRAME_MAGIC, at + 1)
  ) {
    if (isFrameHeader(buffer, at, sequence)) return at
  }
  return undefined
}

/** Begun with the place, so that bytes of another file or offset never pass for a frame. */
function frameHeaderSum(header: Buffer, sequence: bigint, offset: number): number {
  const place = Buffer.alloc(16)
  place.writeBigUInt64LE(sequence, 0)
  place.writeBigUInt64LE(BigInt(offset), 8)
  return crc32(header.subarray(0, 28), crc32(place))
}

function lostToken(sequence: bigint, sum: number): string {
  return `lost-${sequence}-${sum}`
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

function totalBytes(parts: readonly Uint8Array[]): number {
  return total(parts.map((part) => part.byteLength))
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
