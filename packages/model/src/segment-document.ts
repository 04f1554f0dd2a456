import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'
import { findJsonBoundsProblem, type JsonBoundsProblem } from './json-bounds.ts'
import { type RejectedPart, type Rejection, type RejectionCode, rejectionOf } from './rejection.ts'
import { bad, ok, type Result } from './result.ts'
import type { Entity, Progress, Segment, SegmentDocument, Subsegment } from './segment.ts'
import {
  readAnnotations,
  readArray,
  readCause,
  readFlag,
  readHttp,
  readLinks,
  readObject,
  readText,
  readTexts,
  readTraced,
  type Tally,
} from './segment-document-fields.ts'
import { cutSegmentName, isSegmentName } from './segment-name.ts'
import { MAX_UNIX_SECONDS, type UnixNanos, unixNanosFromSeconds } from './time.ts'
import { type EntityId, parseEntityId, parseTraceId, type TraceId } from './trace-id.ts'

export type DocumentLimits = {
  /** UTF-16 code units of the text; the bytes are counted where bytes come in. */
  readonly maxLength: number
  /** Nested objects and arrays; a level of subsegments takes two. */
  readonly maxDepth: number
  /** See `JsonBounds`. */
  readonly maxValues: number
  readonly maxSubsegments: number
}

/** AWS says 64 KB and does not check sharply; nothing an SDK sends comes near the others. */
export const DEFAULT_DOCUMENT_LIMITS: DocumentLimits = {
  maxLength: 256 * 1024,
  maxDepth: 128,
  maxValues: 65_536,
  maxSubsegments: 5000,
}

export type ParsedDocument = {
  readonly document: SegmentDocument
  /** Values left out because their type was wrong. */
  readonly ignored: number
}

/**
 * Reads one segment document (xray-behaviour chapter 3). Either the whole document is good or it is
 * rejected with the first defect found: type, id, name, trace id, times, parent, then the embedded
 * subsegments in their order, whose defects carry the document's id (4.2). Members that X-Ray does
 * not know are left out.
 */
export function parseSegmentDocument(
  text: string,
  limits: DocumentLimits = DEFAULT_DOCUMENT_LIMITS,
): Result<ParsedDocument, Rejection> {
  const root = parseBounded(text, limits)
  if (!root.ok) return root
  if (!isJsonObject(root.value)) return bad(rejectionOf('ParseError', 'entity'))
  const id = root.value['id']
  const echoed = typeof id === 'string' ? id : undefined
  const reading: Reading = { ignored: 0, subsegments: 0, limits }
  const document = readDocument(root.value, reading)
  if (document.ok) return ok({ document: document.value, ignored: reading.ignored })
  const { code, part, field } = document.problem
  return bad(rejectionOf(code, part, echoed, field))
}

const BOUNDS_CODES: Readonly<Record<JsonBoundsProblem, RejectionCode>> = {
  'too-deep': 'DocumentTooDeep',
  'too-many-values': 'DocumentTooLarge',
  'lone-surrogate': 'ParseError',
}

/** What goes along while one document is read. */
type Reading = Tally & { subsegments: number; readonly limits: DocumentLimits }

type Defect = {
  readonly code: RejectionCode
  readonly part: RejectedPart
  readonly field: string | undefined
}

type Part = 'segment' | 'subsegment'

function parseBounded(text: string, limits: DocumentLimits): Result<JsonValue, Rejection> {
  if (text.length > limits.maxLength) return bad(rejectionOf('DocumentTooLarge', 'segment'))
  const problem = findJsonBoundsProblem(text, limits)
  if (problem !== undefined) return bad(rejectionOf(BOUNDS_CODES[problem], 'segment'))
  try {
    return ok(JSON.parse(text) as JsonValue)
  } catch {
    // The engine's words would repeat parts of the text; X-Ray's message has no room for them.
    return bad(rejectionOf('ParseError', 'segment'))
  }
}

