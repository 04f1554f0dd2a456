import * as v from 'valibot'
import type { ServiceOutput } from './get-service-graph.ts'
import { optional, textOf } from './wire.ts'

/** xray-behaviour 6.2. */
export const GetTraceGraphInput = v.object({
  TraceIds: v.array(textOf(1, 35)),
  NextToken: optional(v.string()),
})

export type GetTraceGraphOutput = {
  readonly Services: readonly ServiceOutput[]
  readonly NextToken: null
}
