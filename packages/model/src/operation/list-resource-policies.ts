import type { ResourcePolicyOutput } from './put-resource-policy.ts'
import { ShortNextTokenOnly } from './wire.ts'

/** xray-behaviour 6.6. */
export const ListResourcePoliciesInput = ShortNextTokenOnly

export type ListResourcePoliciesOutput = {
  readonly ResourcePolicies: readonly ResourcePolicyOutput[]
  readonly NextToken: null
}
