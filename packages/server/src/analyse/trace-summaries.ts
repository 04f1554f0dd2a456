import type { TraceId, TraceSummary, UnixNanos } from '@fluoroscope/model'
import { assert, unixNanos } from '@fluoroscope/model'
import type { Candidate } from '../query/candidate-traces.ts'
import { findCandidates, findNewestMinute } from '../query/candidate-traces.ts'
import { visitTraces } from '../query/find-traces.ts'
import type { PagePosition } from '../query/page-token.ts'
import type { TimeWindow, TraceSearch } from '../query/trace-search.ts'
import { liesIn, matchedTime, windowOf } from '../query/trace-search.ts'
import type { Database } from '../store/database.ts'
import { matchesFilter } from './evaluate-filter.ts'
import { summarizeTrace } from './trace-summary.ts'

export type TraceSummariesRequest = {
  readonly search: TraceSearch
  /** Undefined for the first page. */
  readonly position: PagePosition | undefined
  /** Time of the request: a first page knows what was received until then. */
  readonly now: UnixNanos
  /** Summaries a page, 1 to 1,000. */
  readonly pageSize: number
}

export type TraceSummariesPage = {
  /** Newest first by the time the search selects by, then by id. */
  readonly summaries: readonly TraceSummary[]
  /** Traces that were assembled and looked at for this page. */
  readonly scanned: number
  /** Undefined on the last page. A page may be short, even empty, and still have a next one. */
  readonly next: PagePosition | undefined
  readonly omissions: Omissions
}

/** What limits kept out of a page. */
type Omissions = {
  /** Fault and error causes beyond a summary's limit. */
  readonly rootCauses: number
  /** Traces too large to be read whole: their summaries are those of their beginning. */
  readonly cutTraces: number
}

/**
 * One page of a search (xray-behaviour 6.2, 8.8, 8.10). The range is gone through in windows, from
 * its end backwards, so that the newest traces of a large range are found without reading all of it.
 * A trace belongs to the one window that holds its matched time, so no page shows it twice and none
 * leaves it out.
 * @throws StoreError
 */
export async function findTraceSummaries(
  database: Database,
  request: TraceSummariesRequest,
): Promise<TraceSummariesPage> {
  const { search, pageSize } = request
  assert(pageSize >= 1 && pageSize <= MAX_PAGE_SIZE, `a page of ${pageSize} summaries`)
  const effort: Effort = { queries: 0, scanned: 0, documents: 0 }
  const omissions = { rootCauses: 0, cutTraces: 0 }
  const summaries: TraceSummary[] = []
  let next: PagePosition | undefined = request.position ?? firstPosition(search, request.now)
  const enough = enoughSummaries(search, pageSize)
  const maxScanned = pageSize * MAX_SCANNED_PER_SUMMARY
  while (next !== undefined && summaries.length < enough && !isTooMuch(effort, maxScanned)) {
    const position: PagePosition = next
    const chunk = await findChunk(database, search, position, pageSize - summaries.length)
    const matches = await findMatches(database, search, position.window, chunk.candidates)
    for (const summary of matches.summaries) summaries.push(summary)
    effort.queries += 1
    effort.scanned += chunk.candidates.length
    effort.documents += matches.documents
    omissions.rootCauses += matches.omissions.rootCauses
    omissions.cutTraces += matches.omissions.cutTraces
    next = chunk.next
    await othersTurn()
  }
  return { summaries, scanned: effort.scanned, next, omissions }
}

const MAX_PAGE_SIZE = 1000

/** What one page has cost so far. */
type Effort = { queries: number; scanned: number; documents: number }

const MAX_QUERIES = 100
const MAX_SCANNED_PER_SUMMARY = 10
const MAX_DOCUMENTS = 100_000

/** A page ends early where most of what it looks at does not match, or where traces are very large. */
function isTooMuch({ queries, scanned, documents }: Effort, maxScanned: number): boolean {
  return queries >= MAX_QUERIES || scanned >= maxScanned || documents >= MAX_DOCUMENTS
}

/**
 * Few of the candidates may match a filter: the last places of a page are not worth a query for each
 * handful of them.
 */
function enoughSummaries({ filter }: TraceSearch, pageSize: number): number {
  return filter === undefined ? pageSize : Math.ceil(pageSize * 0.9)
}

