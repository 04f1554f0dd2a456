import { bad, ok, type Result } from '@fluoroscope/model'
import { GRPC_CODE, type GrpcStatus } from '../lib/grpc-status.ts'
import { type ContentEncoding, parseContentEncoding } from './inflate.ts'

/** Before each message: whether it is compressed, and its length in four bytes, the highest first. */
export const PREFIX_BYTES = 5

/** What `grpc-accept-encoding` tells. */
export const ACCEPTED_ENCODINGS = 'identity,gzip,deflate,zstd'

/** A message as it was sent; a view of the bytes it was read from. */
export type GrpcMessage = {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly encoding: ContentEncoding
}

/**
 * The one message of a request (gRPC over HTTP/2, Length-Prefixed-Message).
 * @param grpcEncoding the header of that name
 */
export function readGrpcMessage(
  body: Uint8Array<ArrayBuffer>,
  grpcEncoding: string | undefined,
): Result<GrpcMessage, GrpcStatus> {
  if (body.length < PREFIX_BYTES) return invalid('The request ends before a message')
  const view = new DataView(body.buffer, body.byteOffset)
  const flag = view.getUint8(0)
  const told = view.getUint32(1)
  const bytes = body.subarray(PREFIX_BYTES)
  if (told > bytes.length) {
    return invalid(`The message ends after ${bytes.length} of ${told} bytes`)
  }
  if (told < bytes.length) return invalid('The request has more than one message')
  if (flag === 0) return ok({ bytes, encoding: 'identity' })
  if (flag !== 1) return invalid(`The message has the compressed-flag ${flag}`)
  return readCompressed(bytes, grpcEncoding)
}

function readCompressed(
  bytes: Uint8Array<ArrayBuffer>,
  grpcEncoding: string | undefined,
): Result<GrpcMessage, GrpcStatus> {
  const encoding = parseContentEncoding(grpcEncoding)
  if (encoding === undefined) {
    const message = `grpc-encoding must be one of ${ACCEPTED_ENCODINGS}`
    return bad({ code: GRPC_CODE.unimplemented, message })
  }
  if (encoding !== 'identity') return ok({ bytes, encoding })
  // What gRPC's specification of compression asks for.
  const message = 'The message is marked as compressed, and grpc-encoding does not tell how'
  return bad({ code: GRPC_CODE.internal, message })
}

/** A message behind its prefix. */
export function framed(message: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(PREFIX_BYTES + message.length)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, PREFIX_BYTES)
  return frame
}

const TIMEOUT = /^(\d{1,8})([HMSmun])$/
const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
}

/** Milliseconds of a `grpc-timeout` header; undefined for one that is malformed. */
export function parseGrpcTimeout(header: string): number | undefined {
  const [, value, unit = ''] = TIMEOUT.exec(header) ?? []
  const unitMs = UNIT_MS[unit]
  return unitMs === undefined ? undefined : Number(value) * unitMs
}

function invalid(message: string): Result<never, GrpcStatus> {
  return bad({ code: GRPC_CODE.invalidArgument, message })
}
