import { bad, ok, type Result } from '@fluoroscope/model'
import type { ByteBudget } from './lib/byte-budget.ts'
import { decodeUtf8 } from './parse/decode-utf8.ts'
import { type Body, type BodyProblem, chunksOf, readBody } from './receive/http-body.ts'
import { inflate, parseContentEncoding } from './receive/inflate.ts'
import type { OperationError } from './show/operation-error.ts'
import type { Bodies, BodySource, SentBody } from './show/request-body.ts'

export type BodyOptions = {
  /** Largest body of segments as sent. */
  readonly maxBodyBytes: number
  readonly budget: ByteBudget
}

/** Inputs of all other operations are far smaller; JSON within this cannot hold up the event loop. */
const MAX_OPERATION_BYTES = 128 * 1024

export function createBodies({ maxBodyBytes, budget }: BodyOptions): Bodies {
  return {
    read: (source) => read(source, maxBodyBytes, budget),
    readText: async (source) => {
      const body = await read(source, MAX_OPERATION_BYTES, budget)
      if (!body.ok) return body
      const text = textOf(body.value)
      body.value.release()
      return text
    },
  }
}

async function read(
  { request, incoming }: BodySource,
  maxBytes: number,
  budget: ByteBudget,
): Promise<Result<SentBody, OperationError>> {
  const header = request.headers.get('content-encoding') ?? undefined
  const encoding = parseContentEncoding(header)
  if (encoding === undefined) {
    const message = 'Content-Encoding must be identity, gzip, deflate or zstd'
    return bad({ kind: 'unsupported-encoding', message })
  }
  const source = incoming === undefined ? request.body : chunksOf(incoming)
  const length = request.headers.get('content-length') ?? undefined
  const body: Result<Body, BodyProblem> = await readBody(source, length, { maxBytes, budget })
  return body.ok ? ok({ ...body.value, encoding }) : bad(bodyError(body.problem, maxBytes))
}

function bodyError(problem: BodyProblem, maxBytes: number): OperationError {
  switch (problem) {
    case 'too-large':
      return { kind: 'too-large', message: `The body exceeds ${maxBytes} bytes` }
    case 'busy':
      return { kind: 'throttled', message: 'Too many bytes are being received; try again' }
    case 'aborted':
      return { kind: 'serialization', message: 'The body was cut off' }
  }
}

function textOf({ bytes, encoding }: SentBody): Result<string, OperationError> {
  const inflated = inflate(encoding, bytes, MAX_OPERATION_BYTES)
  if (!inflated.ok) {
    return bad(
      inflated.problem === 'too-large'
        ? bodyError('too-large', MAX_OPERATION_BYTES)
        : { kind: 'serialization', message: `The body is not valid ${encoding}` },
    )
  }
  const text = decodeUtf8(inflated.value)
  return text === undefined
    ? bad({ kind: 'serialization', message: 'The body is not UTF-8' })
    : ok(text)
}
