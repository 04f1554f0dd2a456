import * as v from 'valibot'
import { InsightIdText, type InsightOutput } from './insight-members.ts'

/** xray-behaviour 6.5. */
export const GetInsightInput = v.object({ InsightId: InsightIdText })

export type GetInsightOutput = { readonly Insight: InsightOutput }
