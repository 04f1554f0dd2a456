import type { BatchGetTracesOutput, Segment, Trace, TraceId } from '@fluoroscope/model'
import { BatchGetTracesInput, bad, millisecondSeconds, ok, printSegment } from '@fluoroscope/model'
import { traceDuration } from '../../query/trace-times.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest } from '../operation-error.ts'
import { readTraceIds } from '../trace-ids.ts'

/** The traces that are known, in any order, as far as limits allow. */
export type FindTraces = (
  ids: readonly TraceId[],
) => Promise<ReadonlyMap<TraceId, Trace & { readonly limitExceeded: boolean }>>

/** xray-behaviour 6.2: traces in the order they were asked for, the root segment first. */
export function batchGetTraces(findTraces: FindTraces): Operation {
  return operation(
    'BatchGetTraces',
    '/Traces',
    BatchGetTracesInput,
    async ({ TraceIds, NextToken }) => {
      if (typeof NextToken === 'string') {
        return bad(invalidRequest('NextToken is currently not supported'))
      }
      if (TraceIds.length > MAX_TRACES) {
        return bad(invalidRequest(`Exceeding maximum query size: ${MAX_TRACES}`))
      }
      const ids = readTraceIds(TraceIds)
      if (!ids.ok) return ids
      const traces = await findTraces(ids.value)
      const output: BatchGetTracesOutput = {
        Traces: ids.value.flatMap((id) => {
          const trace = traces.get(id)
          return trace === undefined ? [] : [printTrace(trace)]
        }),
        UnprocessedTraceIds: [],
        NextToken: null,
      }
      return ok(output)
    },
  )
}

const MAX_TRACES = 5

function printTrace(
  trace: Trace & { readonly limitExceeded: boolean },
): BatchGetTracesOutput['Traces'][number] {
  const duration = traceDuration(trace)
  return {
    Id: trace.id,
    Duration: duration === undefined ? null : millisecondSeconds(duration),
    LimitExceeded: trace.limitExceeded,
    Segments: [...trace.segments, ...trace.inferred].map(printDocument),
  }
}

/** A segment as `BatchGetTraces` gives it. */
export function printDocument(segment: Segment): {
  readonly Id: string
  readonly Document: string
} {
  return { Id: segment.id, Document: JSON.stringify(printSegment(segment)) }
}
