import { CancelTraceRetrievalInput } from '@fluoroscope/model'
import { cancelRetrieval, type RetrievalOptions } from '../../act/trace-retrievals.ts'
import { noOutput, printed } from '../answer.ts'
import { type Operation, operation } from '../operation.ts'

export function cancelTraceRetrieval(options: RetrievalOptions): Operation {
  return operation(
    'CancelTraceRetrieval',
    '/CancelTraceRetrieval',
    CancelTraceRetrievalInput,
    async ({ RetrievalToken: token }) => printed(await cancelRetrieval(options, token), noOutput),
  )
}
