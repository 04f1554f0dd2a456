import type { Result } from '@fluoroscope/model'
import { ok } from '@fluoroscope/model'
import type { OperationError } from './operation-error.ts'

/** What came of a change, printed; or why nothing did. */
export function printed<Value>(
  result: Result<Value, OperationError>,
  print: (value: Value) => object,
): Result<object, OperationError> {
  return result.ok ? ok(print(result.value)) : result
}

/** The answer of operations that have nothing to tell (xray-behaviour 1.1). */
export function noOutput(): Readonly<Record<string, never>> {
  return {}
}
