import {
  bad,
  findJsonBoundsProblem,
  isJsonObject,
  type JsonBounds,
  type JsonValue,
  ok,
  type Result,
} from '@fluoroscope/model'
import { decodeUtf8 } from './decode-utf8.ts'

/** Why a whole PutTraceSegments request is refused: type and text of the answer (1.3, 4.1). */
export type RequestProblem = {
  readonly code: 'SerializationException' | 'ValidationException' | 'InvalidRequestException'
  readonly message: string
}

export type RequestLimits = JsonBounds & {
  readonly maxBytes: number
  readonly maxDocuments: number
}

/** Clients send 50 documents; what is beyond a few hundred is no client (4.1). */
export const DEFAULT_REQUEST_LIMITS: RequestLimits = {
  maxBytes: 16 * 1024 * 1024,
  maxDocuments: 500,
  maxDepth: 32,
  maxValues: 10_000,
}

/**
 * The texts of the documents of a PutTraceSegments body, in their order, not yet looked into. An
 * empty body is `{}` (1.1). Other members are ignored.
 */
export function parseTraceSegmentsRequest(
  body: Uint8Array,
  limits: RequestLimits = DEFAULT_REQUEST_LIMITS,
): Result<readonly string[], RequestProblem> {
  if (body.length > limits.maxBytes) {
    return invalidRequest(`Request body is larger than ${limits.maxBytes} bytes`)
  }
  const root = parseBody(body, limits)
  if (!root.ok) return root
  if (!isJsonObject(root.value)) return notSerialized('The request body is not a JSON object')
  const documents = root.value['TraceSegmentDocuments'] ?? undefined
  if (documents === undefined) {
    return bad({ code: 'ValidationException', message: MISSING_DOCUMENTS })
  }
  if (!Array.isArray(documents) || !documents.every((element) => typeof element === 'string')) {
    return notSerialized('TraceSegmentDocuments must be a list of strings')
  }
  if (documents.length === 0) return invalidRequest('Segments can not be empty')
  if (documents.length > limits.maxDocuments) {
    return invalidRequest(`Segments can not be more than ${limits.maxDocuments}`)
  }
  return ok(documents)
}

const MISSING_DOCUMENTS =
  "1 validation error detected: Value null at 'traceSegmentDocuments' failed to satisfy constraint: Member must not be null"

function parseBody(body: Uint8Array, limits: RequestLimits): Result<JsonValue, RequestProblem> {
  const text = decodeUtf8(body)
  if (text === undefined) return notSerialized('The request body is not UTF-8')
  if (text.trim() === '') return ok({})
  if (findJsonBoundsProblem(text, limits) !== undefined) {
    return notSerialized('The request body is nested too deep or has too many values')
  }
  try {
    return ok(JSON.parse(text) as JsonValue)
  } catch {
    // The engine's words would repeat parts of the body.
    return notSerialized('The request body is not JSON')
  }
}

function notSerialized(message: string) {
  return bad<RequestProblem>({ code: 'SerializationException', message })
}

function invalidRequest(message: string) {
  return bad<RequestProblem>({ code: 'InvalidRequestException', message })
}