/** A long search leaves the event loop to others between its queries. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Traces that are read with one query. */
const CHUNK_SIZE = 200

const FIRST_STEP_NANOS = 60_000_000_000n
const STEP_GROWTH = 4n
/** Where the rows tell what cannot match, a window costs little, and a query more than its rows. */
const NARROWED_STEP_GROWTH = 16n
const MAX_STEP = 2n ** 63n

function firstPosition(search: TraceSearch, now: UnixNanos): PagePosition | undefined {
  const range = windowOf(search)
  if (range.from >= range.until) return undefined
  const window = windowBefore(range.until, FIRST_STEP_NANOS, range)
  return { asOf: now, window, step: FIRST_STEP_NANOS, after: undefined }
}

type Chunk = {
  readonly candidates: readonly Candidate[]
  readonly next: PagePosition | undefined
}

/** Some more candidates of the position's window, and where to go on behind them. */
async function findChunk(
  database: Database,
  search: TraceSearch,
  position: PagePosition,
  wanted: number,
): Promise<Chunk> {
  const size = Math.min(wanted, CHUNK_SIZE)
  // One more tells whether the window has more.
  const found = await findCandidates(database, search, { ...position, limit: size + 1 })
  const candidates = found.slice(0, size)
  if (found.length > size) return { candidates, next: { ...position, after: candidates.at(-1) } }
  return { candidates, next: await nextWindow(database, search, position, found.length === 0) }
}

/**
 * The window before one that has no more: longer where that one held little, and reaching over the
 * minutes in which nothing started where it held nothing at all.
 */
async function nextWindow(
  database: Database,
  search: TraceSearch,
  { asOf, window, step, after }: PagePosition,
  wasEmpty: boolean,
): Promise<PagePosition | undefined> {
  const range = windowOf(search)
  if (window.from <= range.from) return undefined
  const isNarrowed = search.filter !== undefined && search.filter.conditions.length > 0
  const growth = isNarrowed ? NARROWED_STEP_GROWTH : STEP_GROWTH
  const grown = step * growth < MAX_STEP ? step * growth : MAX_STEP
  const nextStep = after === undefined ? grown : step
  const next = windowBefore(window.from, nextStep, range)
  // That no candidate was found does not mean that nothing is there.
  if (!wasEmpty || isNarrowed) return { asOf, window: next, step: nextStep, after: undefined }
  const rest = { from: range.from, until: window.from }
  const newest = (await findNewestMinute(database, rest)) ?? range.from
  const reaching = newest < next.from ? { from: newest, until: window.from } : next
  return { asOf, window: reaching, step: nextStep, after: undefined }
}

function windowBefore(until: UnixNanos, length: bigint, range: TimeWindow): TimeWindow {
  const from = until - length
  return { from: from < range.from ? range.from : unixNanos(from), until }
}

type Match = { readonly time: UnixNanos; readonly summary: TraceSummary }

type Matches = {
  readonly summaries: readonly TraceSummary[]
  readonly documents: number
  readonly omissions: Omissions
}

/** The candidates that do match within the window and by the filter, newest first. */
async function findMatches(
  database: Database,
  search: TraceSearch,
  window: TimeWindow,
  candidates: readonly Candidate[],
): Promise<Matches> {
  const ids: readonly TraceId[] = candidates.map((candidate) => candidate.id)
  const { filter } = search
  const matches: Match[] = []
  let documents = 0
  const omissions = { rootCauses: 0, cutTraces: 0 }
  await visitTraces(database, ids, (trace) => {
    documents += trace.documents
    const time = matchedTime(trace, search)
    if (time === undefined || !liesIn(time, window)) return
    const summary = summarizeTrace(trace)
    // Also of a trace that does not match: what is missing might have matched.
    omissions.rootCauses += summary.omittedRootCauses
    omissions.cutTraces += Number(trace.limitExceeded)
    if (filter !== undefined && !matchesFilter(filter.expression, trace, summary)) return
    matches.push({ time, summary })
  })
  matches.sort(compareMatches)
  return { summaries: matches.map((match) => match.summary), documents, omissions }
}

function compareMatches(left: Match, right: Match): number {
  if (left.time !== right.time) return left.time > right.time ? -1 : 1
  return left.summary.id < right.summary.id ? -1 : 1
}
