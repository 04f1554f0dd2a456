import * as v from 'valibot'
import { optional, textOf } from './wire.ts'

export const PolicyName = v.pipe(textOf(1, 128), v.regex(/^[\w+=,.@-]+$/))

/** xray-behaviour 6.6 and 12.4. */
export const PutResourcePolicyInput = v.object({
  PolicyName,
  PolicyDocument: v.string(),
  PolicyRevisionId: optional(v.string()),
  BypassPolicyLockoutCheck: optional(v.boolean()),
})

export type ResourcePolicyOutput = {
  readonly PolicyName: string
  /** JSON text, as it was put. */
  readonly PolicyDocument: string
  /** Counts the puts: "1", "2", … */
  readonly PolicyRevisionId: string
  readonly LastUpdatedTime: number
}

export type PutResourcePolicyOutput = { readonly ResourcePolicy: ResourcePolicyOutput }
