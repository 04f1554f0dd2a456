import type { ServiceGraph, TraceId, UnixNanos } from '@fluoroscope/model'
import type { SpanSearch, SpanSearchResult, SpanTrace } from '../analyse/span-search.ts'
import type { LinkingSegment } from '../query/linking-segments.ts'
import type { StatementQuestion, StatementTrend } from '../query/statement-trend.ts'

/** A GET of one of the APIs that tracing tools read by. */
export type ReadRoute = {
  /** For the counts of requests. */
  readonly name: string
  readonly path: string
  answer(request: ReadRequest): Promise<Response> | Response
}

export type ReadRequest = {
  readonly query: URLSearchParams
  /** A part of the path by its name, decoded; empty where there is none. */
  readonly part: (name: string) => string
  /** The header of that name. */
  readonly accept: string
}

/** What these APIs ask of the rest of the program. All but `now` throw StoreError. */
export type SpanReads = {
  readonly findTrace: (id: TraceId) => Promise<SpanTrace | undefined>
  readonly search: <Match>(
    search: Omit<SpanSearch, 'asOf'>,
    match: (trace: SpanTrace) => Match | undefined,
  ) => Promise<SpanSearchResult<Match>>
  /** Names, sorted. */
  readonly findServices: () => Promise<readonly string[]>
  /** Of other traces, by their start. */
  readonly findLinkingSegments: (id: TraceId, limit: number) => Promise<readonly LinkingSegment[]>
  readonly findStatementTrend: (question: StatementQuestion) => Promise<StatementTrend>
  readonly findGraph: (from: UnixNanos, to: UnixNanos) => Promise<ServiceGraph>
  readonly now: () => UnixNanos
}
