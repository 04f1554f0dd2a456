import { bad } from '@fluoroscope/model'
import type { Operation } from './operation.ts'
import { invalidRequest } from './operation-error.ts'

/** Operations of X-Ray that are known and not answered yet: an error that says so, no silence. */
export function unavailableOperations(): readonly Operation[] {
  return [...SAME_NAME, ...OTHER_NAME].map(([name, path]) => ({
    name,
    path,
    answer: async () => bad(invalidRequest(`${name} is not available in this version`)),
  }))
}

const SAME_NAME = [
  'CancelTraceRetrieval',
  'GetRetrievedTracesGraph',
  'ListRetrievedTraces',
  'StartTraceRetrieval',
].map((name) => [name, `/${name}`] as const)

const OTHER_NAME = [['GetTimeSeriesServiceStatistics', '/TimeSeriesServiceStatistics']] as const
