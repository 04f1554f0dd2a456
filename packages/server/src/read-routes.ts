import type { UnixNanos } from '@fluoroscope/model'
import type { ServiceGraphs } from './analyse/service-graphs.ts'
import { findSpanTrace, findSpanTraces } from './analyse/span-search.ts'
import type { Omissions } from './omissions.ts'
import { findLinkingSegments } from './query/linking-segments.ts'
import { findServiceNames } from './query/service-names.ts'
import { findStatementTrend } from './query/statement-trend.ts'
import { jaegerRoutes } from './show/jaeger/jaeger-routes.ts'
import type { ReadRoute, SpanReads } from './show/read-route.ts'
import { statementTrendRoute } from './show/statement-trend.ts'
import { tempoRoutes } from './show/tempo/tempo-routes.ts'
import { traceExportRoute } from './show/trace-export.ts'
import { traceLinksRoute } from './show/trace-links.ts'
import type { Database } from './store/database.ts'

export type ReadRoutesOptions = {
  readonly database: Database
  readonly graphs: ServiceGraphs
  readonly now: () => UnixNanos
  /** What a search looks at was received until then. */
  readonly snapshot: () => UnixNanos
  readonly omissions: Omissions
}

/** The export of a trace, who links to it and what else the console asks, and the APIs of Jaeger and Tempo, for the tools that read by them. */
export function createReadRoutes(options: ReadRoutesOptions): readonly ReadRoute[] {
  const { database, graphs, now, snapshot, omissions } = options
  const reads: SpanReads = {
    findTrace: async (id) => {
      const trace = await findSpanTrace(database, id)
      omissions.add('ends-of-traces', Number(trace?.limitExceeded ?? false))
      return trace
    },
    search: async (search, match) => {
      const result = await findSpanTraces(database, { ...search, asOf: snapshot() }, match)
      omissions.add('ends-of-traces', result.cut)
      return result
    },
    findServices: () => findServiceNames(database),
    findLinkingSegments: (id, limit) => findLinkingSegments(database, id, limit),
    findStatementTrend: (question) => findStatementTrend(database, question),
    findGraph: (from, to) => graphs.graph(from, to),
    now,
  }
  return [
    traceExportRoute(reads),
    traceLinksRoute(reads),
    statementTrendRoute(reads),
    ...jaegerRoutes(reads),
    ...tempoRoutes(reads),
  ]
}
