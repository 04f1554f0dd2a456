import { errorResponse, invalidRequest } from './operation-error.ts'
import { readTraceId } from './query-parameters.ts'
import type { ReadRequest, ReadRoute, SpanReads } from './read-route.ts'
import { OTLP_FORM, resourceSpansJson } from './tempo/otlp-json.ts'
import { tracesMessage } from './tempo/otlp-message.ts'

/** A whole trace as a request of OTLP, which any receiver of it takes. */
export function traceExportRoute(reads: SpanReads): ReadRoute {
  return {
    name: 'ExportTrace',
    path: '/api/traces/:id/otlp',
    answer: (request) => exportTrace(reads, request),
  }
}

const PROTOBUF = 'application/x-protobuf'

/**
 * TracesData, in protobuf where that is accepted, else in JSON: spans as they were sent, and segments as
 * spans. A trace that is too large to be read whole is an error, not a part of it.
 */
async function exportTrace(reads: SpanReads, { part, accept }: ReadRequest): Promise<Response> {
  const id = readTraceId(part('id'))
  if (id === undefined) return errorResponse(invalidRequest(`Invalid trace id ${part('id')}`))
  const trace = await reads.findTrace(id)
  if (trace === undefined) {
    const message = 'The trace is not known'
    return errorResponse({ kind: 'resource-not-found', message, resourceName: id })
  }
  if (trace.limitExceeded) {
    return errorResponse({ kind: 'too-large', message: 'The trace is too large to be exported' })
  }
  const spans = trace.tree.nodes.map(({ span }) => span)
  if (accept.includes(PROTOBUF)) {
    return new Response(tracesMessage(spans), { headers: { 'Content-Type': PROTOBUF } })
  }
  return Response.json({ resourceSpans: resourceSpansJson(spans, OTLP_FORM) })
}
