import type {
  GetInsightImpactGraphOutput,
  ImpactServiceOutput,
  ServiceGraph,
  ServiceOutput,
  UnixNanos,
} from '@fluoroscope/model'
import { bad, GetInsightImpactGraphInput, ok, secondsFromUnixNanos } from '@fluoroscope/model'
import { impactGraph } from '../../analyse/impact-graph.ts'
import { invalidToken } from '../../query/sealed-token.ts'
import { type FindInsight, namedInsight } from '../find-insight.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'
import { printBounds, printServices } from '../service-graph.ts'
import { ageError, SIX_HOURS, timeRangeError } from '../time-range.ts'

/** All traces that start in `[from, to)`. @throws StoreError */
export type FindServiceGraph = (from: UnixNanos, to: UnixNanos) => Promise<ServiceGraph>

/** xray-behaviour 6.5: who can be harmed by the root cause. All fits one page. */
export function getInsightImpactGraph(
  findInsight: FindInsight,
  findServiceGraph: FindServiceGraph,
  now: () => UnixNanos,
): Operation {
  return operation(
    'GetInsightImpactGraph',
    '/InsightImpactGraph',
    GetInsightImpactGraphInput,
    async ({ InsightId, StartTime, EndTime, NextToken }) => {
      if (typeof NextToken === 'string') return bad(invalidRequest(invalidToken(NextToken)))
      const problem =
        ageError(StartTime, EndTime, now()) ?? timeRangeError(StartTime, EndTime, SIX_HOURS)
      if (problem !== undefined) return bad(problem)
      const insight = await namedInsight(findInsight, InsightId)
      if (!insight.ok) return insight
      const { id, rootCause } = insight.value
      const graph = impactGraph(await findServiceGraph(StartTime, EndTime), rootCause)
      const services = printServices(graph, true)
      const bounds = printBounds(services)
      const output: GetInsightImpactGraphOutput = {
        InsightId: id,
        StartTime: secondsFromUnixNanos(StartTime),
        EndTime: secondsFromUnixNanos(EndTime),
        ServiceGraphStartTime: bounds.StartTime,
        ServiceGraphEndTime: bounds.EndTime,
        Services: services.map(printImpact),
        NextToken: null,
      }
      return ok(output)
    },
  )
}

function printImpact({ ReferenceId, Type, Name, Names, AccountId, Edges }: ServiceOutput) {
  const service: ImpactServiceOutput = {
    ReferenceId,
    Type,
    Name,
    Names,
    AccountId,
    Edges: Edges.map((edge) => ({ ReferenceId: edge.ReferenceId })),
  }
  return service
}
