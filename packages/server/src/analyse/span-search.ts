import {
  spansOfTrace,
  type TraceId,
  type TraceQuery,
  type UnixNanos,
  unixNanos,
} from '@fluoroscope/model'
import { type Candidate, findCandidates, findNewestMinute } from '../query/candidate-traces.ts'
import { type FoundTrace, findTraces, visitTraces } from '../query/find-traces.ts'
import { traceQueryConditions } from '../query/trace-query-conditions.ts'
import { liesIn, type TimeWindow } from '../query/trace-search.ts'
import { traceStart } from '../query/trace-times.ts'
import type { Database } from '../store/database.ts'
import { type SpanTree, spanTree } from './span-tree.ts'

/** A trace seen as spans. */
export type SpanTrace = {
  readonly id: TraceId
  readonly tree: SpanTree
  /** It is too large to be read whole: these are the spans of its beginning. */
  readonly limitExceeded: boolean
}

export type SpanSearch = {
  /** In which a trace has to start; half open. */
  readonly range: TimeWindow
  /** Only what was received until then. */
  readonly asOf: UnixNanos
  /** What every trace that matches fulfils; without it the same is found, at a higher price. */
  readonly implied: TraceQuery | undefined
  /** Matches that are enough. */
  readonly limit: number
  /** Traces that are looked at before it is given up; {@link MAX_INSPECTED} if not told. */
  readonly maxInspected?: number
  /** Spans of all traces that match together, where a match keeps them; no limit if not told. */
  readonly maxSpans?: number
}

export type SpanSearchResult<Match> = {
  /** By start of their traces, the newest first, then by id. */
  readonly matches: readonly Match[]
  /** Traces in the range that were read and looked at. */
  readonly inspected: number
  /** False where a limit ended the search before the range or the wanted matches did. */
  readonly isComplete: boolean
  /** Traces that were looked at in part. */
  readonly cut: number
}

/** The spans of a trace; undefined where nothing is known of it. @throws StoreError */
export async function findSpanTrace(
  database: Database,
  id: TraceId,
): Promise<SpanTrace | undefined> {
  const found = (await findTraces(database, [id])).get(id)
  return found === undefined ? undefined : spanTraceOf(found)
}

function spanTraceOf(trace: FoundTrace): SpanTrace {
  const { id, limitExceeded } = trace
  return { id, tree: spanTree(spansOfTrace(trace)), limitExceeded }
}

/**
 * Looks at one trace after the other from the end of the range backwards, until enough match.
 * @param match what is kept of a trace; undefined where it does not match
 * @throws StoreError
 */
export async function findSpanTraces<Match>(
  database: Database,
  search: SpanSearch,
  match: (trace: SpanTrace) => Match | undefined,
): Promise<SpanSearchResult<Match>> {
  const reading = new Reading(search, match)
  let position = firstPosition(search)
  while (position !== undefined && !reading.isDone) {
    const { window }: Position = position
    const chunk: Chunk = await findChunk(database, search, position)
    await reading.read(database, window, chunk.candidates)
    position = chunk.next
    await othersTurn()
  }
  return reading.result(position === undefined)
}

const MAX_INSPECTED = 20_000
const MAX_DOCUMENTS = 500_000

/** Traces that are read with one query. */
const CHUNK_SIZE = 100

const FIRST_STEP_NANOS = 60_000_000_000n
const STEP_GROWTH = 4n
/** Where the rows tell what cannot match, a window costs little, and a query more than its rows. */
const NARROWED_STEP_GROWTH = 16n

/** A long search leaves the event loop to others between its queries. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

type Position = {
  readonly window: TimeWindow
  readonly step: bigint
  readonly after: Candidate | undefined
}

function firstPosition({ range }: SpanSearch): Position | undefined {
  if (range.from >= range.until) return undefined
  return windowBefore(range.until, FIRST_STEP_NANOS, range)
}

function windowBefore(until: UnixNanos, step: bigint, { from }: TimeWindow): Position {
  const start = until - step
  return { window: { from: start < from ? from : unixNanos(start), until }, step, after: undefined }
}

type Chunk = {
  readonly candidates: readonly Candidate[]
  readonly next: Position | undefined
}

async function findChunk(
  database: Database,
  { range, asOf, implied }: SpanSearch,
  position: Position,
): Promise<Chunk> {
  const { window, step, after } = position
  const conditions = implied === undefined ? [] : traceQueryConditions(implied, window)
  const search = { timeRangeType: 'TraceId', sampled: 1, filter: { conditions } } as const
  const request = { window, asOf, after, among: undefined, limit: CHUNK_SIZE + 1 }
  const found = await findCandidates(database, search, request)
  const candidates = found.slice(0, CHUNK_SIZE)
  if (found.length > CHUNK_SIZE) {
    return { candidates, next: { window, step, after: candidates.at(-1) } }
  }
  if (window.from <= range.from) return { candidates, next: undefined }
  const growth = conditions.length > 0 ? NARROWED_STEP_GROWTH : STEP_GROWTH
  const next = windowBefore(window.from, step * growth, range)
  if (found.length > 0) return { candidates, next }
  // Nothing started here: the next window reaches to where something did.
  const rest = { from: range.from, until: window.from }
  const newest = (await findNewestMinute(database, rest)) ?? range.from
  if (newest >= next.window.from) return { candidates, next }
  return { candidates, next: { ...next, window: { from: newest, until: window.from } } }
}

/** A search as far as it got. */
class Reading<Match> {
  readonly #search: SpanSearch
  readonly #match: (trace: SpanTrace) => Match | undefined
  readonly #matches: Match[] = []
  #inspected = 0
  #documents = 0
  #cut = 0
  #spans = 0
  #isFull = false

  constructor(search: SpanSearch, match: (trace: SpanTrace) => Match | undefined) {
    this.#search = search
    this.#match = match
  }

  get #hasEnough(): boolean {
    return this.#matches.length >= this.#search.limit
  }

  get isDone(): boolean {
    const { maxInspected = MAX_INSPECTED } = this.#search
    if (this.#hasEnough || this.#isFull) return true
    return this.#inspected >= maxInspected || this.#documents >= MAX_DOCUMENTS
  }

  async read(
    database: Database,
    window: TimeWindow,
    candidates: readonly Candidate[],
  ): Promise<void> {
    const ids = candidates.map(({ id }) => id)
    const found: { time: UnixNanos; id: TraceId; match: Match }[] = []
    const visit = (trace: FoundTrace) => {
      const time = traceStart(trace)
      if (!liesIn(time, window)) return
      this.#inspected += 1
      this.#documents += trace.documents
      this.#cut += Number(trace.limitExceeded)
      if (this.#isFull) return
      const seen = spanTraceOf(trace)
      const match = this.#match(seen)
      if (match === undefined) return
      found.push({ time, id: trace.id, match })
      this.#spans += seen.tree.nodes.length
      this.#isFull = this.#spans > (this.#search.maxSpans ?? Number.POSITIVE_INFINITY)
    }
    await visitTraces(database, ids, visit, undefined, this.#search.asOf)
    found.sort((left, right) => {
      if (left.time !== right.time) return left.time > right.time ? -1 : 1
      return left.id < right.id ? -1 : 1
    })
    for (const { match } of found) this.#matches.push(match)
  }

  result(reachedStart: boolean): SpanSearchResult<Match> {
    return {
      matches: this.#matches.slice(0, this.#search.limit),
      inspected: this.#inspected,
      isComplete: (reachedStart || this.#hasEnough) && !this.#isFull,
      cut: this.#cut,
    }
  }
}
