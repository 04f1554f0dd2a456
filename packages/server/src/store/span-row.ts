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
import type { RowBinaryWriter } from './row-binary.ts'

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
  }
}

const NO_LINKS: Segment['links'] = []

function triggersOf(segment: Segment | undefined): Segment['links'] {
  if (segment === undefined || segment.links.length === 0) return NO_LINKS
  return segment.links.filter(isFromParent)
}

/** Writes in the order of `SPAN_COLUMNS`. */
export function writeSpanRow(
  writer: RowBinaryWriter,
  row: SpanRow,
  { receipt, traceId, minute, documentId }: RowOwner,
): void {
  const { http } = row
  writer.int64(receipt.received)
  writer.uint32(minute)
  writer.traceId(traceId)
  writer.entityId(row.id)
  writer.entityId(row.parentId)
  writer.entityId(documentId)
  writer.uint8(row.isSegment ? 1 : 2)
  writer.bool(row.end === undefined)
  writer.int64(row.start)
  writer.int64(row.end === undefined ? 0n : clampInt64(row.end - row.start))
  writer.text(receipt.account)
  writer.text(receipt.region)
  writer.text(row.name)
  writer.text(row.origin)
  writer.text(row.namespace)
  writer.bool(row.fault)
  writer.bool(row.error)
  writer.bool(row.throttle)
  writer.text(http?.method ?? '')
  writer.text(http?.url ?? '')
  writer.uint16(statusColumn(http?.status))
  writer.text(http?.userAgent ?? '')
  writer.text(http?.clientIp ?? '')
  writer.text(row.user)
  writer.text(row.resourceArn)
  writer.text(row.instanceId)
  writer.text(row.availabilityZone)
  writer.text(row.operation)
  writer.text(row.calleeName)
  writer.text(row.calleeType)
  writer.text(row.awsAccount)
  writeAnnotations(writer, row.annotations)
  writeTriggers(writer, row.triggers)
}

/** Three maps, by type of value; each begins with its count. */
function writeAnnotations(writer: RowBinaryWriter, annotations: SpanRow['annotations']): void {
  const size = 'size' in annotations ? annotations.size : annotations.length
  let strings = 0
  let numbers = 0
  for (const [, value] of annotations) {
    if (typeof value === 'string') strings++
    else if (typeof value === 'number') numbers++
  }
  writer.count(strings)
  for (const [key, value] of annotations) {
    if (typeof value !== 'string') continue
    writer.text(key)
    writer.text(value)
  }
  writer.count(numbers)
  for (const [key, value] of annotations) {
    if (typeof value !== 'number') continue
    writer.text(key)
    writer.float64(value)
  }
  writer.count(size - strings - numbers)
  for (const [key, value] of annotations) {
    if (typeof value !== 'boolean') continue
    writer.text(key)
    writer.bool(value)
  }
}

/** Two lists: the traces and the entities that sent what started the segment. */
function writeTriggers(writer: RowBinaryWriter, triggers: Segment['links']): void {
  writer.count(triggers.length)
  for (const { traceId } of triggers) writer.traceId(traceId)
  writer.count(triggers.length)
  for (const { id } of triggers) writer.entityId(id)
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
