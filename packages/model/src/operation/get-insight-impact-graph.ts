import * as v from 'valibot'
import { InsightIdText, Token } from './insight-members.ts'
import type { ServiceIdOutput } from './service-id.ts'
import { optional, Timestamp } from './wire.ts'

/** xray-behaviour 6.5. */
export const GetInsightImpactGraphInput = v.object({
  InsightId: InsightIdText,
  StartTime: Timestamp,
  EndTime: Timestamp,
  NextToken: optional(Token),
})

/** Times in epoch seconds: those of the request, and the bounds of what was found. */
export type GetInsightImpactGraphOutput = {
  readonly InsightId: string
  readonly StartTime: number
  readonly EndTime: number
  readonly ServiceGraphStartTime: number | null
  readonly ServiceGraphEndTime: number | null
  readonly Services: readonly ImpactServiceOutput[]
  readonly NextToken: null
}

/** Who calls whom, and no numbers. */
export type ImpactServiceOutput = ServiceIdOutput & {
  readonly ReferenceId: number
  readonly Edges: readonly { readonly ReferenceId: number }[]
}
