import type { JsonObject, JsonValue } from './json.ts'
import {
  type Cause,
  type Entity,
  type Exception,
  endOf,
  type Http,
  type Link,
  type Segment,
  type StackFrame,
  type Subsegment,
} from './segment.ts'
import { secondsFromUnixNanos } from './time.ts'

/**
 * The document of a segment as BatchGetTraces gives it back (xray-behaviour 7.5): subsegments nested
 * without `type`, `parent_id` and `trace_id`, without `traced`, empty stacks and absent members.
 * The order of the members is fixed. Recurses as deep as the segment nests, which `assembleTrace`
 * and the parser bound.
 */
export function printSegment(segment: Segment): JsonObject {
  return object([
    ...head(segment, segment.traceId),
    ['parent_id', segment.parentId],
    ['inferred', segment.inferred || undefined],
    ...outcome(segment),
    ['user', segment.user],
    ...body(segment),
    ['origin', hidesOrigin(segment) ? undefined : segment.origin],
    ['resource_arn', segment.resourceArn],
    ['service', segment.service],
    ...tail(segment),
  ])
}

/** A subsegment as it stands nested in a printed segment. */
export function printSubsegment(subsegment: Subsegment): JsonObject {
  return object([
    ...head(subsegment, undefined),
    ...outcome(subsegment),
    ...body(subsegment),
    ['namespace', subsegment.namespace],
    ['sql', subsegment.sql],
    ['precursor_ids', nonEmpty(subsegment.precursorIds)],
    ...tail(subsegment),
  ])
}

type Members = readonly (readonly [string, JsonValue | undefined])[]

function head(entity: Entity, traceId: string | undefined): Members {
  const end = endOf(entity)
  return [
    ['id', entity.id],
    ['name', entity.name],
    ['start_time', secondsFromUnixNanos(entity.start)],
    ['trace_id', traceId],
    end === undefined ? ['in_progress', true] : ['end_time', secondsFromUnixNanos(end)],
  ]
}

function outcome(entity: Entity): Members {
  return [
    ['fault', entity.fault || undefined],
    ['error', entity.error || undefined],
    ['throttle', entity.throttle || undefined],
    ['cause', entity.cause && printCause(entity.cause)],
  ]
}

function body(entity: Entity): Members {
  const { annotations } = entity
  return [
    ['http', entity.http && printHttp(entity.http)],
    ['aws', entity.aws],
    ['annotations', annotations.size === 0 ? undefined : Object.fromEntries(annotations)],
    ['metadata', entity.metadata],
  ]
}

function tail(entity: Entity): Members {
  return [
    ['links', nonEmpty(entity.links.map(printLink))],
    ['subsegments', nonEmpty(entity.subsegments.map(printSubsegment))],
  ]
}

/** The type of an inferred database is its node's, and not in its document (xray-behaviour 7.3). */
function hidesOrigin(segment: Segment): boolean {
  return segment.inferred && segment.origin?.startsWith('Database::') === true
}

function printHttp(http: Http): JsonObject | undefined {
  const request = object([
    ['method', http.method],
    ['url', http.url],
    ['user_agent', http.userAgent],
    ['client_ip', http.clientIp],
    ['x_forwarded_for', http.xForwardedFor],
  ])
  const response = object([
    ['status', http.status],
    ['content_length', http.contentLength],
  ])
  return object([
    ['request', nonEmptyObject(request)],
    ['response', nonEmptyObject(response)],
  ])
}

function printCause(cause: Cause): JsonValue {
  if (cause.kind === 'reference') return cause.exceptionId
  return object([
    ['id', cause.id],
    ['working_directory', cause.workingDirectory],
    ['paths', nonEmpty(cause.paths)],
    ['exceptions', cause.exceptions.map(printException)],
  ])
}

function printException(exception: Exception): JsonObject {
  return object([
    ['id', exception.id],
    ['type', exception.type],
    ['message', exception.message],
    ['remote', exception.remote],
    ['truncated', exception.truncated],
    ['skipped', exception.skipped],
    ['cause', exception.cause],
    ['stack', nonEmpty(exception.stack.map(printStackFrame))],
  ])
}

function printStackFrame(frame: StackFrame): JsonObject {
  return object([
    ['path', frame.path],
    ['line', frame.line],
    ['label', frame.label],
  ])
}

function printLink(link: Link): JsonObject {
  return { trace_id: link.traceId, id: link.id, attributes: link.attributes }
}

/** Defines own properties only, so that a key such as `__proto__` stays a plain key. */
function object(members: Members): JsonObject {
  return Object.fromEntries(members.filter(isPresent))
}

function isPresent(
  member: readonly [string, JsonValue | undefined],
): member is readonly [string, JsonValue] {
  return member[1] !== undefined
}

function nonEmpty<Element>(elements: readonly Element[]): readonly Element[] | undefined {
  return elements.length === 0 ? undefined : elements
}

function nonEmptyObject(value: JsonObject): JsonObject | undefined {
  return Object.keys(value).length === 0 ? undefined : value
}
