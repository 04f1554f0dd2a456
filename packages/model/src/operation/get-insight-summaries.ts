import * as v from 'valibot'
import { GroupReferenceMembers } from './group-members.ts'
import { type InsightOutput, maxResults, Token } from './insight-members.ts'
import { optional, Timestamp } from './wire.ts'

/** xray-behaviour 6.5. */
export const GetInsightSummariesInput = v.object({
  ...GroupReferenceMembers,
  StartTime: Timestamp,
  EndTime: Timestamp,
  States: optional(v.pipe(v.array(v.picklist(['ACTIVE', 'CLOSED'])), v.maxLength(1))),
  MaxResults: optional(maxResults(100)),
  NextToken: optional(Token),
})

export type GetInsightSummariesOutput = {
  readonly InsightSummaries: readonly InsightSummaryOutput[]
  readonly NextToken: string | null
}

/** Time in epoch seconds. */
export type InsightSummaryOutput = InsightOutput & { readonly LastUpdateTime: number }
