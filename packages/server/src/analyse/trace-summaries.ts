import type { MatchedService, TraceId, TraceSummary, UnixNanos } from '@fluoroscope/model'
import { assert, unixNanos } from '@fluoroscope/model'
import type { Candidate } from '../query/candidate-traces.ts'
import { findCandidates, findNewestMinute } from '../query/candidate-traces.ts'
import { countTraces, type FindChangedMinutes } from '../query/count-traces.ts'
import { DEFAULT_TRACE_LIMITS, type FoundTrace, visitTraces } from '../query/find-traces.ts'
import type { MinuteRange } from '../query/minute-list.ts'
import { minutesTouched } from '../query/minute-range.ts'
import { findRangeReach, type RangeReach } from '../query/minute-reach.ts'
import type { PagePosition } from '../query/page-token.ts'
import { findRareTraces } from '../query/rare-traces.ts'
import type { TimeWindow, TraceSearch } from '../query/trace-search.ts'
import { liesIn, matchedTime, windowOf } from '../query/trace-search.ts'
import type { Database } from '../store/database.ts'
import { matchesFilter } from './evaluate-filter.ts'
import { matchServices, type ServiceMatch } from './matched-service.ts'
import { summarizeTrace } from './trace-summary.ts'

export type TraceSummariesRequest = {
  readonly search: TraceSearch
  /** Undefined for the first page. */
  readonly position: PagePosition | undefined
  /** A first page knows what was received until then; later ones go by their position. */
  readonly asOf: UnixNanos
  /** Summaries a page, 1 to 1,000. */
  readonly pageSize: number
}