function readDocument(from: JsonObject, reading: Reading): Result<SegmentDocument, Defect> {
  const type = readText(from, 'type', reading) || 'segment'
  if (type !== 'segment' && type !== 'subsegment') return defect('UnknownType', 'entity', 'type')
  const head = readHead(from, type, '')
  if (!head.ok) return head
  const traceId = readTraceId(from, type)
  if (!traceId.ok) return traceId
  const times = readTimes(from, type, '', reading)
  if (!times.ok) return times
  const parent = readParent(from, type, reading)
  if (!parent.ok) return parent
  const subsegments = readSubsegments(from, '', reading)
  if (!subsegments.ok) return subsegments
  const known: Known = { head: head.value, times: times.value, subsegments: subsegments.value }
  const parentId = parent.value
  if (type === 'segment') {
    return ok({ kind: type, segment: segmentOf(from, known, traceId.value, parentId, reading) })
  }
  if (parentId === undefined) return defect('MissingParentId', type, 'parent_id')
  const subsegment = subsegmentOf(from, known, reading)
  return ok({ kind: 'independent-subsegment', traceId: traceId.value, parentId, subsegment })
}

type Head = Pick<Entity, 'id' | 'name'>

function readHead(from: JsonObject, part: Part, path: string): Result<Head, Defect> {
  const rawId = from['id'] ?? ''
  if (rawId === '') return defect('MissingId', part, `${path}id`)
  const id = typeof rawId === 'string' ? parseEntityId(rawId) : undefined
  if (id === undefined) return defect('InvalidId', part, `${path}id`)
  const rawName = from['name'] ?? ''
  if (rawName === '') return defect('MissingName', part, `${path}name`)
  if (typeof rawName !== 'string') return defect('InvalidName', part, `${path}name`)
  const name = cutSegmentName(rawName)
  if (!isSegmentName(name)) return defect('InvalidName', part, `${path}name`)
  return ok({ id, name })
}

function readTraceId(from: JsonObject, part: Part): Result<TraceId, Defect> {
  const raw = from['trace_id'] ?? ''
  if (raw === '') return defect('MissingTraceId', part, 'trace_id')
  const traceId = typeof raw === 'string' ? parseTraceId(raw) : undefined
  return traceId === undefined ? defect('InvalidTraceId', part, 'trace_id') : ok(traceId)
}

/** The parent named by a document; an empty one is none, as senders without a caller write it. */
function readParent(
  from: JsonObject,
  part: Part,
  tally: Tally,
): Result<EntityId | undefined, Defect> {
  const raw = readText(from, 'parent_id', tally) ?? ''
  if (raw === '') {
    return part === 'segment' ? ok(undefined) : defect('MissingParentId', part, 'parent_id')
  }
  const parentId = parseEntityId(raw)
  return parentId === undefined ? defect('InvalidParentId', part, 'parent_id') : ok(parentId)
}

type Times = Pick<Entity, 'start' | 'progress'>

const MAX_INT64 = 2n ** 63n - 1n

function readTimes(
  from: JsonObject,
  part: Part,
  path: string,
  tally: Tally,
): Result<Times, Defect> {
  const rawStart = from['start_time'] ?? undefined
  if (rawStart === undefined) return defect('MissingStartTime', part, `${path}start_time`)
  const start = instantOf(rawStart)
  if (start === undefined) return defect('InvalidStartTime', part, `${path}start_time`)
  const rawEnd = from['end_time'] ?? undefined
  const end = rawEnd === undefined ? undefined : instantOf(rawEnd)
  if (rawEnd !== undefined && !fitsWithStart(start, end)) {
    return defect('InvalidEndTime', part, `${path}end_time`)
  }
  const inProgress = readFlag(from, 'in_progress', tally) === true
  if (inProgress && end !== undefined) {
    const code =
      part === 'segment' ? 'InProgressSegmentHasEndTime' : 'InProgressSubsegmentHasEndTime'
    return defect(code, part, `${path}end_time`)
  }
  if (inProgress) return ok({ start, progress: IN_PROGRESS })
  if (end === undefined) return defect('MissingEndTime', part, `${path}end_time`)
  return ok({ start, progress: { state: 'complete', end } })
}

const IN_PROGRESS: Progress = { state: 'in-progress' }

/** Undefined for anything but a number of seconds that fits 64 bits of nanoseconds. */
function instantOf(value: JsonValue): UnixNanos | undefined {
  if (typeof value !== 'number' || !(Math.abs(value) <= MAX_UNIX_SECONDS)) return undefined
  return unixNanosFromSeconds(value)
}

