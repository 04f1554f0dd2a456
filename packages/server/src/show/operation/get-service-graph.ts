import type {
  GetServiceGraphOutput,
  RequestContext,
  ServiceGraph,
  UnixNanos,
} from '@fluoroscope/model'
import { bad, DEFAULT_GROUP, GetServiceGraphInput, groupArn, ok } from '@fluoroscope/model'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest, type OperationError } from '../operation-error.ts'
import { printBounds, printServices } from '../service-graph.ts'
import { type RangeLimit, timeRangeError } from '../time-range.ts'

/** The graph of all traces that start in `[from, to)`. */
export type FindServiceGraph = (from: UnixNanos, to: UnixNanos) => Promise<ServiceGraph>

/** xray-behaviour 6.2. */
export function getServiceGraph(findServiceGraph: FindServiceGraph, limit: RangeLimit): Operation {
  return operation(
    'GetServiceGraph',
    '/ServiceGraph',
    GetServiceGraphInput,
    async (input, context) => {
      const { StartTime, EndTime, GroupName, GroupARN, NextToken } = input
      if (typeof NextToken === 'string') {
        return bad(invalidRequest('NextToken is currently not supported'))
      }
      const problem =
        timeRangeError(StartTime, EndTime, limit) ?? groupError(GroupName, GroupARN, context)
      if (problem !== undefined) return bad(problem)
      const services = printServices(await findServiceGraph(StartTime, EndTime), true)
      const output: GetServiceGraphOutput = {
        ...printBounds(services),
        Services: services,
        ContainsOldGroupVersions: false,
        NextToken: null,
      }
      return ok(output)
    },
  )
}

function groupError(
  name: string | null | undefined,
  arn: string | null | undefined,
  context: RequestContext,
): OperationError | undefined {
  if (typeof name === 'string' && typeof arn === 'string') {
    return invalidRequest('Request cannot contain both group name and group ARN')
  }
  const known =
    (typeof name !== 'string' || name === DEFAULT_GROUP.name) &&
    (typeof arn !== 'string' || arn === groupArn(context, DEFAULT_GROUP))
  return known ? undefined : invalidRequest('Group not found.')
}
