import { secondsFromUnixNanos } from '@fluoroscope/model'
import { errorResponse, invalidRequest } from './operation-error.ts'
import { readTraceId } from './query-parameters.ts'
import type { ReadRequest, ReadRoute, SpanReads } from './read-route.ts'

/** Segments in an answer: as many as X-Ray takes links of a trace (xray-behaviour 1.6). */
const MAX_SEGMENTS = 100

/**
 * Who links to a trace, which the X-Ray API does not tell: `Segments`, by their start, with `TraceId`, `Id`,
 * `Name`, `StartTime` in seconds and `SentBy`, the entities of the trace that sent the messages. `More`
 * where there are more than the first 100. A trace that is not known has none.
 */
export function traceLinksRoute(reads: SpanReads): ReadRoute {
  return {
    name: 'TraceLinks',
    path: '/api/traces/:id/links',
    answer: (request) => traceLinks(reads, request),
  }
}

async function traceLinks(reads: SpanReads, { part }: ReadRequest): Promise<Response> {
  const id = readTraceId(part('id'))
  if (id === undefined) return errorResponse(invalidRequest(`Invalid trace id ${part('id')}`))
  const found = await reads.findLinkingSegments(id, MAX_SEGMENTS + 1)
  return Response.json({
    Segments: found.slice(0, MAX_SEGMENTS).map((segment) => ({
      TraceId: segment.traceId,
      Id: segment.id,
      Name: segment.name,
      StartTime: secondsFromUnixNanos(segment.start),
      SentBy: segment.sentBy,
    })),
    More: found.length > MAX_SEGMENTS,
  })
}