/** Durations are kept in 64 bits too: an end may not lie further from its start than that. */
function fitsWithStart(start: UnixNanos, end: UnixNanos | undefined): boolean {
  if (end === undefined) return false
  const distance = end < start ? start - end : end - start
  return distance <= MAX_INT64
}

/** Recursion is bounded by the depth of the text. */
function readSubsegments(
  from: JsonObject,
  path: string,
  reading: Reading,
): Result<readonly Subsegment[], Defect> {
  const subsegments: Subsegment[] = []
  for (const [index, element] of readArray(from, 'subsegments', reading).entries()) {
    const place = `${path}subsegments[${index}]`
    if (!isJsonObject(element)) return defect('ParseError', 'entity', place)
    reading.subsegments++
    if (reading.subsegments > reading.limits.maxSubsegments) {
      return defect('TooManySubsegments', 'segment', place)
    }
    const subsegment = readEmbedded(element, `${place}.`, reading)
    if (!subsegment.ok) return subsegment
    subsegments.push(subsegment.value)
  }
  return ok(subsegments)
}

/** Copies of `type`, `trace_id` and `parent_id` in an embedded subsegment are not looked at (4.3). */
function readEmbedded(
  from: JsonObject,
  path: string,
  reading: Reading,
): Result<Subsegment, Defect> {
  const head = readHead(from, 'subsegment', path)
  if (!head.ok) return head
  const times = readTimes(from, 'subsegment', path, reading)
  if (!times.ok) return times
  const subsegments = readSubsegments(from, path, reading)
  if (!subsegments.ok) return subsegments
  const known: Known = { head: head.value, times: times.value, subsegments: subsegments.value }
  return ok(subsegmentOf(from, known, reading))
}

/** What has been checked of an entity; nothing in the rest of it can reject a document. */
type Known = {
  readonly head: Head
  readonly times: Times
  readonly subsegments: readonly Subsegment[]
}

/** Spelled out, as `subsegmentOf`: spreading objects of this size costs more than all the reading. */
function segmentOf(
  from: JsonObject,
  { head, times, subsegments }: Known,
  traceId: TraceId,
  parentId: EntityId | undefined,
  tally: Tally,
): Segment {
  return {
    kind: 'segment',
    id: head.id,
    name: head.name,
    traceId,
    parentId,
    start: times.start,
    progress: times.progress,
    fault: readFlag(from, 'fault', tally) ?? false,
    error: readFlag(from, 'error', tally) ?? false,
    throttle: readFlag(from, 'throttle', tally) ?? false,
    http: readHttp(from, tally),
    aws: readObject(from, 'aws', tally),
    cause: readCause(from, tally),
    annotations: readAnnotations(from, tally),
    metadata: readObject(from, 'metadata', tally),
    links: readLinks(from, tally),
    user: readText(from, 'user', tally),
    origin: readText(from, 'origin', tally),
    resourceArn: readText(from, 'resource_arn', tally),
    service: readObject(from, 'service', tally),
    account: undefined,
    inferred: false,
    subsegments,
  }
}

function subsegmentOf(
  from: JsonObject,
  { head, times, subsegments }: Known,
  tally: Tally,
): Subsegment {
  return {
    kind: 'subsegment',
    id: head.id,
    name: head.name,
    start: times.start,
    progress: times.progress,
    fault: readFlag(from, 'fault', tally) ?? false,
    error: readFlag(from, 'error', tally) ?? false,
    throttle: readFlag(from, 'throttle', tally) ?? false,
    http: readHttp(from, tally),
    aws: readObject(from, 'aws', tally),
    cause: readCause(from, tally),
    annotations: readAnnotations(from, tally),
    metadata: readObject(from, 'metadata', tally),
    links: readLinks(from, tally),
    namespace: readText(from, 'namespace', tally),
    sql: readObject(from, 'sql', tally),
    traced: readTraced(from, tally),
    precursorIds: readTexts(from, 'precursor_ids', tally),
    subsegments,
  }
}

function defect(code: RejectionCode, part: RejectedPart, field: string) {
  return bad<Defect>({ code, part, field })
}
