import type { RequestContext, Result } from '@fluoroscope/model'
import { bad, isJsonObject, ok } from '@fluoroscope/model'
import * as v from 'valibot'
import type { OperationError } from './operation-error.ts'
import { inputError } from './validation.ts'

/** One operation of the API: its route and how it answers a body. */
export type Operation = {
  readonly name: string
  readonly path: string
  answer(body: string, context: RequestContext): Promise<Result<object, OperationError>>
}

/** An operation that answers what its checked input asks for. */
export function operation<const Schema extends v.GenericSchema>(
  name: string,
  path: string,
  schema: Schema,
  answer: (
    input: v.InferOutput<Schema>,
    context: RequestContext,
  ) => Promise<Result<object, OperationError>> | Result<object, OperationError>,
): Operation {
  return {
    name,
    path,
    answer: async (body, context) => {
      const parsed = parseBody(body)
      if (!parsed.ok) return parsed
      const input = v.safeParse(schema, parsed.value)
      return input.success ? answer(input.output, context) : bad(inputError(input.issues))
    },
  }
}

/** An empty body is `{}` (xray-behaviour 1.1). */
function parseBody(body: string): Result<object, OperationError> {
  if (body.trim() === '') return ok({})
  const serialization = (message: string) => bad({ kind: 'serialization', message } as const)
  try {
    const value: unknown = JSON.parse(body)
    return isJsonObject(value) ? ok(value) : serialization('The body is not a JSON object')
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return serialization('The body is not JSON')
  }
}
