import { bad, ok, type Result } from '@fluoroscope/model'
import { Decompress, decompress } from 'fzstd'

export type ZstdProblem = 'malformed' | 'too-large'

/**
 * Decompresses whole frames (RFC 8878), at most `limit` bytes in all. Frames are walked before they
 * are opened: the library allocates the window a header asks for, moves it with every block, and
 * recurses with every frame, so each of the three has a bound here.
 */
export function inflateZstd(bytes: Uint8Array, limit: number): Result<Uint8Array, ZstdProblem> {
  const frames = findFrames(bytes)
  if (frames === undefined) return bad('malformed')
  const parts: Uint8Array[] = []
  let total = 0
  for (const frame of frames) {
    if (total + frame.leastBytes > limit) return bad('too-large')
    const part = inflateFrame(frame, limit - total)
    if (!part.ok) return part
    total += part.value.length
    parts.push(part.value)
  }
  const [only] = parts
  return ok(only !== undefined && parts.length === 1 ? only : Buffer.concat(parts, total))
}

type Frame = {
  readonly bytes: Uint8Array
  /** Undefined where the header does not tell. */
  readonly contentBytes: number | undefined
  /** What it inflates to at least, read off the headers. */
  readonly leastBytes: number
}

/** What RFC 8878 3.1.1.1.2 asks every decoder to support, and encoders not to exceed. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024
const MAX_FRAMES = 64
/** Bytes the window may be moved by in all; 64 MiB of the usual 2 MiB windows move 1 GiB. */
const MAX_MOVED_BYTES = 8 * 1024 * 1024 * 1024

const MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a5

function findFrames(bytes: Uint8Array): readonly Frame[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Frame[] = []
  let at = 0
  for (let count = 0; at < bytes.length; count += 1) {
    if (count === MAX_FRAMES || at + 8 > bytes.length) return undefined
    const magic = view.getUint32(at, true)
    if (magic >>> 4 === SKIPPABLE_MAGIC) {
      at += 8 + view.getUint32(at + 4, true)
      continue
    }
    const found = magic === MAGIC ? readFrame(view, at) : undefined
    if (found === undefined) return undefined
    const { end, contentBytes, leastBytes } = found
    frames.push({ bytes: bytes.subarray(at, end), contentBytes, leastBytes })
    at = end
  }
  return at === bytes.length ? frames : undefined
}

type FrameExtent = Omit<Frame, 'bytes'> & { readonly end: number }

function readFrame(view: DataView, start: number): FrameExtent | undefined {
  const header = readHeader(view, start)
  if (header === undefined) return undefined
  const { contentBytes, windowBytes, blocksAt, checksumBytes } = header
  const blocks = readBlocks(view, blocksAt)
  if (blocks === undefined) return undefined
  const moved = contentBytes === undefined ? blocks.count * windowBytes : 0
  if (windowBytes > MAX_WINDOW_BYTES || moved > MAX_MOVED_BYTES) return undefined
  const end = blocks.end + checksumBytes
  if (end > view.byteLength) return undefined
  return { end, contentBytes, leastBytes: Math.max(contentBytes ?? 0, blocks.plainBytes) }
}

type Header = {
  readonly contentBytes: number | undefined
  /** 0 where the content is its own window. */
  readonly windowBytes: number
  readonly blocksAt: number
  readonly checksumBytes: number
}

function readHeader(view: DataView, start: number): Header | undefined {
  const descriptor = view.getUint8(start + 4)
  const single = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  const sizeBytes = descriptor >> 6 === 0 ? Number(single) : 1 << (descriptor >> 6)
  const sizeAt = start + 5 + Number(!single) + dictionaryBytes
  const blocksAt = sizeAt + sizeBytes
  if (blocksAt > view.byteLength) return undefined
  return {
    contentBytes: sizeBytes === 0 ? undefined : readSize(view, sizeAt, sizeBytes),
    windowBytes: single ? 0 : readWindow(view.getUint8(start + 5)),
    blocksAt,
    checksumBytes: (descriptor & 4) === 0 ? 0 : 4,
  }
}

function readSize(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at)
  if (bytes === 2) return view.getUint16(at, true) + 256
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true))
}

function readWindow(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}

/** Where the blocks end, how many there are, and how much those that are not compressed hold. */
function readBlocks(
  view: DataView,
  start: number,
): { readonly end: number; readonly count: number; readonly plainBytes: number } | undefined {
  let at = start
  let plainBytes = 0
  for (let count = 1; at + 3 <= view.byteLength; count += 1) {
    const header = view.getUint16(at, true) + view.getUint8(at + 2) * 65_536
    const type = (header >> 1) & 3
    const size = header >> 3
    if (type === 3) return undefined
    if (type !== 2) plainBytes += size
    at += 3 + (type === 1 ? 1 : size)
    if ((header & 1) === 1)
      return at <= view.byteLength ? { end: at, count, plainBytes } : undefined
  }
  return undefined
}

const TOO_LARGE = Symbol('too large')

function inflateFrame(frame: Frame, limit: number): Result<Uint8Array, ZstdProblem> {
  try {
    if (frame.contentBytes !== undefined) return ok(decompress(frame.bytes))
    const parts: Uint8Array[] = []
    let total = 0
    const stream = new Decompress((part) => {
      total += part.length
      if (total > limit) throw TOO_LARGE
      parts.push(part)
    })
    stream.push(frame.bytes, true)
    return ok(Buffer.concat(parts, total))
  } catch (error) {
    // The library throws plain errors and range errors for whatever the bytes make it do.
    return bad(error === TOO_LARGE ? 'too-large' : 'malformed')
  }
}
