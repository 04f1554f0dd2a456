import { bad } from '@fluoroscope/model'
import type { Operation } from './operation.ts'
import { invalidRequest } from './operation-error.ts'

/** Operations of X-Ray that are known and not answered yet: an error that says so, no silence. */
export function unavailableOperations(): readonly Operation[] {
  return UNAVAILABLE.map((name) => ({
    name,
    path: `/${name}`,
    answer: async () => bad(invalidRequest(`${name} is not available in this version`)),
  }))
}

const UNAVAILABLE = [
  'CancelTraceRetrieval',
  'GetRetrievedTracesGraph',
  'ListRetrievedTraces',
  'StartTraceRetrieval',
]
