import type {
  Annotations,
  AnnotationValue,
  EntityId,
  Http,
  JsonValue,
  RequestContext,
  Segment,
  Subsegment,
  TraceId,
  UnixNanos,
} from '@fluoroscope/model'
import { calledServiceOf, isFromParent, isJsonObject } from '@fluoroscope/model'
import {
  ARRAY,
  BOOL,
  ENTITY_ID,
  ENUM8,
  INSTANT,
  INT64,
  MAP_BOOL,
  MAP_FLOAT64,
  MAP_TEXT,
  MINUTE,
  TEXT,
  TRACE_ID,
  UINT16,
  UINT64,
} from './column.ts'
import type { NativeBlock } from './native-block.ts'
import { statementColumn } from './statement-column.ts'

/** Of the table `spans`. */
export const SPAN_COLUMNS = {
  received: INSTANT,
  minute: MINUTE,
  trace_id: TRACE_ID,
  id: ENTITY_ID,
  parent_id: ENTITY_ID,
  document_id: ENTITY_ID,
  kind: ENUM8({ segment: 1, subsegment: 2 }),
  in_progress: BOOL,
  start: INSTANT,
  duration: INT64,
  account: TEXT,
  region: TEXT,
  name: TEXT,
  origin: TEXT,
  namespace: TEXT,
  fault: BOOL,
  error: BOOL,
  throttle: BOOL,
  http_method: TEXT,
  http_url: TEXT,
  http_status: UINT16,
  http_user_agent: TEXT,
  http_client_ip: TEXT,
  user: TEXT,
  resource_arn: TEXT,
  instance_id: TEXT,
  availability_zone: TEXT,
  operation: TEXT,
  callee_name: TEXT,
  callee_type: TEXT,
  aws_account: TEXT,
  annotation_strings: MAP_TEXT,
  annotation_numbers: MAP_FLOAT64,
  annotation_bools: MAP_BOOL,
  link_traces: ARRAY(TRACE_ID),
  link_ids: ARRAY(UINT64),
  service: TEXT,
  statement: UINT64,
} as const

/** The `service` of rows that tell neither the service nor the attributes of what was sent as a span. */
export const UNTOLD_SERVICE = '?'

/** What a row of `spans` says of a segment or subsegment; '' for what is not known. */
export type SpanRow = {
  readonly id: EntityId
  readonly parentId: EntityId | undefined
  readonly isSegment: boolean
  readonly start: UnixNanos
  /** Undefined while in progress. */
  readonly end: UnixNanos | undefined
  readonly name: string
  readonly origin: string
  readonly namespace: string
  readonly fault: boolean
  readonly error: boolean
  readonly throttle: boolean
  readonly http: Http | undefined
  readonly user: string
  readonly resourceArn: string
  readonly instanceId: string
  readonly availabilityZone: string
  readonly operation: string
  readonly calleeName: string
  readonly calleeType: string
  readonly awsAccount: string
  /** Each key once. */
  readonly annotations: Annotations | RowAnnotations
  /** Those of what triggered a segment. */
  readonly triggers: Segment['links']
  /** `service.name` of the resource; of what was sent as a span alone. */
  readonly service: string
  /** What {@link statementColumn} makes of the `sql` block. */
  readonly statement: bigint
}

type RowAnnotations = readonly (readonly [key: string, value: AnnotationValue])[]

/** When and by whom something was sent. */
export type Receipt = RequestContext & { readonly received: UnixNanos }

/** What the rows of one document share. */
export type RowOwner = {
  readonly receipt: Receipt
  readonly traceId: TraceId
  /** Start of the minute under which the document is filed, unix seconds. */
  readonly minute: number
  readonly documentId: EntityId
}

/** The row of an entity, but for those below it. */
export function spanRowOf(entity: Segment | Subsegment, parentId: EntityId | undefined): SpanRow {
  const segment = entity.kind === 'segment' ? entity : undefined
  const { aws, progress } = entity
  const callee = entity.kind === 'subsegment' ? calledServiceOf(entity) : undefined
  return {
    id: entity.id,
    parentId,
    isSegment: segment !== undefined,
    start: entity.start,
    end: progress.state === 'complete' ? progress.end : undefined,
    name: entity.name,
    origin: segment?.origin ?? '',
    namespace: entity.kind === 'subsegment' ? (entity.namespace ?? '') : '',
    fault: entity.fault,
    error: entity.error,
    throttle: entity.throttle,
    http: entity.http,
    user: segment?.user ?? '',
    resourceArn: segment?.resourceArn ?? '',
    instanceId: textAt(aws?.['ec2'], 'instance_id'),
    availabilityZone:
      textAt(aws?.['ec2'], 'availability_zone') || textAt(aws?.['ecs'], 'availability_zone'),
    operation: textAt(aws, 'operation'),
    calleeName: callee?.name ?? '',
    calleeType: callee?.type ?? '',
    awsAccount: textAt(aws, 'account_id'),
    annotations: entity.annotations,
    triggers: triggersOf(segment),
    service: '',
    statement: statementColumn(entity.kind === 'subsegment' ? entity.sql : undefined),
  }
}

