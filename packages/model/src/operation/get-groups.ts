import type { GroupOutput } from './group-members.ts'
import { ShortNextTokenOnly } from './wire.ts'

/** xray-behaviour 6.3. */
export const GetGroupsInput = ShortNextTokenOnly

export type GetGroupsOutput = {
  readonly Groups: readonly GroupOutput[]
  readonly NextToken: null
}
