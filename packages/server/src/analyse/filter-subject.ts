import type {
  AnnotationValue,
  FlagKeyword,
  NumberKeyword,
  Segment,
  TextKeyword,
  Trace,
  TraceSummary,
} from '@fluoroscope/model'
import { durationOf } from '@fluoroscope/model'
import { entitiesOf } from '../query/trace-entities.ts'
import type { FilterTrace, SegmentService } from './filter-trace.ts'
import { type CountedRequest, envelopeOf } from './trace-calls.ts'
import { ec2Text, outcomesOf } from './trace-summary.ts'

/**
 * What a filter asks of a trace, or of the one thing that braces go through. A keyword that the parser
 * does not let stand there has no value.
 */
export type FilterSubject = {
  flag(keyword: FlagKeyword): boolean
  /** Times in seconds. */
  number(keyword: NumberKeyword): number | undefined
  /** Several for what several segments of a trace tell. */
  texts(keyword: TextKeyword): readonly string[]
  annotations(key: string): readonly AnnotationValue[]
}

/** The whole trace: outcomes, times and HTTP are those of its root (xray-behaviour 10.2). */
export function traceSubject(trace: Trace, summary: TraceSummary): FilterSubject {
  const { http, isPartial } = summary
  const outcomes = trace.segments.length === 0 ? undefined : summary
  return {
    flag: (keyword) => {
      if (keyword === 'partial') return isPartial
      if (keyword === 'inferred') return trace.inferred.length > 0
      return outcomeFlag(keyword, outcomes)
    },
    number: (keyword) => {
      if (keyword === 'responsetime') return seconds(summary.responseTime)
      if (keyword === 'duration') return seconds(summary.duration)
      return keyword === 'http.status' ? http.status : undefined
    },
    texts: (keyword) => {
      switch (keyword) {
        case 'user':
          return summary.users.map(({ name }) => name)
        case 'resource.arn':
          return summary.resourceArns
        case 'instance.id':
          return summary.instanceIds
        case 'availabilityzone':
          return summary.availabilityZones
        default:
          return given(httpText(keyword, http))
      }
    },
    annotations: (key) => annotationValues(trace.segments, key),
  }
}

/** One segment of a service; an inferred one tells what its caller saw. */
export function serviceSubject(service: SegmentService, whole: FilterTrace): FilterSubject {
  const { segment, key } = service
  const outcomes = outcomesOf(segment)
  return {
    flag: (keyword) => {
      if (keyword === 'partial') return whole.hasLostParent(segment)
      if (keyword === 'inferred') return segment.inferred
      if (keyword === 'root') return whole.isEntry(service)
      return outcomeFlag(keyword, outcomes)
    },
    number: (keyword) => {
      if (keyword === 'responsetime') return seconds(durationOf(segment))
      if (keyword === 'duration') return seconds(nodeDuration(segment, whole))
      return keyword === 'http.status' ? segment.http?.status : undefined
    },
    texts: (keyword) => {
      if (keyword === 'name') return [key.name]
      if (keyword === 'type') return given(key.type)
      return given(segmentText(keyword, segment))
    },
    annotations: (name) => annotationValues([segment], name),
  }
}

/** One call as the caller tells of it. */
export function callSubject(call: CountedRequest, whole: FilterTrace): FilterSubject {
  const entity = whole.callingEntity(call)
  const outcomes = outcomesOf(entity)
  return {
    ...NOTHING,
    flag: (keyword) => outcomeFlag(keyword, outcomes),
    number: (keyword) => {
      if (keyword === 'responsetime') return seconds(call.nanos)
      return keyword === 'http.status' ? entity?.http?.status : undefined
    },
  }
}

/** A subject that has no value at all. */
export const NOTHING: FilterSubject = {
  flag: () => false,
  number: () => undefined,
  texts: () => [],
  annotations: () => [],
}

type Outcomes = ReturnType<typeof outcomesOf>

function outcomeFlag(keyword: FlagKeyword, outcomes: Outcomes | undefined): boolean {
  if (outcomes === undefined) return false
  const { hasFault, hasError, hasThrottle } = outcomes
  switch (keyword) {
    case 'ok':
      return !hasFault && !hasError && !hasThrottle
    case 'fault':
      return hasFault
    case 'error':
      return hasError
    case 'throttle':
      return hasThrottle
    default:
      return false
  }
}

/** The envelope of a segment and its own subsegments (xray-behaviour 9.6). */
function nodeDuration(segment: Segment, whole: FilterTrace): number | undefined {
  const own = durationOf(segment)
  const calling = segment.inferred ? undefined : whole.callingSegment(segment)
  return own === undefined || calling === undefined ? own : envelopeOf(calling)
}

function segmentText(keyword: TextKeyword, segment: Segment): string | undefined {
  switch (keyword) {
    case 'user':
      return segment.user
    case 'resource.arn':
      return segment.resourceArn
    case 'instance.id':
      return ec2Text(segment, 'instance_id')
    case 'availabilityzone':
      return ec2Text(segment, 'availability_zone')
    default:
      return httpText(keyword, segment.http)
  }
}

function httpText(
  keyword: TextKeyword,
  http: Partial<TraceSummary['http']> | undefined,
): string | undefined {
  switch (keyword) {
    case 'http.url':
      return http?.url
    case 'http.method':
      return http?.method
    case 'http.useragent':
      return http?.userAgent
    case 'http.clientip':
      return http?.clientIp
    default:
      return undefined
  }
}

/** All of them: the fifty of xray-behaviour 3.7 bound what a summary lists, not what can be searched. */
function annotationValues(segments: readonly Segment[], key: string): readonly AnnotationValue[] {
  const values = new Set<AnnotationValue>()
  for (const { annotations } of entitiesOf(segments)) {
    const value = annotations.get(key)
    if (value !== undefined) values.add(value)
  }
  return [...values]
}

const NANOS_PER_SECOND = 1e9

function seconds(nanos: number | undefined): number | undefined {
  return nanos === undefined ? undefined : nanos / NANOS_PER_SECOND
}

function given(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text]
}