const NO_LINKS: Segment['links'] = []

function triggersOf(segment: Segment | undefined): Segment['links'] {
  if (segment === undefined || segment.links.length === 0) return NO_LINKS
  return segment.links.filter(isFromParent)
}

/** Adds a row to a block of `SPAN_COLUMNS`. */
export function addSpanRow(
  block: NativeBlock<typeof SPAN_COLUMNS>,
  row: SpanRow,
  { receipt, traceId, minute, documentId }: RowOwner,
): void {
  const { columns } = block
  const { http } = row
  columns.received.int64(receipt.received)
  columns.minute.uint32(minute)
  columns.trace_id.traceId(traceId)
  columns.id.entityId(row.id)
  columns.parent_id.entityId(row.parentId)
  columns.document_id.entityId(documentId)
  columns.kind.uint8(row.isSegment ? 1 : 2)
  columns.in_progress.bool(row.end === undefined)
  columns.start.int64(row.start)
  columns.duration.int64(row.end === undefined ? 0n : clampInt64(row.end - row.start))
  columns.account.text(receipt.account)
  columns.region.text(receipt.region)
  columns.name.text(row.name)
  columns.origin.text(row.origin)
  columns.namespace.text(row.namespace)
  columns.fault.bool(row.fault)
  columns.error.bool(row.error)
  columns.throttle.bool(row.throttle)
  columns.http_method.text(http?.method ?? '')
  columns.http_url.text(http?.url ?? '')
  columns.http_status.uint16(statusColumn(http?.status))
  columns.http_user_agent.text(http?.userAgent ?? '')
  columns.http_client_ip.text(http?.clientIp ?? '')
  columns.user.text(row.user)
  columns.resource_arn.text(row.resourceArn)
  columns.instance_id.text(row.instanceId)
  columns.availability_zone.text(row.availabilityZone)
  columns.operation.text(row.operation)
  columns.callee_name.text(row.calleeName)
  columns.callee_type.text(row.calleeType)
  columns.aws_account.text(row.awsAccount)
  addAnnotations(columns, row.annotations)
  addTriggers(columns, row.triggers)
  columns.service.text(row.service)
  columns.statement.uint64(row.statement)
  block.endRow()
}

type SpanWriters = NativeBlock<typeof SPAN_COLUMNS>['columns']

/** Three maps, by type of value. */
function addAnnotations(
  { annotation_strings, annotation_numbers, annotation_bools }: SpanWriters,
  annotations: SpanRow['annotations'],
): void {
  let strings = 0
  let numbers = 0
  let bools = 0
  for (const [key, value] of annotations) {
    if (typeof value === 'string') {
      annotation_strings.keys.text(key)
      annotation_strings.values.text(value)
      strings += 1
    } else if (typeof value === 'number') {
      annotation_numbers.keys.text(key)
      annotation_numbers.values.float64(value)
      numbers += 1
    } else {
      annotation_bools.keys.text(key)
      annotation_bools.values.bool(value)
      bools += 1
    }
  }
  annotation_strings.end(strings)
  annotation_numbers.end(numbers)
  annotation_bools.end(bools)
}

/** Two lists: the traces and the entities that sent what started the segment. */
function addTriggers({ link_traces, link_ids }: SpanWriters, triggers: Segment['links']): void {
  for (const { traceId, id } of triggers) {
    link_traces.values.traceId(traceId)
    link_ids.values.entityId(id)
  }
  link_traces.end(triggers.length)
  link_ids.end(triggers.length)
}

const MAX_INT64 = 2n ** 63n - 1n

/** 0 for none, and for a number that is no status. */
function statusColumn(status: number | undefined): number {
  const fits = status !== undefined && Number.isInteger(status) && status > 0 && status < 65_536
  return fits ? status : 0
}

function clampInt64(value: bigint): bigint {
  if (value > MAX_INT64) return MAX_INT64
  return value < -MAX_INT64 ? -MAX_INT64 : value
}

function textAt(container: JsonValue | undefined, member: string): string {
  if (container === undefined || !isJsonObject(container)) return ''
  const value = container[member]
  return typeof value === 'string' ? value : ''
}
