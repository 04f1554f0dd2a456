import type {
  DurationHistogram,
  RequestStatistics,
  ServiceEdge,
  ServiceKey,
} from '@fluoroscope/model'
import type { SeriesEntity, SeriesSelector, StoredBucket } from '../query/graph-series.ts'
import type { MinuteRange } from '../query/minute-list.ts'
import type { BucketRange } from './minute-ranges.ts'
import {
  completionMinute,
  type FinishedRequest,
  NOT_COMPLETED,
  RequestSum,
} from './request-sums.ts'
import { CLIENT } from './service-graph-builder.ts'
import type { CallEdge, CallGraph, CallNode } from './trace-calls.ts'

/** Asks for the requests of an entity in buckets of one period, by when they ended. */
export type SeriesQuery = BucketRange & { readonly entity: SeriesEntity }

/** Requests that ended within one period. */
export type SeriesBucket = {
  /** End of the bucket, unix seconds: a multiple of the period. */
  readonly end: number
  readonly statistics: RequestStatistics
  readonly responseTimes: DurationHistogram
}

/** A time series that grows call by call; what ends elsewhere or is not asked for is passed over. */
export class SeriesBuilder implements CallGraph {
  readonly #entity: SeriesEntity
  readonly #completed: MinuteRange
  readonly #period: number
  readonly #buckets = new Map<number, RequestSum>()

  /**
   * @param completed the minutes of completion that count
   * @param period seconds of a bucket, a whole number of minutes
   */
  constructor(entity: SeriesEntity, completed: MinuteRange, period: number) {
    this.#entity = entity
    this.#completed = completed
    this.#period = period
  }

  node(key: ServiceKey): SeriesNode {
    const isCounted = this.#entity.kind === 'service' && isSelected(key, this.#entity.service)
    return { key, root: false, addTraces: ignore, addRequest: isCounted ? this.#add : ignore }
  }

  edge(from: SeriesNode, to: SeriesNode, type: ServiceEdge['type']): CallEdge {
    const isCounted = type === 'call' && this.#isEdgeSelected(from.key, to.key)
    return { addAlias: ignore, addAge: ignore, addRequest: isCounted ? this.#add : ignore }
  }

  addBucket({ end, statistics, responseTimes }: StoredBucket): void {
    this.#bucket(end).addSums(statistics, responseTimes)
  }

  /** Ascending; periods in which nothing ended are left out. */
  buckets(): readonly SeriesBucket[] {
    const buckets = [...this.#buckets].sort(([left], [right]) => left - right)
    return buckets.map(([end, sum]) => ({
      end,
      statistics: sum.statistics(),
      responseTimes: sum.responseTimes(),
    }))
  }

  readonly #add = (request: FinishedRequest): void => {
    const completed = completionMinute(request.end)
    const { from, to } = this.#completed
    if (completed === NOT_COMPLETED || completed < from || completed >= to) return
    this.#bucket((Math.floor(completed / this.#period) + 1) * this.#period).addRequest(request)
  }

  #bucket(end: number): RequestSum {
    const known = this.#buckets.get(end)
    if (known !== undefined) return known
    const sum = new RequestSum()
    this.#buckets.set(end, sum)
    return sum
  }

  #isEdgeSelected(from: ServiceKey, to: ServiceKey): boolean {
    const entity = this.#entity
    if (entity.kind === 'entries') return from.type === CLIENT
    return entity.kind === 'edge' && isSelected(from, entity.from) && isSelected(to, entity.to)
  }
}

type SeriesNode = CallNode & { readonly key: ServiceKey }

const ignore = () => {}

function isSelected(key: ServiceKey, selector: SeriesSelector): boolean {
  const { name, type, account, isOwnAccount } = selector
  if (name !== undefined && name !== key.name) return false
  if (type !== undefined && type !== (key.type ?? '')) return false
  if (account === undefined || account === (key.account ?? '')) return true
  return isOwnAccount === true && key.account === undefined
}
