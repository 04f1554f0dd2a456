import * as v from 'valibot'
import { PolicyName } from './put-resource-policy.ts'
import { optional } from './wire.ts'

/** xray-behaviour 6.6 and 12.4. */
export const DeleteResourcePolicyInput = v.object({
  PolicyName,
  PolicyRevisionId: optional(v.string()),
})
