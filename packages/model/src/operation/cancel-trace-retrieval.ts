import * as v from 'valibot'
import { RetrievalToken } from './wire.ts'

/** xray-behaviour 6.7, 12.8. */
export const CancelTraceRetrievalInput = v.object({ RetrievalToken })
