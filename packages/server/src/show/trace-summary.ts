import type {
  AnnotationUse,
  AnnotationUseOutput,
  MatchedService,
  MatchedServiceOutput,
  Nanos,
  ResponseTimeEntityOutput,
  ResponseTimeRootCause,
  ResponseTimeRootCauseEntity,
  RootCause,
  RootCauseEntity,
  RootCauseEntityOutput,
  RootCauseOutput,
  RootCauseService,
  TraceSummary,
  TraceSummaryOutput,
  UnixNanos,
} from '@fluoroscope/model'
import { millisecondSeconds, secondsFromUnixNanos, UNKNOWN_TYPE } from '@fluoroscope/model'
import { printServiceId } from './service-id.ts'

/**
 * The wire form of a summary (xray-behaviour 8.1 and 8.6).
 * @param matchedByEvent the search went by receipt or by service, not by start
 * @param matchedService the service of the filter that the search went by
 */
export function printTraceSummary(
  summary: TraceSummary,
  matchedByEvent: boolean,
  matchedService: MatchedService | undefined,
): TraceSummaryOutput {
  return {
    Id: summary.id,
    StartTime: wholeSeconds(summary.start),
    Duration: printDuration(summary.duration),
    ResponseTime: printDuration(summary.responseTime),
    HasFault: summary.hasFault,
    HasError: summary.hasError,
    HasThrottle: summary.hasThrottle,
    IsPartial: summary.isPartial,
    Http: {
      HttpURL: summary.http.url ?? null,
      HttpStatus: summary.http.status ?? null,
      HttpMethod: summary.http.method ?? null,
      UserAgent: summary.http.userAgent ?? null,
      ClientIp: summary.http.clientIp ?? null,
    },
    Annotations: printAnnotations(summary.annotations),
    Users: summary.users.map(({ name, services }) => ({
      UserName: name,
      ServiceIds: services.map(printServiceId),
    })),
    ServiceIds: summary.services.map(printServiceId),
    ResourceARNs: summary.resourceArns.map((ARN) => ({ ARN })),
    InstanceIds: summary.instanceIds.map((Id) => ({ Id })),
    AvailabilityZones: summary.availabilityZones.map((Name) => ({ Name })),
    EntryPoint: summary.entryPoint === undefined ? null : printServiceId(summary.entryPoint),
    FaultRootCauses: summary.faultRootCauses.map(printRootCause),
    ErrorRootCauses: summary.errorRootCauses.map(printRootCause),
    ResponseTimeRootCauses: summary.responseTimeRootCauses.map(printResponseTimeRootCause),
    Revision: summary.revision,
    MatchedEventTime: matchedByEvent ? wholeSeconds(summary.lastUpdate) : null,
    MatchedService: matchedService === undefined ? null : printMatchedService(matchedService),
    MatchedEdge: null,
  }
}

function printMatchedService(service: MatchedService): MatchedServiceOutput {
  return {
    Annotations: printAnnotations(service.annotations),
    HasError: service.hasError,
    HasFault: service.hasFault,
    HasThrottle: service.hasThrottle,
    ResponseTime: printDuration(service.responseTime),
  }
}

function printDuration(duration: Nanos | undefined): number | null {
  return duration === undefined ? null : millisecondSeconds(duration)
}

function printAnnotations(
  annotations: TraceSummary['annotations'],
): TraceSummaryOutput['Annotations'] {
  // Object.fromEntries makes own members even of a key called `__proto__`.
  return Object.fromEntries([...annotations].map(([key, uses]) => [key, uses.map(printUse)]))
}

function printUse({ value, services }: AnnotationUse): AnnotationUseOutput {
  const ServiceIds = services.map(printServiceId)
  if (typeof value === 'string') return { AnnotationValue: { StringValue: value }, ServiceIds }
  if (typeof value === 'number') return { AnnotationValue: { NumberValue: value }, ServiceIds }
  return { AnnotationValue: { BooleanValue: value }, ServiceIds }
}

function printRootCause(cause: RootCause): RootCauseOutput<RootCauseEntityOutput> {
  return {
    ClientImpacting: cause.clientImpacting,
    Services: cause.services.map((service) => printService(service, printEntity)),
  }
}

function printResponseTimeRootCause(
  cause: ResponseTimeRootCause,
): RootCauseOutput<ResponseTimeEntityOutput> {
  return {
    ClientImpacting: cause.clientImpacting,
    Services: cause.services.map((service) => printService(service, printResponseTimeEntity)),
  }
}

function printService<Element, Printed>(
  { key, inferred, entityPath }: RootCauseService<Element>,
  print: (element: Element) => Printed,
): RootCauseOutput<Printed>['Services'][number] {
  return {
    ...printServiceId(key),
    Type: key.type ?? UNKNOWN_TYPE,
    Inferred: inferred,
    EntityPath: entityPath.map(print),
  }
}

function printEntity({ name, exceptions, remote }: RootCauseEntity): RootCauseEntityOutput {
  return {
    Name: name,
    Exceptions: exceptions.map((exception) => ({
      Name: exception.name,
      Message: exception.message,
    })),
    Remote: remote,
  }
}

function printResponseTimeEntity({
  name,
  coverage,
  remote,
}: ResponseTimeRootCauseEntity): ResponseTimeEntityOutput {
  return { Name: name, Coverage: coverage, Remote: remote }
}

function wholeSeconds(instant: UnixNanos): number {
  return Math.floor(secondsFromUnixNanos(instant))
}
