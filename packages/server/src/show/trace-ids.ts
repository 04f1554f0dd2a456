import { bad, ok, parseTraceId, type Result, type TraceId } from '@fluoroscope/model'
import { invalidRequest, type OperationError } from './operation-error.ts'

/** Trace ids of a request, each once (xray-behaviour 6.2). */
export function readTraceIds(texts: readonly string[]): Result<readonly TraceId[], OperationError> {
  const ids: TraceId[] = []
  for (const text of texts) {
    const id = parseTraceId(text)
    if (id === undefined) {
      return bad(invalidRequest(`Invalid trace id ${text}: incorrect id format`))
    }
    ids.push(id)
  }
  if (new Set(ids).size < ids.length) return bad(invalidRequest('Containing duplicate trace ids'))
  return ok(ids)
}
