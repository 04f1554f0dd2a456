import * as v from 'valibot'
import { FilterExpression, GroupReference, InsightsConfiguration } from './group-members.ts'
import { optional } from './wire.ts'

/** xray-behaviour 6.3. */
export const UpdateGroupInput = v.object({
  ...GroupReference,
  FilterExpression: optional(FilterExpression),
  InsightsConfiguration: optional(InsightsConfiguration),
})
