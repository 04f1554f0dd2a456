import type { RetrievalStatusOutput } from '@fluoroscope/model'
import type { RetrievalStatus } from '../act/trace-retrievals.ts'

/** xray-behaviour 12.8. */
export const STATUS_OUTPUT: Readonly<Record<RetrievalStatus, RetrievalStatusOutput>> = {
  complete: 'COMPLETE',
  cancelled: 'CANCELLED',
  timeout: 'TIMEOUT',
}
