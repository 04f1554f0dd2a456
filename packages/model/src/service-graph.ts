import type { Outcome } from './segment.ts'
import type { UnixNanos } from './time.ts'

/** What tells a service of the graph from another (xray-behaviour 9.1). */
export type ServiceKey = {
  readonly name: string
  /** `client`, `remote`, an origin such as `AWS::ECS::Container`; undefined when not told. */
  readonly type: string | undefined
  /** Undefined for the account the data belong to. */
  readonly account: string | undefined
}

export type ServiceState = 'active' | 'unknown' | 'passive'

/** Requests by outcome, each counted once, and the sum of their times. */
export type RequestStatistics = Readonly<Record<Outcome, number>> & {
  /** Sum of response times, in nanoseconds. */
  readonly totalNanos: number
}

/** Durations in whole milliseconds and how many requests had them, ascending. */
export type DurationHistogram = ReadonlyMap<number, number>

export type ServiceNode = {
  readonly key: ServiceKey
  readonly names: readonly string[]
  readonly root: boolean
  readonly state: ServiceState
  /** Undefined for client nodes: the numbers are on their edge. */
  readonly statistics: RequestStatistics | undefined
  readonly responseTimes: DurationHistogram
  /** Envelope of the segment and its own subsegments. */
  readonly durations: DurationHistogram
  /** Start of the earliest and of the latest trace the node took part in, whole seconds. */
  readonly firstTrace: UnixNanos
  readonly lastTrace: UnixNanos
}

export type ServiceEdge = {
  readonly from: ServiceKey
  readonly to: ServiceKey
  readonly type: 'call' | 'link'
  readonly statistics: RequestStatistics
  readonly responseTimes: DurationHistogram
  /** Link edges: time from sending to receiving. */
  readonly receivedEventAges: DurationHistogram
  /** How the caller names a callee that reported by itself. */
  readonly aliases: readonly { readonly name: string; readonly type: string | undefined }[]
}

/** Services and who calls whom; nodes by name, type, account; edges by their ends. */
export type ServiceGraph = {
  readonly nodes: readonly ServiceNode[]
  readonly edges: readonly ServiceEdge[]
}
