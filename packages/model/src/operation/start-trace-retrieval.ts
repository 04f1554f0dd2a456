import * as v from 'valibot'
import { Timestamp, textOf } from './wire.ts'

/** xray-behaviour 6.7, 12.8. */
export const StartTraceRetrievalInput = v.object({
  TraceIds: v.pipe(v.array(textOf(1, 35)), v.maxLength(100)),
  StartTime: Timestamp,
  EndTime: Timestamp,
})

export type StartTraceRetrievalOutput = { readonly RetrievalToken: string }
