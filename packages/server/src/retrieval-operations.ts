import { randomBytes } from 'node:crypto'
import type { UnixNanos } from '@fluoroscope/model'
import { retrievedGraph } from './analyse/retrieved-graph.ts'
import type { Omissions } from './omissions.ts'
import { findRetrievedPage } from './query/retrieved-traces.ts'
import { cancelTraceRetrieval } from './show/operation/cancel-trace-retrieval.ts'
import {
  type FindRetrievedGraph,
  getRetrievedTracesGraph,
} from './show/operation/get-retrieved-traces-graph.ts'
import {
  type FindRetrievedPage,
  listRetrievedTraces,
} from './show/operation/list-retrieved-traces.ts'
import { startTraceRetrieval } from './show/operation/start-trace-retrieval.ts'
import type { Operation } from './show/operation.ts'
import type { Database } from './store/database.ts'
import { TraceRetrievals } from './store/trace-retrievals.ts'

export type RetrievalOperationsOptions = {
  readonly database: Database
  readonly now: () => UnixNanos
  readonly omissions: Omissions
}

/** The operations that hand out many traces page by page. */
export function retrievalOperations({
  database,
  now,
  omissions,
}: RetrievalOperationsOptions): readonly Operation[] {
  const retrievals = new TraceRetrievals(database)
  const options = { retrievals, now, randomBytes: () => randomBytes(TOKEN_BYTES) }
  const findPage: FindRetrievedPage = async (retrieval, position, spansOf) => {
    const page = await findRetrievedPage(database, retrieval, position, spansOf)
    const cut = new Set(
      page.parts.filter(({ trace }) => trace.limitExceeded).map(({ trace }) => trace),
    )
    omissions.add('ends-of-traces', cut.size)
    return page
  }
  const findGraph: FindRetrievedGraph = async (retrieval) => {
    const found = await retrievedGraph(database, retrieval)
    omissions.add('ends-of-traces', found.cutTraces)
    omissions.add('links-of-services', found.omittedLinks)
    return found
  }
  return [
    startTraceRetrieval(options),
    listRetrievedTraces(options, findPage),
    getRetrievedTracesGraph(options, findGraph, (links) =>
      omissions.add('links-of-services', links),
    ),
    cancelTraceRetrieval(options),
  ]
}

const TOKEN_BYTES = 16
