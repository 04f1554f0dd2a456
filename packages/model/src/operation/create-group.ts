import * as v from 'valibot'
import { FilterExpressionText, GroupName, InsightsConfiguration } from './group-members.ts'
import { Tags } from './tag.ts'
import { optional } from './wire.ts'

/** xray-behaviour 6.3. An absent expression is refused by meaning, not by the model. */
export const CreateGroupInput = v.object({
  GroupName,
  FilterExpression: optional(FilterExpressionText),
  InsightsConfiguration: optional(InsightsConfiguration),
  Tags: optional(Tags),
})
