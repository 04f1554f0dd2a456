import type { GetServiceGraphOutput, Group, ServiceGraph, UnixNanos } from '@fluoroscope/model'
import { bad, GetServiceGraphInput, ok } from '@fluoroscope/model'
import { hasOldVersions } from '../../analyse/trace-selection.ts'
import { graphGroup } from '../graph-group.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'
import type { FindGroups } from '../resolve-group.ts'
import { printBounds, printServices } from '../service-graph.ts'
import { type RangeLimit, timeRangeError } from '../time-range.ts'

/** The graph of the traces of a group that start in `[from, to)`. @throws StoreError */
export type FindGroupGraph = (from: UnixNanos, to: UnixNanos, group: Group) => Promise<ServiceGraph>

/** xray-behaviour 6.2. */
export function getServiceGraph(
  findGraph: FindGroupGraph,
  findGroups: FindGroups,
  limit: RangeLimit,
): Operation {
  return operation(
    'GetServiceGraph',
    '/ServiceGraph',
    GetServiceGraphInput,
    async (input, context) => {
      const { StartTime, EndTime, NextToken } = input
      if (typeof NextToken === 'string') {
        return bad(invalidRequest('NextToken is currently not supported'))
      }
      const problem = timeRangeError(StartTime, EndTime, limit)
      if (problem !== undefined) return bad(problem)
      const group = await graphGroup(findGroups, input, context)
      if (!group.ok) return group
      const graph = await findGraph(StartTime, EndTime, group.value)
      const services = printServices(graph, true)
      const output: GetServiceGraphOutput = {
        ...printBounds(services),
        Services: services,
        ContainsOldGroupVersions: hasOldVersions(group.value, StartTime),
        NextToken: null,
      }
      return ok(output)
    },
  )
}
