import * as v from 'valibot'
import { optional, textOf } from './wire.ts'

export const GroupName = textOf(1, 32)

/** One of the two, which the operation checks. */
export const GroupReferenceMembers = {
  GroupName: optional(GroupName),
  GroupARN: optional(textOf(1, 400)),
}

export const FilterExpressionText = v.pipe(v.string(), v.maxLength(2000))

export const InsightsConfiguration = v.object({
  InsightsEnabled: optional(v.boolean()),
  NotificationsEnabled: optional(v.boolean()),
})

/** xray-behaviour 6.3. */
export type GroupOutput = {
  readonly GroupName: string
  readonly GroupARN: string
  /** Null for the group of all traces. */
  readonly FilterExpression: string | null
  readonly InsightsConfiguration: {
    readonly InsightsEnabled: boolean
    readonly NotificationsEnabled: boolean
  }
}

export type OneGroupOutput = { readonly Group: GroupOutput }
