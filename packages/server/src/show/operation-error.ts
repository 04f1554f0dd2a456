import { unreachable } from '@fluoroscope/model'

/** Why an operation has no answer: X-Ray's errors (xray-behaviour 1.3), and those of a server at its bounds. */
export type OperationError = { readonly message: string } & {
  readonly kind:
    | 'invalid-request'
    | 'validation'
    | 'serialization'
    | 'throttled'
    | 'too-large'
    | 'unsupported-encoding'
    | 'unavailable'
    | 'forbidden'
    | 'unknown-operation'
    | 'method-not-allowed'
    | 'failure'
}

export function invalidRequest(message: string): OperationError {
  return { kind: 'invalid-request', message }
}

/** The error in the form of restJson1, as AWS sends it. */
export function errorResponse(error: OperationError): Response {
  const { status, type } = formOf(error.kind)
  const mayRetry = status === 429 || status === 503
  const headers = { 'x-amzn-errortype': type, ...(mayRetry ? { 'Retry-After': '1' } : {}) }
  return Response.json(bodyOf(error), { status, headers })
}

type Form = { readonly status: number; readonly type: string }

function formOf(kind: OperationError['kind']): Form {
  switch (kind) {
    case 'invalid-request':
      return { status: 400, type: 'InvalidRequestException' }
    case 'validation':
      return { status: 400, type: 'ValidationException' }
    case 'serialization':
      return { status: 400, type: 'SerializationException' }
    case 'throttled':
      return { status: 429, type: 'ThrottledException' }
    case 'too-large':
      return { status: 413, type: 'RequestEntityTooLargeException' }
    case 'unsupported-encoding':
      return { status: 415, type: 'UnsupportedMediaTypeException' }
    case 'unavailable':
      return { status: 503, type: 'ServiceUnavailableException' }
    case 'forbidden':
      return { status: 403, type: 'AccessDeniedException' }
    case 'unknown-operation':
      return { status: 404, type: 'UnknownOperationException' }
    case 'method-not-allowed':
      return { status: 405, type: 'MethodNotAllowedException' }
    case 'failure':
      return { status: 500, type: 'InternalFailure' }
    default:
      return unreachable(kind)
  }
}

/** Modelled errors spell it `Message`, those of the front end `message`; clients read both. */
function bodyOf({ kind, message }: OperationError): object {
  if (kind === 'failure') return { message: null }
  return kind === 'invalid-request' || kind === 'throttled' ? { Message: message } : { message }
}
