import type { GetTraceGraphOutput } from '@fluoroscope/model'
import { bad, GetTraceGraphInput, ok, parseTraceId } from '@fluoroscope/model'
import { linkedTraceIds, producersIn } from '../../analyse/linked-producers.ts'
import { callsOfTrace, graphOfTrace } from '../../analyse/service-graph.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'
import { printServices } from '../service-graph.ts'
import type { FindTraces } from './batch-get-traces.ts'

/** xray-behaviour 6.2: the graph of one trace, its client and what sent it messages included. */
export function getTraceGraph(findTraces: FindTraces): Operation {
  return operation(
    'GetTraceGraph',
    '/TraceGraph',
    GetTraceGraphInput,
    async ({ TraceIds, NextToken }) => {
      if (typeof NextToken === 'string') {
        return bad(invalidRequest('NextToken is currently not supported'))
      }
      const [text, ...more] = TraceIds
      if (text === undefined) return bad(invalidRequest('Zero trace ids provided'))
      if (more.length > 0) return bad(invalidRequest('Currently only one trace Id is supported'))
      const id = parseTraceId(text)
      if (id === undefined) return bad(invalidRequest('Invalid traceId. ErrorCode: InvalidId'))
      const trace = (await findTraces([id])).get(id)
      if (trace === undefined) return bad(invalidRequest('Trace id not found'))
      const linked = [...linkedTraceIds(callsOfTrace(trace))]
      const senders = linked.length === 0 ? [] : [...(await findTraces(linked)).values()]
      const producers = producersIn(new Map(senders.map((each) => [each.id, callsOfTrace(each)])))
      const output: GetTraceGraphOutput = {
        Services: printServices(graphOfTrace(trace, producers), false),
        NextToken: null,
      }
      return ok(output)
    },
  )
}
