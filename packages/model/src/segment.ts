import type { JsonObject } from './json.ts'
import type { Nanos, UnixNanos } from './time.ts'
import type { EntityId, TraceId } from './trace-id.ts'

/**
 * The one shape of a segment inside the program, whatever wire format it came by.
 * Words and fields follow X-Ray's segment documents; see `segment-document.ts` for the JSON form.
 */
export type Segment = Entity & {
  readonly kind: 'segment'
  readonly traceId: TraceId
  /** The caller's subsegment (or segment); undefined for a root. */
  readonly parentId: EntityId | undefined
  readonly user: string | undefined
  /** The kind of resource the code runs on, `AWS::ECS::Container`; undefined when not told. */
  readonly origin: string | undefined
  readonly resourceArn: string | undefined
  readonly service: JsonObject | undefined
  /** `aws.account_id` where it is not the account of the request; set by `assembleTrace`. */
  readonly account: string | undefined
  /** True only for segments made by `inferSegments` for a callee that sent nothing itself. */
  readonly inferred: boolean
}

/** Work inside a segment, embedded in it or sent on its own. */
export type Subsegment = Entity & {
  readonly kind: 'subsegment'
  /** `aws` and `remote` are calls to another service; anything else is the program's own work. */
  readonly namespace: string | undefined
  readonly sql: JsonObject | undefined
  /** The callee is expected to report a segment of its own. */
  readonly traced: boolean
  readonly precursorIds: readonly string[]
}

/** What segments and subsegments share. */
export type Entity = {
  readonly id: EntityId
  /** At most 200 characters. */
  readonly name: string
  readonly start: UnixNanos
  readonly progress: Progress
  readonly fault: boolean
  readonly error: boolean
  readonly throttle: boolean
  readonly http: Http | undefined
  readonly aws: JsonObject | undefined
  readonly cause: Cause | undefined
  readonly annotations: Annotations
  readonly metadata: JsonObject | undefined
  readonly links: readonly Link[]
  /** In the order they were sent; subsegments sent on their own follow, by start and id. */
  readonly subsegments: readonly Subsegment[]
}

export type Progress =
  | { readonly state: 'in-progress' }
  /** The end may lie before the start: X-Ray takes such documents, and so do we. */
  | { readonly state: 'complete'; readonly end: UnixNanos }

export type Http = {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly userAgent: string | undefined
  readonly clientIp: string | undefined
  readonly xForwardedFor: boolean | undefined
  readonly status: number | undefined
  /** Bytes; -1 where the sender did not know. */
  readonly contentLength: number | undefined
}

/** Why an entity failed: exceptions of its own, or the id of one recorded elsewhere in the trace. */
export type Cause =
  /** Sixteen hex digits in lower case; anything else as it was sent. */
  | { readonly kind: 'reference'; readonly exceptionId: string }
  | {
      readonly kind: 'exceptions'
      /** Node's SDK names here where the exception was recorded first, with no `exceptions`. */
      readonly id: string | undefined
      readonly workingDirectory: string | undefined
      readonly paths: readonly string[]
      readonly exceptions: readonly Exception[]
    }

export type Exception = {
  readonly id: string | undefined
  readonly type: string | undefined
  readonly message: string | undefined
  readonly remote: boolean | undefined
  /** Stack frames left out by the sender. */
  readonly truncated: number | undefined
  /** Exceptions of the chain left out by the sender. */
  readonly skipped: number | undefined
  /** The id of the exception that triggered this one. */
  readonly cause: string | undefined
  readonly stack: readonly StackFrame[]
}

export type StackFrame = {
  readonly path: string | undefined
  readonly line: number | undefined
  readonly label: string | undefined
}

export type AnnotationValue = string | number | boolean

export type Annotations = ReadonlyMap<string, AnnotationValue>

/** A relation to an entity of another trace. */
export type Link = {
  readonly traceId: TraceId
  readonly id: EntityId
  readonly attributes: JsonObject
}

/** The attribute of a link that says what the linked entity is to this one (xray-behaviour 3.9). */
export const REFERENCE_TYPE = 'aws.xray.reserved.reference_type'

/** The linked entity triggered this one (xray-behaviour 3.9). */
export function isFromParent({ attributes }: Link): boolean {
  return attributes[REFERENCE_TYPE] === 'parent'
}

/** What one document holds. */
export type SegmentDocument =
  | { readonly kind: 'segment'; readonly segment: Segment }
  | {
      readonly kind: 'independent-subsegment'
      readonly traceId: TraceId
      readonly parentId: EntityId
      readonly subsegment: Subsegment
    }

/** What a request ended as; a request counts once, in the order throttle, fault, error, ok. */
export type Outcome = 'ok' | 'error' | 'throttle' | 'fault'

/**
 * The outcome of an entity: its flags, or, where no flag is set, what the HTTP status says.
 * Precedence as X-Ray counts (xray-behaviour 9.6): throttle, fault, error.
 */
export function outcomeOf(entity: Pick<Entity, 'fault' | 'error' | 'throttle' | 'http'>): Outcome {
  const status = entity.http?.status
  if (entity.throttle || status === 429) return 'throttle'
  if (entity.fault) return 'fault'
  if (entity.error) return 'error'
  if (status === undefined) return 'ok'
  if (status >= 500 && status <= 599) return 'fault'
  return status >= 400 && status <= 499 ? 'error' : 'ok'
}

/** The end of a completed entity; undefined while it is in progress. */
export function endOf(entity: Pick<Entity, 'progress'>): UnixNanos | undefined {
  return entity.progress.state === 'complete' ? entity.progress.end : undefined
}

/** End minus start of a completed entity; undefined while it is in progress. */
export function durationOf(entity: Pick<Entity, 'start' | 'progress'>): Nanos | undefined {
  const end = endOf(entity)
  return end === undefined ? undefined : (Number(end - entity.start) as Nanos)
}
