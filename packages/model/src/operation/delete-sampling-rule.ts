import * as v from 'valibot'
import { RuleReference } from './sampling-rule-members.ts'

/** xray-behaviour 6.4. */
export const DeleteSamplingRuleInput = v.object(RuleReference)
