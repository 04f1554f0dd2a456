import {
  type EntityId,
  endOf,
  type Nanos,
  nanosBetween,
  type Trace,
  type UnixNanos,
} from '@fluoroscope/model'
import { entitiesOf } from './trace-entities.ts'

/** Start of the earliest segment (8.1); where none starts after 1970, the first receipt. */
export function traceStart(trace: Trace): UnixNanos {
  let start: UnixNanos | undefined
  for (const segment of trace.segments) {
    if (segment.start > 0n && isEarlier(segment.start, start)) start = segment.start
  }
  return start ?? trace.firstReceived
}

/**
 * Latest end minus earliest start of all segments and their subsegments (xray-behaviour 7.4), orphans
 * left out; undefined while nothing has completed. Entities that start before 1970 do not count, and
 * one that ends before it starts counts with no length. A summary shows the duration only once the
 * root is complete (8.1).
 */
export function traceDuration(trace: Trace): Nanos | undefined {
  let start: UnixNanos | undefined
  let lastEnd: UnixNanos | undefined
  for (const entity of entitiesOf(trace.segments)) {
    if (entity.start <= 0n) continue
    if (isEarlier(entity.start, start)) start = entity.start
    const end = endOf(entity)
    if (end === undefined) continue
    const validEnd = isLater(entity.start, end) ? entity.start : end
    if (isLater(validEnd, lastEnd)) lastEnd = validEnd
  }
  return start === undefined || lastEnd === undefined ? undefined : nanosBetween(start, lastEnd)
}

/** True where a segment names a parent that is not shown in the trace (xray-behaviour 7.2, 8.1). */
export function isPartial(trace: Trace): boolean {
  const shown = new Set<EntityId>()
  for (const { id } of entitiesOf(trace.segments)) shown.add(id)
  return trace.segments.some(({ parentId }) => parentId !== undefined && !shown.has(parentId))
}

/** Compares with the best instant so far, which may be none. */
function isEarlier(instant: UnixNanos, best: UnixNanos | undefined): boolean {
  return best === undefined || instant < best
}

function isLater(instant: UnixNanos, best: UnixNanos | undefined): boolean {
  return best === undefined || instant > best
}
