import { unreachable } from '@fluoroscope/model'
import type { Refusal } from '../act/refusal.ts'

/** Why an operation has no answer: X-Ray's errors (xray-behaviour 1.3), and those of a server at its bounds. */
export type OperationError = Refusal | PlainError

type PlainError = { readonly message: string } & {
  readonly kind:
    | 'validation'
    | 'serialization'
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

/** The HTTP status of an error. */
export function statusOf(kind: OperationError['kind']): number {
  return formOf(kind).status
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
    case 'rule-limit':
      return { status: 400, type: 'RuleLimitExceededException' }
    case 'policy-revision':
      return { status: 400, type: 'InvalidPolicyRevisionIdException' }
    case 'policy-lockout':
      return { status: 400, type: 'LockoutPreventionException' }
    case 'policy-malformed':
      return { status: 400, type: 'MalformedPolicyDocumentException' }
    case 'policy-count':
      return { status: 400, type: 'PolicyCountLimitExceededException' }
    case 'policy-size':
      return { status: 400, type: 'PolicySizeLimitExceededException' }
    case 'too-many-tags':
      return { status: 400, type: 'TooManyTagsException' }
    case 'resource-not-found':
      return { status: 404, type: 'ResourceNotFoundException' }
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
function bodyOf(error: OperationError): object {
  if ('resourceName' in error) return { Message: error.message, ResourceName: error.resourceName }
  const { kind, message } = error
  if (kind === 'failure') return { message: null }
  return FRONT_END.has(kind) ? { message } : { Message: message }
}

const FRONT_END: ReadonlySet<OperationError['kind']> = new Set([
  'validation',
  'serialization',
  'too-large',
  'unsupported-encoding',
  'unavailable',
  'forbidden',
  'unknown-operation',
  'method-not-allowed',
])
