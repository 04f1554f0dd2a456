import {
  type AnnotationValue,
  type JsonValue,
  type Nanos,
  type Outcome,
  parseTraceId,
  type ServiceKey,
  type TraceId,
  type TraceSummary,
  unixNanosFromSeconds,
} from '@fluoroscope/model'
import {
  AnswerError,
  readList,
  readObject,
  readOptionalNumber,
  readOptionalText,
  readText,
} from './json-reader.ts'
import { readTraceFacts, type TraceFact } from './trace-facts.ts'

/** What the list shows of a trace; start is in whole seconds, as the API tells it. */
export type ListedTrace = Pick<
  TraceSummary,
  | 'id'
  | 'start'
  | 'duration'
  | 'responseTime'
  | 'hasFault'
  | 'hasError'
  | 'hasThrottle'
  | 'isPartial'
  | 'services'
  | 'entryPoint'
  | 'revision'
> & {
  readonly http: Pick<TraceSummary['http'], 'method' | 'url' | 'status'>
  /** Each key with its distinct values. */
  readonly annotations: ReadonlyMap<string, readonly AnnotationValue[]>
  readonly users: readonly string[]
  /** All that traces can be grouped and compared by. */
  readonly facts: readonly TraceFact[]
}

/** One page of `GetTraceSummaries`. */
export type TraceListPage = {
  readonly traces: readonly ListedTrace[]
  /** Undefined on the last page. */
  readonly nextToken: string | undefined
}

/** Reads the answer of `POST /TraceSummaries` (xray-behaviour 8.1); throws {@link AnswerError}. */
export function readTraceListPage(answer: JsonValue): TraceListPage {
  const body = readObject(answer, 'the answer')
  return {
    traces: readList(body['TraceSummaries'], 'TraceSummaries').map(readListedTrace),
    nextToken: readOptionalText(body['NextToken'], 'NextToken') || undefined,
  }
}

/** `traces` with `page` laid over it: a trace in both is taken from `page`; newest first, then by id. */
export function mergeTraces(
  traces: readonly ListedTrace[],
  page: readonly ListedTrace[],
): readonly ListedTrace[] {
  const byId = new Map<TraceId, ListedTrace>()
  for (const trace of [...traces, ...page]) byId.set(trace.id, trace)
  return [...byId.values()].sort(newestFirst)
}

/** What a trace ended as: the outcome of its root, in the order requests are counted (9.6). */
export function outcomeOfTrace(
  trace: Pick<ListedTrace, 'hasFault' | 'hasError' | 'hasThrottle'>,
): Outcome {
  if (trace.hasThrottle) return 'throttle'
  if (trace.hasFault) return 'fault'
  return trace.hasError ? 'error' : 'ok'
}

function readListedTrace(value: JsonValue, index: number): ListedTrace {
  const where = `TraceSummaries[${index}]`
  const summary = readObject(value, where)
  const http = readObject(summary['Http'] ?? {}, `${where}.Http`)
  const listed = {
    id: readTraceId(summary['Id'], `${where}.Id`),
    start: unixNanosFromSeconds(
      readOptionalNumber(summary['StartTime'], `${where}.StartTime`) ?? 0,
    ),
    duration: readSeconds(summary['Duration'], `${where}.Duration`),
    responseTime: readSeconds(summary['ResponseTime'], `${where}.ResponseTime`),
    hasFault: summary['HasFault'] === true,
    hasError: summary['HasError'] === true,
    hasThrottle: summary['HasThrottle'] === true,
    isPartial: summary['IsPartial'] === true,
    http: {
      method: readOptionalText(http['HttpMethod'], `${where}.Http.HttpMethod`),
      url: readOptionalText(http['HttpURL'], `${where}.Http.HttpURL`),
      status: readOptionalNumber(http['HttpStatus'], `${where}.Http.HttpStatus`),
    },
    annotations: new Map(
      Object.entries(readObject(summary['Annotations'] ?? {}, `${where}.Annotations`)).map(
        ([key, uses]) => [key, readAnnotationValues(uses, `${where}.Annotations.${key}`)],
      ),
    ),
    users: readList(summary['Users'], `${where}.Users`).map((user, position) =>
      readText(
        readObject(user, `${where}.Users[${position}]`)['UserName'],
        `${where}.Users[${position}].UserName`,
      ),
    ),
    services: readList(summary['ServiceIds'], `${where}.ServiceIds`).map((service, position) =>
      readService(service, `${where}.ServiceIds[${position}]`),
    ),
    entryPoint: summary['EntryPoint']
      ? readService(summary['EntryPoint'], `${where}.EntryPoint`)
      : undefined,
    revision: readOptionalNumber(summary['Revision'], `${where}.Revision`) ?? 0,
  }
  return { ...listed, facts: readTraceFacts(summary, listed, where) }
}

/** The distinct values of a key: exactly one member of the union is there (xray-behaviour 8.1). */
function readAnnotationValues(uses: JsonValue, where: string): readonly AnnotationValue[] {
  const values = readList(uses, where).map((use, index) => {
    const value = readObject(
      readObject(use, `${where}[${index}]`)['AnnotationValue'],
      `${where}[${index}].AnnotationValue`,
    )
    const found = value['StringValue'] ?? value['NumberValue'] ?? value['BooleanValue']
    if (typeof found === 'object' || found === undefined) {
      throw new AnswerError(`${where}[${index}].AnnotationValue holds no value`)
    }
    return found
  })
  return [...new Set(values)]
}

function readTraceId(value: JsonValue | undefined, where: string): TraceId {
  const id = parseTraceId(readText(value, where))
  if (id === undefined) throw new AnswerError(`${where} is not a trace id`)
  return id
}

function readSeconds(value: JsonValue | undefined, where: string): Nanos | undefined {
  const seconds = readOptionalNumber(value, where)
  return seconds === undefined ? undefined : (Math.round(seconds * 1e9) as Nanos)
}

function readService(value: JsonValue, where: string): ServiceKey {
  const service = readObject(value, where)
  return {
    name: readOptionalText(service['Name'], `${where}.Name`) ?? '',
    type: readOptionalText(service['Type'], `${where}.Type`),
    account: readOptionalText(service['AccountId'], `${where}.AccountId`),
  }
}

function newestFirst(a: ListedTrace, b: ListedTrace): number {
  if (a.start !== b.start) return a.start > b.start ? -1 : 1
  return a.id < b.id ? -1 : 1
}
