import type {
  GetTraceSummariesOutput,
  MatchedService,
  RequestContext,
  Result,
  TraceId,
  TraceSummary,
  UnixNanos,
} from '@fluoroscope/model'
import {
  bad,
  GetTraceSummariesInput,
  ok,
  parseFilter,
  replaceGroups,
  secondsFromUnixNanos,
} from '@fluoroscope/model'
import type * as v from 'valibot'
import { compileFilter } from '../../query/compile-filter.ts'
import { type PagePosition, parsePageToken, printPageToken } from '../../query/page-token.ts'
import { type TraceFilter, type TraceSearch, windowOf } from '../../query/trace-search.ts'
import { type Operation, operation } from '../operation.ts'
import { invalidRequest, type OperationError } from '../operation-error.ts'
import { type FindGroups, resolveGroup } from '../resolve-group.ts'
import { type RangeLimit, timeRangeError } from '../time-range.ts'
import { printTraceSummary } from '../trace-summary.ts'

export type FindTraceSummaries = (request: {
  readonly search: TraceSearch
  /** Undefined for the first page. */
  readonly position: PagePosition | undefined
  /** What a first page looks at was received until then. */
  readonly asOf: UnixNanos
  readonly pageSize: number
}) => Promise<{
  readonly summaries: readonly TraceSummary[]
  /** The service of the filter by which each was found, in searches by service. */
  readonly matchedServices: ReadonlyMap<TraceId, MatchedService>
  /** Traces in the part of the range that the page covers. */
  readonly processed: number
  readonly next: PagePosition | undefined
}>

const PAGE_SIZE = 100

/** xray-behaviour 6.2, 8.8 to 8.10. */
export function getTraceSummaries(
  findTraceSummaries: FindTraceSummaries,
  snapshot: () => UnixNanos,
  limit: RangeLimit,
  findGroups: FindGroups,
): Operation {
  return operation(
    'GetTraceSummaries',
    '/TraceSummaries',
    GetTraceSummariesInput,
    async (input, context) => {
      const problem = timeRangeError(input.StartTime, input.EndTime, limit)
      if (problem !== undefined) return bad(problem)
      const search = await readSearch(input, findGroups, context)
      if (!search.ok) return search
      const position = readPosition(search.value, input.NextToken)
      if (!position.ok) return position
      const page = await findTraceSummaries({
        search: search.value,
        position: position.value,
        asOf: snapshot(),
        pageSize: PAGE_SIZE,
      })
      return ok(printPage(search.value, page))
    },
  )
}

type Input = v.InferOutput<typeof GetTraceSummariesInput>

async function readSearch(
  input: Input,
  findGroups: FindGroups,
  context: RequestContext,
): Promise<Result<TraceSearch, OperationError>> {
  const filter = await readFilter(input.FilterExpression ?? '', findGroups, context)
  if (!filter.ok) return filter
  const timeRangeType = input.TimeRangeType ?? 'TraceId'
  const sampled = readSampling(input, timeRangeType)
  if (!sampled.ok) return sampled
  return ok({
    timeRangeType,
    from: input.StartTime,
    to: input.EndTime,
    sampled: sampled.value,
    filter: filter.value,
  })
}

/** A blank expression is none (xray-behaviour 10.5). */
async function readFilter(
  text: string,
  findGroups: FindGroups,
  context: RequestContext,
): Promise<Result<TraceFilter | undefined, OperationError>> {
  if (text.trim() === '') return ok(undefined)
  const parsed = parseFilter(text)
  if (!parsed.ok) return bad(invalidRequest(parsed.problem.message))
  const groups = await findGroups()
  const filter = replaceGroups(parsed.value, (group) => resolveGroup(groups, group, context))
  if (!filter.ok) return bad(invalidRequest(filter.problem))
  return ok({ expression: filter.value, conditions: compileFilter(filter.value) })
}

/** The fraction of traces to look at; everything but a fixed rate looks at all (8.9). */
function readSampling(
  { Sampling, SamplingStrategy }: Input,
  timeRangeType: TraceSearch['timeRangeType'],
): Result<number, OperationError> {
  if (Sampling !== true || SamplingStrategy?.Name !== 'FixedRate') return ok(1)
  if (timeRangeType !== 'Event') {
    const advice = 'Please try using time range type: Event'
    return bad(
      invalidRequest(
        `Cannot use FixedRate with input time range type: ${timeRangeType}. ${advice}`,
      ),
    )
  }
  const rate = SamplingStrategy.Value ?? -1
  if (rate >= 0 && rate <= 1) return ok(rate)
  return bad(invalidRequest('sampling rate must be specified and its value must be between [0, 1]'))
}

function readPosition(
  search: TraceSearch,
  token: string | null | undefined,
): Result<PagePosition | undefined, OperationError> {
  if (typeof token !== 'string') return ok(undefined)
  const position = parsePageToken(search, token)
  return position.ok ? position : bad(invalidRequest(position.problem))
}

function printPage(
  search: TraceSearch,
  { summaries, matchedServices, processed, next }: Awaited<ReturnType<FindTraceSummaries>>,
): GetTraceSummariesOutput {
  const matchedByEvent = search.timeRangeType !== 'TraceId'
  return {
    TraceSummaries: summaries.map((summary) =>
      printTraceSummary(summary, matchedByEvent, matchedServices.get(summary.id)),
    ),
    ApproximateTime: Math.floor(secondsFromUnixNanos(windowOf(search).from)),
    TracesProcessedCount: processed,
    NextToken: next === undefined ? null : printPageToken(search, next),
  }
}
