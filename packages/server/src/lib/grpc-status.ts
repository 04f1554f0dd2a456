import { MessageWriter } from './message-writer.ts'

/** The codes of google.rpc.Code that calls end with. */
export const GRPC_CODE = {
  ok: 0,
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const

export type GrpcCode = (typeof GRPC_CODE)[keyof typeof GRPC_CODE]

/** What a call of gRPC ends with. */
export type GrpcStatus = {
  readonly code: GrpcCode
  /** Empty where there is nothing to say. */
  readonly message: string
  /** After how long the caller may try again; undefined where that would not help. */
  readonly retrySeconds?: number
}

export const GRPC_OK: GrpcStatus = { code: GRPC_CODE.ok, message: '' }

/** The trailers that tell a status (gRPC over HTTP/2, Responses). */
export function trailersOf(status: GrpcStatus): Readonly<Record<string, string>> {
  const { code, message, retrySeconds } = status
  return {
    'grpc-status': String(code),
    ...(message === '' ? {} : { 'grpc-message': percentEncoded(message) }),
    ...(retrySeconds === undefined
      ? {}
      : { 'grpc-status-details-bin': details(status, retrySeconds) }),
  }
}

/** Bytes of UTF-8 outside of printable ASCII, and `%`, as `%E2`. */
function percentEncoded(text: string): string {
  let encoded = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== PERCENT
    encoded += isPlain
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}

const PERCENT = 0x25
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'

/** A google.rpc.Status with a google.rpc.RetryInfo, in base 64 without padding. */
function details({ code, message }: GrpcStatus, retrySeconds: number): string {
  const retryInfo = new MessageWriter()
  retryInfo.message(1, () => retryInfo.varint(1, BigInt(retrySeconds)))
  const writer = new MessageWriter()
  writer.varint(1, BigInt(code))
  writer.text(2, message)
  writer.message(3, () => {
    writer.text(1, RETRY_INFO)
    writer.bytes(2, retryInfo.finish())
  })
  return Buffer.from(writer.finish())
    .toString('base64')
    .replace(/={1,2}$/, '')
}
