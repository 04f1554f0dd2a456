import * as v from 'valibot'
import {
  FilterExpressionText,
  GroupReferenceMembers,
  InsightsConfiguration,
} from './group-members.ts'
import { optional } from './wire.ts'

/** xray-behaviour 6.3. */
export const UpdateGroupInput = v.object({
  ...GroupReferenceMembers,
  FilterExpression: optional(FilterExpressionText),
  InsightsConfiguration: optional(InsightsConfiguration),
})
