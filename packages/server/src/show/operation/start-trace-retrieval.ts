import type { StartTraceRetrievalOutput } from '@fluoroscope/model'
import { bad, StartTraceRetrievalInput } from '@fluoroscope/model'
import { type RetrievalOptions, startRetrieval } from '../../act/trace-retrievals.ts'
import { printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'
import { timeOrderError } from '../time-range.ts'
import { readTraceIds } from '../trace-ids.ts'

/** xray-behaviour 12.8: done at once, since traces are read page by page. */
export function startTraceRetrieval(options: RetrievalOptions): Operation {
  return operation(
    'StartTraceRetrieval',
    '/StartTraceRetrieval',
    StartTraceRetrievalInput,
    async ({ TraceIds, StartTime, EndTime }) => {
      if (TraceIds.length === 0) return bad(invalidRequest('Zero trace ids provided'))
      const problem = timeOrderError(StartTime, EndTime)
      if (problem !== undefined) return bad(problem)
      const ids = readTraceIds(TraceIds)
      if (!ids.ok) return ids
      return printed(
        await startRetrieval(options, { traceIds: ids.value, from: StartTime, to: EndTime }),
        (token): StartTraceRetrievalOutput => ({ RetrievalToken: token }),
      )
    },
  )
}
