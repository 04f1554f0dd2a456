import type {
  FilterExpression,
  MatchedService,
  Segment,
  Trace,
  TraceSummary,
  UnixNanos,
} from '@fluoroscope/model'
import { durationOf } from '@fluoroscope/model'
import { serviceKeyOf } from '../query/service-key.ts'
import { entitiesOf } from '../query/trace-entities.ts'
import { latestEnd, type TimeWindow } from '../query/trace-search.ts'
import { selectedSegments } from './evaluate-filter.ts'
import { outcomesOf } from './trace-summary.ts'

export type ServiceMatch = {
  /** The last end of the services within the range; undefined for none. */
  readonly time: UnixNanos | undefined
  /** The one that ended then. */
  readonly service: MatchedService | undefined
}

/**
 * Where the filter of a search by `Service` names services that the trace has, their own times count
 * (xray-behaviour 8.8); undefined where it names none.
 */
export function matchServices(
  filter: FilterExpression,
  trace: Trace,
  summary: TraceSummary,
  range: TimeWindow,
): ServiceMatch | undefined {
  const segments = selectedSegments(filter, trace, summary)
  if (segments.length === 0) return undefined
  let match: ServiceMatch = { time: undefined, service: undefined }
  for (const segment of segments) {
    const time = latestEnd([segment], range)
    if (time === undefined || (match.time !== undefined && time <= match.time)) continue
    match = { time, service: describe(segment, summary) }
  }
  return match
}

function describe(segment: Segment, summary: TraceSummary): MatchedService {
  return {
    annotations: annotationsOf(segment, summary),
    responseTime: durationOf(segment),
    ...outcomesOf(segment),
  }
}

/** Of the annotations that the summary shows those that this segment says. */
function annotationsOf(segment: Segment, summary: TraceSummary): MatchedService['annotations'] {
  const said = [...entitiesOf([segment])].flatMap(({ annotations }) => [...annotations])
  const services = [serviceKeyOf(segment)]
  return new Map(
    [...summary.annotations].flatMap(([key, uses]) => {
      const own = uses.filter(({ value }) =>
        said.some(([name, each]) => name === key && each === value),
      )
      return own.length === 0 ? [] : [[key, own.map(({ value }) => ({ value, services }))] as const]
    }),
  )
}
