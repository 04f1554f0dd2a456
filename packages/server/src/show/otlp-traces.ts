import { bad, ok, type RequestContext, type Result } from '@fluoroscope/model'
import type { OperationError } from './operation-error.ts'
import { type OtlpFormat, otlpAnswer, otlpError } from './otlp-answer.ts'
import type { SentBody } from './request-body.ts'

/** The route of OTLP's specification, on the port of its own and on the main one. */
export const EXPORT_TRACES = { name: 'ExportTraces', path: '/v1/traces' } as const

/** A request of spans as it was sent. */
export type SentSpans = SentBody & {
  readonly format: OtlpFormat | 'zipkin-json' | 'zipkin-protobuf'
  readonly source: 'otlp-http' | 'otlp-grpc' | 'zipkin'
}

/** How many spans of a request were not kept, and the first reasons. */
export type RejectedSpans = { readonly count: number; readonly messages: readonly string[] }

/** Keeps the spans of a body and resolves when they are on the medium. Takes the memory of the body. */
export type StoreSpans = (
  body: SentSpans,
  context: RequestContext,
) => Promise<Result<RejectedSpans, OperationError>>

/** A trace request over HTTP: answered in its own encoding. Bad spans never fail their neighbours. */
export async function exportTraces(
  storeSpans: StoreSpans,
  contentType: string | undefined,
  readBody: () => Promise<Result<SentBody, OperationError>>,
  context: RequestContext,
): Promise<Response> {
  const format = readFormat(contentType)
  if (!format.ok) return otlpError('json', format.problem)
  const body = await readBody()
  if (!body.ok) return otlpError(format.value, body.problem)
  const sent = { ...body.value, format: format.value, source: 'otlp-http' } as const
  const stored = await storeSpans(sent, context)
  return stored.ok
    ? otlpAnswer(format.value, stored.value)
    : otlpError(format.value, stored.problem)
}

/** The encoding that errors are told in, where the request has none we know. */
export function answerFormat(contentType: string | undefined): OtlpFormat {
  const format = readFormat(contentType)
  return format.ok ? format.value : 'json'
}

function readFormat(contentType: string | undefined): Result<OtlpFormat, OperationError> {
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return ok('protobuf')
  if (type === 'application/json') return ok('json')
  const message = 'Content-Type must be application/x-protobuf or application/json'
  return bad({ kind: 'unsupported-encoding', message })
}
