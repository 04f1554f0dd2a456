import { unreachable } from '@fluoroscope/model'
import { GRPC_CODE, type GrpcCode } from '../lib/grpc-status.ts'
import { MessageWriter } from '../lib/message-writer.ts'
import { type OperationError, statusOf } from './operation-error.ts'
import type { RejectedSpans } from './otlp-traces.ts'

export type OtlpFormat = 'protobuf' | 'json'

const CONTENT_TYPES: Readonly<Record<OtlpFormat, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

/** Reasons told in an answer. */
const MAX_MESSAGES = 5

/** An answer over HTTP to a trace request of which at least something could be read. */
export function otlpAnswer(format: OtlpFormat, rejected: RejectedSpans): Response {
  if (format === 'protobuf') return answer(format, 200, exportResponse(rejected))
  const { count } = rejected
  // 64-bit numbers of protobuf are strings in its JSON.
  const partialSuccess = { rejectedSpans: String(count), errorMessage: rejectionText(rejected) }
  return answer(format, 200, JSON.stringify(count === 0 ? {} : { partialSuccess }))
}

/** An ExportTraceServiceResponse (opentelemetry-proto, collector trace v1): empty where all was kept. */
export function exportResponse(rejected: RejectedSpans): Uint8Array<ArrayBuffer> {
  const writer = new MessageWriter()
  if (rejected.count > 0) {
    writer.message(1, () => {
      writer.varint(1, BigInt(rejected.count))
      writer.text(2, rejectionText(rejected))
    })
  }
  return writer.finish()
}

/** The first reasons why spans were not kept, and how many more there are. */
export function rejectionText({ count, messages }: RejectedSpans): string {
  const told = messages.slice(0, MAX_MESSAGES)
  const rest = count - told.length
  return [...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ')
}

/** An error as OTLP over HTTP has it: a google.rpc.Status; 429 and 503 say when to come again. */
export function otlpError(format: OtlpFormat, error: OperationError): Response {
  const status = statusOf(error.kind)
  const { code, message } = { code: grpcCodeOf(error.kind), message: error.message }
  const response = answer(format, status, statusMessage(format, code, message))
  if (status === 429 || status === 503) response.headers.set('Retry-After', '1')
  return response
}

function statusMessage(format: OtlpFormat, code: number, message: string) {
  if (format === 'json') return JSON.stringify({ code, message })
  const writer = new MessageWriter()
  writer.varint(1, BigInt(code))
  writer.text(2, message)
  return writer.finish()
}

function answer(
  format: OtlpFormat,
  status: number,
  body: string | Uint8Array<ArrayBuffer>,
): Response {
  return new Response(body, { status, headers: { 'Content-Type': CONTENT_TYPES[format] } })
}

/** What an error is in google.rpc. */
export function grpcCodeOf(kind: OperationError['kind']): GrpcCode {
  switch (kind) {
    case 'throttled':
    case 'too-large':
      return GRPC_CODE.resourceExhausted
    case 'unavailable':
      return GRPC_CODE.unavailable
    case 'forbidden':
      return GRPC_CODE.permissionDenied
    case 'resource-not-found':
      return GRPC_CODE.notFound
    case 'unknown-operation':
    case 'method-not-allowed':
      return GRPC_CODE.unimplemented
    case 'failure':
      return GRPC_CODE.internal
    case 'invalid-request':
    case 'validation':
    case 'serialization':
    case 'unsupported-encoding':
    case 'rule-limit':
    case 'policy-revision':
    case 'policy-lockout':
    case 'policy-malformed':
    case 'policy-count':
    case 'policy-size':
    case 'too-many-tags':
      return GRPC_CODE.invalidArgument
    default:
      return unreachable(kind)
  }
}
