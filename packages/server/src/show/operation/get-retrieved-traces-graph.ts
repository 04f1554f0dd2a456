import type {
  GetRetrievedTracesGraphOutput,
  Result,
  RetrievedServiceOutput,
} from '@fluoroscope/model'
import { bad, GetRetrievedTracesGraphInput, ok } from '@fluoroscope/model'
import {
  findRetrieval,
  type KnownRetrieval,
  type RetrievalOptions,
} from '../../act/trace-retrievals.ts'
import type { RetrievedGraph, ServiceLinks } from '../../analyse/retrieved-graph.ts'
import { invalidToken, openToken, sealToken } from '../../query/sealed-token.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest, type OperationError } from '../operation-error.ts'
import { STATUS_OUTPUT } from '../retrieval-status.ts'
import { printServices } from '../service-graph.ts'

/** The graph of all traces of a retrieval. @throws StoreError */
export type FindRetrievedGraph = (
  retrieval: KnownRetrieval['retrieval'],
) => Promise<Pick<RetrievedGraph, 'graph' | 'links'>>

/** Bounds of X-Ray (xray-behaviour 12.8). */
const SERVICES_A_PAGE = 1000
const LINKS_A_SERVICE = 100

/**
 * xray-behaviour 12.8. `ReferenceId`s count the services of all pages.
 * @param onOmitted told how many links an answer has no room for
 */
export function getRetrievedTracesGraph(
  options: RetrievalOptions,
  findGraph: FindRetrievedGraph,
  onOmitted: (links: number) => void,
): Operation {
  return operation(
    'GetRetrievedTracesGraph',
    '/GetRetrievedTracesGraph',
    GetRetrievedTracesGraphInput,
    async ({ RetrievalToken: token, NextToken }) => {
      const known = await findRetrieval(options, token)
      if (!known.ok) return known
      const { retrieval, status } = known.value
      const question = ['GetRetrievedTracesGraph', token]
      const position = readPosition(question, NextToken)
      if (!position.ok) return position
      const services = status === 'complete' ? printGraph(await findGraph(retrieval)) : []
      const end = position.value + SERVICES_A_PAGE
      const page = services.slice(position.value, end)
      onOmitted(page.reduce((sum, { omitted }) => sum + omitted, 0))
      const output: GetRetrievedTracesGraphOutput = {
        RetrievalStatus: STATUS_OUTPUT[status],
        Services: page.map(({ output }) => output),
        NextToken: end < services.length ? sealToken(question, String(end)) : null,
      }
      return ok(output)
    },
  )
}

function readPosition(
  question: readonly unknown[],
  token: string | null | undefined,
): Result<number, OperationError> {
  if (typeof token !== 'string') return ok(0)
  const position = openToken(question, token)
  return position !== undefined && /^\d{1,9}$/.test(position)
    ? ok(Number(position))
    : bad(invalidRequest(invalidToken(token)))
}

type PrintedService = { readonly output: RetrievedServiceOutput; readonly omitted: number }

function printGraph({
  graph,
  links,
}: Awaited<ReturnType<FindRetrievedGraph>>): readonly PrintedService[] {
  return printServices(graph, false).map((service, index) => {
    const own = links[index] ?? []
    return {
      output: { Service: service, Links: own.slice(0, LINKS_A_SERVICE).map(printLinks) },
      omitted: Math.max(0, own.length - LINKS_A_SERVICE),
    }
  })
}

function printLinks({
  referenceType,
  from,
  to,
}: ServiceLinks): RetrievedServiceOutput['Links'][number] {
  return { ReferenceType: referenceType ?? null, SourceTraceId: from, DestinationTraceIds: to }
}
