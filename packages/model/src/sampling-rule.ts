import type { UnixNanos } from './time.ts'
import type { RequestContext } from './trace.ts'

/** Which requests are traced, and how many of them (xray-behaviour 11.1). */
export type SamplingRule = {
  readonly name: string
  /** Where it was made, as its ARN says for good; undefined for the default rule. */
  readonly scope: RequestContext | undefined
  /** Ascending: 1 is asked first. */
  readonly priority: number
  /** Share of the requests beyond the reservoir, 0 to 1. */
  readonly fixedRate: number
  /** Traces a second, over all clients together. */
  readonly reservoirSize: number
  /** Wildcard patterns of the request; `*` for any. */
  readonly serviceName: string
  readonly serviceType: string
  readonly host: string
  readonly httpMethod: string
  readonly urlPath: string
  readonly resourceArn: string
  readonly attributes: ReadonlyMap<string, string>
  readonly boost: SamplingRateBoost | undefined
  readonly created: UnixNanos
  readonly modified: UnixNanos
}

/** How far the rate may rise while clients see anomalies (xray-behaviour 11.6). */
export type SamplingRateBoost = { readonly maxRate: number; readonly cooldownMinutes: number }

const NEVER = 0n as UnixNanos

/** The rule every account has: one trace a second and 5 % of the rest. */
export const DEFAULT_SAMPLING_RULE: SamplingRule = {
  name: 'Default',
  scope: undefined,
  priority: 10_000,
  fixedRate: 0.05,
  reservoirSize: 1,
  serviceName: '*',
  serviceType: '*',
  host: '*',
  httpMethod: '*',
  urlPath: '*',
  resourceArn: '*',
  attributes: new Map(),
  boost: undefined,
  created: NEVER,
  modified: NEVER,
}
