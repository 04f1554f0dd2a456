import type { Brand } from './brand.ts'
import type { ServiceKey } from './service-graph.ts'
import type { UnixNanos } from './time.ts'

/** A UUID in lower case. */
export type InsightId = Brand<string, 'InsightId'>

/** As the service model has it: hexadecimal digits of either case, version 1 to 5, the usual variant. */
export const INSIGHT_ID_PATTERN =
  /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$/

/** Reads a UUID in any case; undefined for anything else. */
export function parseInsightId(text: string): InsightId | undefined {
  return INSIGHT_ID_PATTERN.test(text) ? (text.toLowerCase() as InsightId) : undefined
}

/** How many requests an insight looks at, and how they ended. */
export type RequestImpact = {
  readonly fault: number
  readonly ok: number
  /** Errors and throttles included. */
  readonly total: number
}

/** What is told of an insight at one time: at its beginning, its end, and when something changed. */
export type InsightEvent = {
  readonly at: UnixNanos
  readonly summary: string
  /** Requests at the entry of the traces. */
  readonly clientImpact: RequestImpact
  readonly rootCauseImpact: RequestImpact
  /** Worst first. */
  readonly anomalousServices: readonly ServiceKey[]
}

/** Faults of a group that have one root cause and lie above what was expected (xray-behaviour 12.2). */
export type Insight = {
  readonly id: InsightId
  readonly group: { readonly name: string; readonly arn: string }
  readonly rootCause: ServiceKey
  readonly start: UnixNanos
  /** The newest state; its time is that of the last update. */
  readonly latest: InsightEvent
} & ({ readonly state: 'active' } | { readonly state: 'closed'; readonly end: UnixNanos })
