import * as v from 'valibot'
import type { IndexingRuleOutput } from './get-indexing-rules.ts'
import { optional } from './wire.ts'

/** xray-behaviour 6.7 and 12.7. */
export const UpdateIndexingRuleInput = v.object({
  Name: v.string(),
  Rule: v.object({
    Probabilistic: optional(v.object({ DesiredSamplingPercentage: v.number() })),
  }),
})

export type UpdateIndexingRuleOutput = { readonly IndexingRule: IndexingRuleOutput }
