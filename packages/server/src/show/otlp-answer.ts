import { unreachable } from '@fluoroscope/model'
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

/** An ExportTraceServiceResponse (opentelemetry-proto, collector trace v1): empty where all was kept. */
export function otlpAnswer(format: OtlpFormat, { count, messages }: RejectedSpans): Response {
  const told = messages.slice(0, MAX_MESSAGES)
  const rest = count - told.length
  const errorMessage = [...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ')
  if (format === 'json') {
    // 64-bit numbers of protobuf are strings in its JSON.
    const partialSuccess = { rejectedSpans: String(count), errorMessage }
    return answer(format, 200, JSON.stringify(count === 0 ? {} : { partialSuccess }))
  }
  const writer = new MessageWriter()
  if (count > 0) {
    writer.message(1, () => {
      writer.varint(1, BigInt(count))
      writer.text(2, errorMessage)
    })
  }
  return answer(format, 200, writer.finish())
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

/** The numbers of google.rpc.Code. */
function grpcCodeOf(kind: OperationError['kind']): number {
  switch (kind) {
    case 'throttled':
    case 'too-large':
      return 8
    case 'unavailable':
      return 14
    case 'forbidden':
      return 7
    case 'resource-not-found':
      return 5
    case 'unknown-operation':
    case 'method-not-allowed':
      return 12
    case 'failure':
      return 13
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
      return 3
    default:
      return unreachable(kind)
  }
}
