import type { AnnotationValue } from './segment.ts'
import type { ServiceKey } from './service-graph.ts'
import type { Nanos, UnixNanos } from './time.ts'
import type { TraceId } from './trace-id.ts'

/** What a search shows of one trace (xray-behaviour chapter 8). */
export type TraceSummary = {
  readonly id: TraceId
  /** Start of the earliest segment; where that is not after 1970, the first receipt. */
  readonly start: UnixNanos
  /** Undefined while the root is open. */
  readonly duration: Nanos | undefined
  readonly responseTime: Nanos | undefined
  /** Outcome of the root segment; a throttled root has no error. */
  readonly hasFault: boolean
  readonly hasError: boolean
  readonly hasThrottle: boolean
  /** Some segment names a parent that is not there. */
  readonly isPartial: boolean
  /** From the root segment. */
  readonly http: {
    readonly url: string | undefined
    readonly status: number | undefined
    readonly method: string | undefined
    readonly userAgent: string | undefined
    readonly clientIp: string | undefined
  }
  /** Each distinct value of a key, with the services that set it. */
  readonly annotations: ReadonlyMap<string, readonly AnnotationUse[]>
  readonly users: readonly { readonly name: string; readonly services: readonly ServiceKey[] }[]
  /** Every service of the trace, the client included. */
  readonly services: readonly ServiceKey[]
  readonly resourceArns: readonly string[]
  readonly instanceIds: readonly string[]
  readonly availabilityZones: readonly string[]
  /** Undefined for a trace without any segment. */
  readonly entryPoint: ServiceKey | undefined
  readonly revision: number
  readonly lastUpdate: UnixNanos
  readonly faultRootCauses: readonly RootCause[]
  readonly errorRootCauses: readonly RootCause[]
  readonly responseTimeRootCauses: readonly ResponseTimeRootCause[]
  /** Fault and error causes left out of the lists. */
  readonly omittedRootCauses: number
}

/** The service by which a search found a trace (xray-behaviour 8.1). */
export type MatchedService = Pick<
  TraceSummary,
  'annotations' | 'hasError' | 'hasFault' | 'hasThrottle' | 'responseTime'
>

export type AnnotationUse = {
  readonly value: AnnotationValue
  readonly services: readonly ServiceKey[]
}

/** One path from the first failing entity down to the deepest (xray-behaviour 8.5). */
export type RootCause = {
  readonly services: readonly RootCauseService<RootCauseEntity>[]
  /** The path starts at the root. */
  readonly clientImpacting: boolean
}

/** The path of calls that took most of the root's time (xray-behaviour 8.4). */
export type ResponseTimeRootCause = {
  readonly services: readonly RootCauseService<ResponseTimeRootCauseEntity>[]
  readonly clientImpacting: boolean
}

/** Grafana dereferences `Type`, so a service of a cause that told none gets a word (xray-behaviour 8.6). */
export const UNKNOWN_TYPE = 'unknown'

export type RootCauseService<Element> = {
  readonly key: ServiceKey
  readonly inferred: boolean
  readonly entityPath: readonly Element[]
}

export type RootCauseEntity = {
  readonly name: string
  readonly exceptions: readonly { readonly name: string; readonly message: string }[]
  readonly remote: boolean
}

export type ResponseTimeRootCauseEntity = {
  readonly name: string
  /** Share of the root's duration, three decimals. */
  readonly coverage: number
  readonly remote: boolean
}
