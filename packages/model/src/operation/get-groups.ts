import { NextTokenOnly } from './wire.ts'

/** xray-behaviour 6.3. */
export const GetGroupsInput = NextTokenOnly

export type GetGroupsOutput = {
  readonly Groups: readonly GroupOutput[]
  readonly NextToken: null
}

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
