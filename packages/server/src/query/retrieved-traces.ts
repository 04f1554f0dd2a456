import type { Trace } from '@fluoroscope/model'
import type { Database } from '../store/database.ts'
import type { TraceRetrieval } from '../store/trace-retrievals.ts'
import { type FoundTrace, findTraces, visitTraces } from './find-traces.ts'
import { matchedTime } from './trace-search.ts'

/** The first span of a page: its trace by the place among those asked for, and its place in the trace. */
export type RetrievedPosition = { readonly trace: number; readonly span: number }

export type RetrievedPage<Span> = {
  /** Traces, or parts of them, in the order they were asked for. */
  readonly parts: readonly { readonly trace: FoundTrace; readonly spans: readonly Span[] }[]
  /** Undefined behind the last span. */
  readonly next: RetrievedPosition | undefined
}

/** Bounds of X-Ray (xray-behaviour 12.8). */
const PARTS_A_PAGE = 5
const SPANS_A_PART = 100

/**
 * The next page of a retrieval. Traces are read as they were when it was made, so that pages fit
 * together.
 * @param spansOf what a trace is cut into, in an order that does not change
 * @throws StoreError
 */
export async function findRetrievedPage<Span>(
  database: Database,
  retrieval: TraceRetrieval,
  position: RetrievedPosition,
  spansOf: (trace: Trace) => readonly Span[],
): Promise<RetrievedPage<Span>> {
  const parts: Part<Span>[] = []
  for await (const part of partsBehind(database, retrieval, position, spansOf)) {
    parts.push(part)
    if (parts.length < PARTS_A_PAGE) continue
    return { parts, next: part.end.trace < retrieval.traceIds.length ? part.end : undefined }
  }
  return { parts, next: undefined }
}

type Part<Span> = RetrievedPage<Span>['parts'][number] & { readonly end: RetrievedPosition }

async function* partsBehind<Span>(
  database: Database,
  { traceIds, created, ...range }: TraceRetrieval,
  { trace: first, span: firstSpan }: RetrievedPosition,
  spansOf: (trace: Trace) => readonly Span[],
): AsyncGenerator<Part<Span>> {
  for (let from = first; from < traceIds.length; from += PARTS_A_PAGE) {
    const ids = traceIds.slice(from, from + PARTS_A_PAGE)
    const found = await findTraces(database, ids, undefined, created)
    for (const [index, id] of ids.entries()) {
      const trace = found.get(id)
      if (trace === undefined || !isWanted(trace, range)) continue
      const at = from + index
      yield* partsOf(trace, spansOf(trace), { trace: at, span: at === first ? firstSpan : 0 })
    }
  }
}

/** One at least: a trace of which no span is shown is still told of. */
function* partsOf<Span>(
  trace: FoundTrace,
  spans: readonly Span[],
  { trace: at, span: first }: RetrievedPosition,
): Generator<Part<Span>> {
  let from = first
  do {
    const until = from + SPANS_A_PART
    const end = until < spans.length ? { trace: at, span: until } : { trace: at + 1, span: 0 }
    yield { trace, spans: spans.slice(from, until), end }
    from = until
  } while (from < spans.length)
}

/** Hands over the traces of a retrieval, by id, as they were when it was made. @throws StoreError */
export async function visitRetrieved(
  database: Database,
  retrieval: TraceRetrieval,
  visit: (trace: FoundTrace) => void,
): Promise<void> {
  const visitWanted = (trace: FoundTrace) => {
    if (isWanted(trace, retrieval)) visit(trace)
  }
  await visitTraces(database, retrieval.traceIds, visitWanted, undefined, retrieval.created)
}

/** Whole seconds at both ends: some clients send no fractions. */
function isWanted(trace: Trace, { from, to }: Pick<TraceRetrieval, 'from' | 'to'>): boolean {
  const range = { timeRangeType: 'TraceId', from, to, sampled: 1, filter: undefined } as const
  return matchedTime(trace, range) !== undefined
}
