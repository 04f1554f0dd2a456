import type { TraceId } from '@fluoroscope/model'
import { visitTraces } from '../query/find-traces.ts'
import { findTracesOfMinutes } from '../query/graph-spans.ts'
import { traceStart } from '../query/trace-times.ts'
import type { Database } from '../store/database.ts'
import { matchesFilter } from './evaluate-filter.ts'
import type { TraceFilter } from './trace-selection.ts'
import { summarizeTrace } from './trace-summary.ts'

export type MatchingTraces = {
  readonly ids: ReadonlySet<TraceId>
  /** Traces too large to be read whole: their beginning decided. */
  readonly cutTraces: number
}

/**
 * The traces that start in one of the minutes and match. Only those that rows do not rule out are
 * assembled. @throws StoreError
 */
export async function findMatchingTraces(
  database: Database,
  { expression, conditions }: TraceFilter,
  minutes: readonly number[],
): Promise<MatchingTraces> {
  const candidates = await findTracesOfMinutes(database, minutes, conditions)
  const wanted = new Set(minutes)
  const ids = new Set<TraceId>()
  let cutTraces = 0
  for (let at = 0; at < candidates.length; at += CHUNK_SIZE) {
    await visitTraces(database, candidates.slice(at, at + CHUNK_SIZE), (trace) => {
      if (!wanted.has(Number(traceStart(trace) / NANOS_PER_MINUTE) * 60)) return
      cutTraces += Number(trace.limitExceeded)
      if (matchesFilter(expression, trace, summarizeTrace(trace))) ids.add(trace.id)
    })
    await othersTurn()
  }
  return { ids, cutTraces }
}

/** Traces that are read with one query. */
const CHUNK_SIZE = 200

const NANOS_PER_MINUTE = 60_000_000_000n

/** A long search leaves the event loop to others between its queries. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
