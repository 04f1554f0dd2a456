import * as v from 'valibot'
import { InsightIdText, type InsightStateOutput, maxResults, Token } from './insight-members.ts'
import { optional } from './wire.ts'

/** xray-behaviour 6.5. */
export const GetInsightEventsInput = v.object({
  InsightId: InsightIdText,
  MaxResults: optional(maxResults(50)),
  NextToken: optional(Token),
})

export type GetInsightEventsOutput = {
  readonly InsightEvents: readonly InsightEventOutput[]
  readonly NextToken: string | null
}

/** Time in epoch seconds. */
export type InsightEventOutput = InsightStateOutput & { readonly EventTime: number }
