import type { FilterExpression, Segment, Trace, UnixNanos } from '@fluoroscope/model'
import { endOf, unixNanos } from '@fluoroscope/model'
import type { RowCondition } from './compile-filter.ts'
import { entitiesOf } from './trace-entities.ts'
import { traceStart } from './trace-times.ts'

/** Which traces a search is for (xray-behaviour 8.8, 8.9). */
export type TraceSearch = {
  /**
   * The time of a trace that has to lie in the range: its start (`TraceId`), its last accepted update
   * (`Event`), or the end of any of its segments and subsegments (`Service`).
   */
  readonly timeRangeType: TimeRangeType
  /** Both ends belong to the range, with the whole second they lie in. */
  readonly from: UnixNanos
  readonly to: UnixNanos
  /** Fraction of the traces to look at, 0 to 1; chosen by trace id, so repeated searches agree. */
  readonly sampled: number
  /** Undefined for all traces. */
  readonly filter: TraceFilter | undefined
}

export type TraceFilter = {
  /** Names no groups. */
  readonly expression: FilterExpression
  /** What `compileFilter` makes of it. Without any the same traces are found, at a higher price. */
  readonly conditions: readonly RowCondition[]
}

export type TimeRangeType = 'TraceId' | 'Event' | 'Service'

/** A half-open stretch of time, `from` to before `until`. */
export type TimeWindow = { readonly from: UnixNanos; readonly until: UnixNanos }

const NANOS_PER_SECOND = 1_000_000_000n

/** Searches by `Service` look this much further back. */
const SERVICE_LOOK_BACK = 60n * NANOS_PER_SECOND

const MIN_INSTANT = -(2n ** 63n)
const MAX_INSTANT = 2n ** 63n - 1n

/** The instants a trace's time has to lie between. */
export function windowOf(search: TraceSearch): TimeWindow {
  const lookBack = search.timeRangeType === 'Service' ? SERVICE_LOOK_BACK : 0n
  return {
    from: clamp(wholeSecond(search.from) - lookBack),
    until: clamp(wholeSecond(search.to) + NANOS_PER_SECOND),
  }
}

/**
 * The time by which the search selects and orders a trace; undefined where it does not match. A trace
 * with several ends in the range has the latest of them.
 */
export function matchedTime(trace: Trace, search: TraceSearch): UnixNanos | undefined {
  const range = windowOf(search)
  if (search.timeRangeType === 'Service') return latestEnd(trace.segments, range)
  const time = search.timeRangeType === 'Event' ? trace.lastUpdate : traceStart(trace)
  return liesIn(time, range) ? time : undefined
}

export function liesIn(time: UnixNanos, window: TimeWindow): boolean {
  return time >= window.from && time < window.until
}

/**
 * The latest end of segments or their subsegments within a window. Ends before the start say nothing
 * about when the work was done.
 */
export function latestEnd(segments: readonly Segment[], window: TimeWindow): UnixNanos | undefined {
  let latest: UnixNanos | undefined
  for (const entity of entitiesOf(segments)) {
    const end = endOf(entity)
    if (end === undefined || end < entity.start || !liesIn(end, window)) continue
    if (latest === undefined || end > latest) latest = end
  }
  return latest
}

/** Rounded down, also before 1970. */
function wholeSecond(instant: UnixNanos): bigint {
  const rest = instant % NANOS_PER_SECOND
  return instant - (rest < 0n ? rest + NANOS_PER_SECOND : rest)
}

function clamp(nanos: bigint): UnixNanos {
  if (nanos < MIN_INSTANT) return unixNanos(MIN_INSTANT)
  return unixNanos(nanos > MAX_INSTANT ? MAX_INSTANT : nanos)
}
