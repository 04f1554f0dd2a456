import { bad, ok, type RequestContext, type Result } from '@fluoroscope/model'
import { type OperationError, statusOf } from './operation-error.ts'
import { rejectionText } from './otlp-answer.ts'
import type { StoreSpans } from './otlp-traces.ts'
import type { SentBody } from './request-body.ts'

/** The route of Zipkin's API v2, on the port of its own and on the main one. */
export const REPORT_SPANS = { name: 'ReportSpans', path: '/api/v2/spans' } as const

/**
 * A list of spans of Zipkin v2: 202 once all are on the medium. Zipkin's answer has no place for part of a
 * list, so 400 names the spans that are wrong; the others are kept, as everywhere here.
 */
export async function reportSpans(
  storeSpans: StoreSpans,
  contentType: string | undefined,
  readBody: () => Promise<Result<SentBody, OperationError>>,
  context: RequestContext,
): Promise<Response> {
  const format = readFormat(contentType)
  if (!format.ok) return zipkinError(format.problem)
  const body = await readBody()
  if (!body.ok) return zipkinError(body.problem)
  const sent = { ...body.value, format: format.value, source: 'zipkin' } as const
  const stored = await storeSpans(sent, context)
  if (!stored.ok) return zipkinError(stored.problem)
  if (stored.value.count === 0) return new Response(null, { status: 202 })
  const message = `${rejectionText(stored.value)}; all other spans of the request are kept`
  return zipkinError({ kind: 'serialization', message })
}

/** An error in plain text, as Zipkin's server has them. */
export function zipkinError({ kind, message }: OperationError): Response {
  const status = statusOf(kind)
  const response = new Response(message, { status, headers: { 'Content-Type': 'text/plain' } })
  if (status === 429 || status === 503) response.headers.set('Retry-After', '1')
  return response
}

function readFormat(
  contentType: string | undefined,
): Result<'zipkin-json' | 'zipkin-protobuf', OperationError> {
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  if (type === undefined || type === '' || type === 'application/json') return ok('zipkin-json')
  if (type === 'application/x-protobuf' || type === 'application/protobuf') {
    return ok('zipkin-protobuf')
  }
  const message = 'Content-Type must be application/json or application/x-protobuf'
  return bad({ kind: 'unsupported-encoding', message })
}
