import type { UnixNanos } from './time.ts'
import type { RequestContext } from './trace.ts'

/** A named filter expression that traces are looked at through (xray-behaviour 12.1). */
export type Group = {
  readonly name: string
  /** Of its ARN, 52 base-32 characters, never used again; undefined for the group of all traces. */
  readonly id: string | undefined
  /** Where it was made, as its ARN says for good; undefined for the group of all traces. */
  readonly scope: RequestContext | undefined
  /** Undefined for the group of all traces. */
  readonly filterExpression: string | undefined
  readonly insightsEnabled: boolean
  readonly notificationsEnabled: boolean
  /** When the expression was last changed. */
  readonly filterSince: UnixNanos
  /** The expressions before, oldest first, as far as traces of their time are kept. */
  readonly earlierFilters: readonly GroupFilterVersion[]
}

/** An expression of a group that was in force from `since` to that of the next one. */
export type GroupFilterVersion = { readonly expression: string; readonly since: UnixNanos }

/** The group every trace belongs to. */
export const DEFAULT_GROUP: Group = {
  name: 'Default',
  id: undefined,
  scope: undefined,
  filterExpression: undefined,
  insightsEnabled: false,
  notificationsEnabled: false,
  filterSince: 0n as UnixNanos,
  earlierFilters: [],
}