export type TraceSummariesPage = {
  /** Newest first by the time the search selects by, then by id. */
  readonly summaries: readonly TraceSummary[]
  /** In searches by `Service`: the service of the filter by which each was found. */
  readonly matchedServices: ReadonlyMap<TraceId, MatchedService>
  /** Traces in the part of the range that the page covers, whether they match the filter or not. */
  readonly processed: number
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
 * its end backwards, so that the newest traces of a large range are found without reading all of it;
 * where a filter asks for what few traces have, all of it is one window with these traces alone.
 * A trace belongs to the one window that holds its matched time, so no page shows it twice and none
 * leaves it out.
 * @param findChanged what of the computed minutes must not be counted; undefined to count documents
 * @throws StoreError
 */
export async function findTraceSummaries(
  database: Database,
  request: TraceSummariesRequest,
  findChanged?: FindChangedMinutes,
): Promise<TraceSummariesPage> {
  const { search, pageSize } = request
  assert(pageSize >= 1 && pageSize <= MAX_PAGE_SIZE, `a page of ${pageSize} summaries`)
  const first = request.position ?? firstPosition(search, request.asOf)
  const page = new PageReading(search)
  if (first === undefined) return page.finish(0, undefined)
  const rest = wholeRest(search, first)
  const known = await findKnown(database, search, rest.window, findChanged)
  const { changed } = known
  const findAgain =
    changed &&
    ((range: MinuteRange) =>
      Promise.resolve(changed.filter((minute) => liesInRange(minute, range))))
  const countUntil = (end: PagePosition | undefined) =>
    countTraces(database, search, { position: first, next: end }, findAgain ?? findChanged)
  const all = known.among
  if (
    known.reach !== undefined &&
    all !== undefined &&
    all.length <= Math.min(pageSize, CHUNK_SIZE)
  ) {
    const [processed] = await Promise.all([
      countUntil(undefined),
      page.read(database, { ids: all, ...rest }),
    ])
    return page.finish(processed, undefined)
  }
  const position = all === undefined ? first : rest
  return readWindows(database, { search, position, known, pageSize }, page, countUntil)
}

type WindowsRequest = {
  readonly search: TraceSearch
  readonly position: PagePosition
  readonly known: Known
  readonly pageSize: number
}

/** Reads on from window to window until the page is full or the range ends. */
async function readWindows(
  database: Database,
  { search, position, known, pageSize }: WindowsRequest,
  page: PageReading,
  countUntil: (end: PagePosition | undefined) => Promise<number>,
): Promise<TraceSummariesPage> {
  const size = {
    enough: enoughSummaries(search, pageSize),
    traces: pageSize * MAX_TRACES_PER_SUMMARY,
  }
  let next: PagePosition | undefined = position
  let processed: Promise<number> | undefined
  while (next !== undefined && !page.isDone(size)) {
    const { window }: PagePosition = next
    const request = { search, position: next, ...known, wanted: pageSize - page.found }
    const chunk: Chunk = await findChunk(database, request)
    if (chunk.next === undefined && isNarrowed(search)) processed = countUntil(undefined)
    const ids = chunk.candidates.map((candidate) => candidate.id)
    // Awaited with the matches, or after the loop.
    await Promise.all([processed, page.read(database, { ids, window })])
    next = chunk.next
    await othersTurn()
  }
  // Where the rows tell nothing every trace was read, and has been counted.
  if (!isNarrowed(search)) return page.finish(page.within, next)
  return page.finish(await (processed ?? countUntil(next)), next)
}

/** What is known of the traces of a range before any of its windows is looked at. */
type Known = {
  /** All traces that can match, where these are few. */
  readonly among: readonly TraceId[] | undefined
  /** Where traces have documents; of searches by `TraceId`, unless too much has changed. */
  readonly reach: RangeReach | undefined
  /** Minutes of the range whose starts, as computed, may lack documents; undefined where nobody asked. */
  readonly changed: readonly number[] | undefined
}

async function findKnown(
  database: Database,
  { timeRangeType, filter, sampled }: TraceSearch,
  window: TimeWindow,
  findChanged: FindChangedMinutes | undefined,
): Promise<Known> {
  const conditions = filter?.conditions ?? []
  const range = minutesTouched(window)
  const isReachKept = timeRangeType === 'TraceId' && sampled === 1 && conditions.length > 0
  const changed = isReachKept && range !== undefined ? await findChanged?.(range) : undefined
  const reach = range && changed && (await findRangeReach(database, range, changed))
  const near = reach && { window, reach }
  return { reach, changed, among: await findRareTraces(database, conditions, near) }
}

function liesInRange(minute: number, { from, to }: MinuteRange): boolean {
  return minute >= from && minute < to
}

const MAX_PAGE_SIZE = 1000

/** A page ends where most of what it looks at does not match, or where traces are very large. */
type PageLimits = {
  readonly enough: number
  readonly traces: number
}

const MAX_CHUNKS = 50
const MAX_TRACES_PER_SUMMARY = 2
const MAX_DOCUMENTS = 5000

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
/** Where the rows tell what cannot match, a window costs little, and a query more than its rows. */
const NARROWED_FIRST_STEP_NANOS = 10n * FIRST_STEP_NANOS
const MAX_STEP_GROWTH = 16n
const MAX_STEP = 2n ** 63n

function firstPosition(search: TraceSearch, asOf: UnixNanos): PagePosition | undefined {
  const range = windowOf(search)
  if (range.from >= range.until) return undefined
  const step = isNarrowed(search) ? NARROWED_FIRST_STEP_NANOS : FIRST_STEP_NANOS
  return { asOf, window: windowBefore(range.until, step, range), step, after: undefined }
}

type Chunk = {
  readonly candidates: readonly Candidate[]
  readonly next: PagePosition | undefined
}

type ChunkRequest = {
  readonly search: TraceSearch
  readonly position: PagePosition
  /** All traces that can match, if known; then the window is all the rest of the range. */
  readonly among: readonly TraceId[] | undefined
  readonly reach: RangeReach | undefined
  /** Summaries that the page has room for. */
  readonly wanted: number
}

/** The rest of the range as one window. */
function wholeRest(search: TraceSearch, position: PagePosition): PagePosition {
  const { from } = windowOf(search)
  return { ...position, window: { from, until: position.window.until } }
}

/** Some more candidates of the position's window, and where to go on behind them. */
async function findChunk(database: Database, request: ChunkRequest): Promise<Chunk> {
  const { search, position, among, reach, wanted } = request
  if (among?.length === 0) return { candidates: [], next: undefined }
  const size = Math.min(wanted, CHUNK_SIZE)
  // One more tells whether the window has more.
  const limited = { ...position, among, reach, limit: size + 1 }
  const found = await findCandidates(database, search, limited)
  const candidates = found.slice(0, size)
  if (found.length > size) return { candidates, next: { ...position, after: candidates.at(-1) } }
  return { candidates, next: await nextWindow(database, request, found.length) }
}

/**
 * The window before one that has no more: as long as it takes to find what is wanted where that is as
 * dense there, and reaching over the minutes in which nothing started where nothing was found at all.
 */
async function nextWindow(
  database: Database,
  { search, position, wanted }: ChunkRequest,
  found: number,
): Promise<PagePosition | undefined> {
  const { asOf, window, step, after } = position
  const range = windowOf(search)
  if (window.from <= range.from) return undefined
  // A window of which only the end was looked at tells nothing of what is before it.
  const nextStep = after === undefined ? grownStep(step, found, wanted) : step
  const next = windowBefore(window.from, nextStep, range)
  // That no candidate was found does not mean that nothing is there.
  if (found > 0 || isNarrowed(search))
    return { asOf, window: next, step: nextStep, after: undefined }
  const rest = { from: range.from, until: window.from }
  const newest = (await findNewestMinute(database, rest)) ?? range.from
  const reaching = newest < next.from ? { from: newest, until: window.from } : next
  return { asOf, window: reaching, step: nextStep, after: undefined }
}

/** A little longer than needed by what was found, and at most so many times as long. */
function grownStep(step: bigint, found: number, wanted: number): bigint {
  const needed = BigInt(Math.ceil((1.3 * Math.max(wanted - found, 1)) / Math.max(found, 1)))
  const growth = needed < MAX_STEP_GROWTH ? needed : MAX_STEP_GROWTH
  return step * growth < MAX_STEP ? step * growth : MAX_STEP
}

function isNarrowed({ filter }: TraceSearch): boolean {
  return filter !== undefined && filter.conditions.length > 0
}

function windowBefore(until: UnixNanos, length: bigint, range: TimeWindow): TimeWindow {
  const from = until - length
  return { from: from < range.from ? range.from : unixNanos(from), until }
}

/** Traces to read: those that rows let through, or all that can match. */
type Candidates = {
  readonly ids: readonly TraceId[]
  readonly window: TimeWindow
  /** Where no query has left these out: what is not behind this trace, and what was received later. */
  readonly after?: Candidate | undefined
  readonly asOf?: UnixNanos
}

type Match = {
  readonly time: UnixNanos
  readonly summary: TraceSummary
  readonly service: MatchedService | undefined
}

/** A page as far as it has been read. */
class PageReading {
  readonly #search: TraceSearch
  readonly #summaries: TraceSummary[] = []
  readonly #matchedServices = new Map<TraceId, MatchedService>()
  readonly #omissions = { rootCauses: 0, cutTraces: 0 }
  #chunks = 0
  #read = 0
  #within = 0
  #documents = 0

  constructor(search: TraceSearch) {
    this.#search = search
  }

  /** Summaries so far. */
  get found(): number {
    return this.#summaries.length
  }

  /** Traces read whose time lies in the windows that were read. */
  get within(): number {
    return this.#within
  }

  isDone({ enough, traces }: PageLimits): boolean {
    if (this.found >= enough || this.#read >= traces) return true
    return this.#chunks >= MAX_CHUNKS || this.#documents >= MAX_DOCUMENTS
  }

  /** Adds the candidates that do match within the window and by the filter, newest first. */
  async read(database: Database, { ids, window, after, asOf }: Candidates): Promise<void> {
    const matches: Match[] = []
    const visit = (trace: FoundTrace) => {
      const match = this.#visit(trace, window)
      if (match !== undefined && (after === undefined || isBehind(match, after)))
        matches.push(match)
    }
    await visitTraces(database, ids, visit, DEFAULT_TRACE_LIMITS, asOf)
    matches.sort(compareMatches)
    for (const { summary, service } of matches) {
      this.#summaries.push(summary)
      if (service !== undefined) this.#matchedServices.set(summary.id, service)
    }
    this.#chunks += 1
    this.#read += ids.length
  }

  finish(processed: number, next: PagePosition | undefined): TraceSummariesPage {
    const [summaries, matchedServices] = [this.#summaries, this.#matchedServices]
    return { summaries, matchedServices, processed, next, omissions: this.#omissions }
  }

  #visit(trace: FoundTrace, window: TimeWindow): Match | undefined {
    const search = this.#search
    this.#documents += trace.documents
    const time = matchedTime(trace, search)
    if (time === undefined) return undefined
    // The time of a service may lie in the window where that of its trace does not.
    const isWithin = liesIn(time, window)
    if (isWithin) this.#within += 1
    else if (search.timeRangeType !== 'Service') return undefined
    const summary = summarizeTrace(trace)
    // Also of a trace that does not match: what is missing might have matched.
    this.#omissions.rootCauses += summary.omittedRootCauses
    this.#omissions.cutTraces += Number(trace.limitExceeded)
    const { filter } = search
    if (filter !== undefined && !matchesFilter(filter.expression, trace, summary)) return undefined
    const match = { time, summary, service: undefined }
    if (search.timeRangeType !== 'Service' || filter === undefined)
      return isWithin ? match : undefined
    return byService(
      match,
      matchServices(filter.expression, trace, summary, windowOf(search)),
      window,
    )
  }
}

/** The match by the time of a service, where the filter names one. */
function byService(
  match: Match,
  found: ServiceMatch | undefined,
  window: TimeWindow,
): Match | undefined {
  const { time, service } = found ?? match
  return time !== undefined && liesIn(time, window) ? { ...match, time, service } : undefined
}

/** In the order of `compareMatches`. */
function isBehind({ time, summary }: Match, after: Candidate): boolean {
  return time < after.time || (time === after.time && summary.id > after.id)
}

function compareMatches(left: Match, right: Match): number {
  if (left.time !== right.time) return left.time > right.time ? -1 : 1
  return left.summary.id < right.summary.id ? -1 : 1
}
