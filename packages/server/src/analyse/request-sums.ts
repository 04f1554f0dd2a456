import type { DurationHistogram, Outcome, RequestStatistics } from '@fluoroscope/model'
import { addToHistogram, sortHistogram } from './histogram.ts'

/** One finished request as node and edge statistics count it. */
export type FinishedRequest = {
  readonly outcome: Outcome
  /** Nanoseconds; see `countedNanos`. */
  readonly nanos: number
  /** Nanoseconds since 1970, as the sender tells it. */
  readonly end: bigint
}

/** The requests of a node or an edge that ended in one minute. */
export class RequestSum {
  readonly #statistics = { ok: 0, error: 0, throttle: 0, fault: 0, totalNanos: 0 }
  readonly #responseTimes = new Map<number, number>()
  readonly #durations = new Map<number, number>()

  addRequest({ outcome, nanos }: FinishedRequest): void {
    this.#statistics[outcome] += 1
    this.#statistics.totalNanos += nanos
    countMillis(this.#responseTimes, nanos)
  }

  /** Envelope of one segment and its own subsegments, nanoseconds. */
  addDuration(nanos: number): void {
    countMillis(this.#durations, nanos)
  }

  addSums(statistics: RequestStatistics, responseTimes: DurationHistogram): void {
    const sums = this.#statistics
    sums.ok += statistics.ok
    sums.error += statistics.error
    sums.throttle += statistics.throttle
    sums.fault += statistics.fault
    sums.totalNanos += statistics.totalNanos
    addToHistogram(this.#responseTimes, responseTimes)
  }

  addDurations(durations: DurationHistogram): void {
    addToHistogram(this.#durations, durations)
  }

  addSum(other: RequestSum): void {
    this.addSums(other.#statistics, other.#responseTimes)
    this.addDurations(other.#durations)
  }

  statistics(): RequestStatistics {
    return { ...this.#statistics }
  }

  responseTimes(): DurationHistogram {
    return sortHistogram(this.#responseTimes)
  }

  durations(): DurationHistogram {
    return sortHistogram(this.#durations)
  }
}

/** What has no time of completion that counts. */
export const NOT_COMPLETED = 0

/**
 * Start of the minute in which a request ended, unix seconds; `NOT_COMPLETED` for an end that is no
 * time after 1970, or that 32 bits of seconds do not hold.
 */
export function completionMinute(end: bigint): number {
  const minute = end / NANOS_PER_MINUTE
  return minute < 0n || minute > MAX_MINUTE ? NOT_COMPLETED : Number(minute) * 60
}

const NANOS_PER_MINUTE = 60_000_000_000n
const MAX_MINUTE = (2n ** 32n - 1n) / 60n

/**
 * In how many parts all requests of a graph may be kept apart by their minutes of completion. Ends are
 * the sender's choice: what finds no room counts as not completed, and is counted.
 */
export class CompletionRoom {
  #left: number
  #omitted = 0

  constructor(parts: number) {
    this.#left = parts
  }

  /** Requests whose time of completion was left out. */
  get omitted(): number {
    return this.#omitted
  }

  take(): boolean {
    if (this.#left > 0) {
      this.#left -= 1
      return true
    }
    this.#omitted += 1
    return false
  }
}

/** The requests of a node or an edge, by minutes of completion where there is room for them. */
export class RequestSums {
  readonly #room: CompletionRoom | undefined
  readonly #sums = new Map<number, RequestSum>()

  /** @param room undefined: all requests are one */
  constructor(room: CompletionRoom | undefined) {
    this.#room = room
  }

  /** The sum that a request with this end belongs to. */
  of(end: bigint): RequestSum {
    if (this.#room === undefined) return this.whole()
    const completed = completionMinute(end)
    const known = this.#sums.get(completed)
    if (known !== undefined) return known
    return completed !== NOT_COMPLETED && this.#room.take() ? this.#add(completed) : this.whole()
  }

  /** What is not kept apart. */
  whole(): RequestSum {
    return this.#sums.get(NOT_COMPLETED) ?? this.#add(NOT_COMPLETED)
  }

  /** At least one, without any request where there was none. */
  byCompletion(): readonly (readonly [completed: number, sum: RequestSum])[] {
    return this.#sums.size > 0 ? [...this.#sums] : [[NOT_COMPLETED, new RequestSum()]]
  }

  total(): RequestSum {
    const [only] = this.#sums.values()
    if (only !== undefined && this.#sums.size === 1) return only
    const total = new RequestSum()
    for (const sum of this.#sums.values()) total.addSum(sum)
    return total
  }

  #add(completed: number): RequestSum {
    const sum = new RequestSum()
    this.#sums.set(completed, sum)
    return sum
  }
}

function countMillis(histogram: Map<number, number>, nanos: number): void {
  const milliseconds = Math.round(nanos / 1e6)
  histogram.set(milliseconds, (histogram.get(milliseconds) ?? 0) + 1)
}
