import { gunzipSync, inflateSync } from 'node:zlib'
import { bad, ok, type Result } from '@fluoroscope/model'
import { inflateZstd, type ZstdProblem } from './zstd.ts'

export type ContentEncoding = 'identity' | 'gzip' | 'deflate' | 'zstd'

export type InflateProblem = ZstdProblem

/** Reads a `Content-Encoding` header; undefined for one we do not know, and for nested ones. */
export function parseContentEncoding(header: string | undefined): ContentEncoding | undefined {
  const name = (header ?? 'identity').trim().toLowerCase()
  if (name === '' || name === 'identity') return 'identity'
  if (name === 'x-gzip') return 'gzip'
  return name === 'gzip' || name === 'deflate' || name === 'zstd' ? name : undefined
}

/**
 * Decompresses a body, stopping as soon as it exceeds `limit` bytes. Takes the time it takes: up to
 * a second for a large body, so large ones are inflated where they are parsed.
 */
export function inflate(
  encoding: ContentEncoding,
  bytes: Uint8Array,
  limit: number,
): Result<Uint8Array, InflateProblem> {
  if (encoding === 'identity') return bytes.length > limit ? bad('too-large') : ok(bytes)
  if (encoding === 'zstd') return inflateZstd(bytes, limit)
  const inflateWhole = encoding === 'gzip' ? gunzipSync : inflateSync
  try {
    return ok(inflateWhole(bytes, { maxOutputLength: limit, chunkSize: CHUNK_BYTES }))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return bad(error.code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'malformed')
  }
}

const CHUNK_BYTES = 128 * 1024
