import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'
import type {
  Annotations,
  AnnotationValue,
  Cause,
  Exception,
  Http,
  Link,
  StackFrame,
} from './segment.ts'
import { parseEntityId, parseTraceId } from './trace-id.ts'

/**
 * Counts the values left out because their type is wrong: outside of ids, names and times that is
 * never fatal (xray-behaviour 19). `null` counts as absent.
 */
export type Tally = { ignored: number }

const INTEGER_TEXT = /^-?\d{1,15}$/
const MAX_STATUS = 999

export function readText(from: JsonObject, key: string, tally: Tally): string | undefined {
  const value = from[key]
  if (typeof value === 'string') return value
  return ignore(value, tally)
}

export function readFlag(from: JsonObject, key: string, tally: Tally): boolean | undefined {
  const value = from[key]
  if (typeof value === 'boolean') return value
  return ignore(value, tally)
}

export function readObject(from: JsonObject, key: string, tally: Tally): JsonObject | undefined {
  const value = from[key]
  if (isJsonObject(value)) return value
  return ignore(value, tally)
}

/** The elements of an array member; none where it is absent or of another type. */
export function readArray(from: JsonObject, key: string, tally: Tally): readonly JsonValue[] {
  const value = from[key]
  if (Array.isArray(value)) return value
  ignore(value, tally)
  return []
}

/** The `http` block (xray-behaviour 3.2); undefined where it holds nothing known. */
export function readHttp(from: JsonObject, tally: Tally): Http | undefined {
  const block = readObject(from, 'http', tally)
  if (block === undefined) return undefined
  const request = readObject(block, 'request', tally) ?? {}
  const response = readObject(block, 'response', tally) ?? {}
  const http: Http = {
    method: readText(request, 'method', tally),
    url: readText(request, 'url', tally),
    userAgent: readText(request, 'user_agent', tally),
    clientIp: readText(request, 'client_ip', tally),
    xForwardedFor: readFlag(request, 'x_forwarded_for', tally),
    status: readStatus(response, tally),
    contentLength: readInteger(response, 'content_length', tally),
  }
  return isEmpty(http) ? undefined : http
}

/** Spelled out: a list of the values costs more than reading them. */
function isEmpty(http: Http): boolean {
  return (
    http.method === undefined &&
    http.url === undefined &&
    http.userAgent === undefined &&
    http.clientIp === undefined &&
    http.xForwardedFor === undefined &&
    http.status === undefined &&
    http.contentLength === undefined
  )
}

/** `traced`, which senders put into `http.request` or beside it (xray-behaviour 3.1). */
export function readTraced(from: JsonObject, tally: Tally): boolean {
  if (readFlag(from, 'traced', tally) === true) return true
  const http = from['http']
  const request = isJsonObject(http) ? http['request'] : undefined
  return isJsonObject(request) && readFlag(request, 'traced', tally) === true
}

/** The `cause` member (xray-behaviour 3.6), in its string or its object form. */
export function readCause(from: JsonObject, tally: Tally): Cause | undefined {
  const value = from['cause']
  if (typeof value === 'string') {
    return value === '' ? undefined : { kind: 'reference', exceptionId: exceptionId(value) }
  }
  const block = readObject(from, 'cause', tally)
  if (block === undefined) return undefined
  return {
    kind: 'exceptions',
    id: readExceptionId(block, 'id', tally),
    workingDirectory: readText(block, 'working_directory', tally),
    paths: readTexts(block, 'paths', tally),
    exceptions: readObjects(block, 'exceptions', tally).map((each) => readException(each, tally)),
  }
}

/** Annotations by key; values that are no string, finite number or boolean are left out. */
export function readAnnotations(from: JsonObject, tally: Tally): Annotations {
  const annotations = new Map<string, AnnotationValue>()
  const block = readObject(from, 'annotations', tally)
  if (block === undefined) return annotations
  for (const [key, value] of Object.entries(block)) {
    if (isAnnotationValue(value)) annotations.set(key, value)
    else tally.ignored++
  }
  return annotations
}

/** Links to other traces; those without a well-formed trace id and id are left out. */
export function readLinks(from: JsonObject, tally: Tally): readonly Link[] {
  const links: Link[] = []
  for (const block of readObjects(from, 'links', tally)) {
    const traceId = parseTraceId(readText(block, 'trace_id', tally) ?? '')
    const id = parseEntityId(readText(block, 'id', tally) ?? '')
    if (traceId === undefined || id === undefined) tally.ignored++
    else links.push({ traceId, id, attributes: readObject(block, 'attributes', tally) ?? {} })
  }
  return links
}

export function readTexts(from: JsonObject, key: string, tally: Tally): readonly string[] {
  const elements = readArray(from, key, tally)
  const texts = elements.filter((element) => typeof element === 'string')
  tally.ignored += elements.length - texts.length
  return texts
}

function readException(block: JsonObject, tally: Tally): Exception {
  return {
    id: readExceptionId(block, 'id', tally),
    type: readText(block, 'type', tally),
    message: readText(block, 'message', tally),
    remote: readFlag(block, 'remote', tally),
    truncated: readInteger(block, 'truncated', tally),
    skipped: readInteger(block, 'skipped', tally),
    cause: readExceptionId(block, 'cause', tally),
    stack: readObjects(block, 'stack', tally).map((frame) => readStackFrame(frame, tally)),
  }
}

function readStackFrame(block: JsonObject, tally: Tally): StackFrame {
  return {
    path: readText(block, 'path', tally),
    line: readInteger(block, 'line', tally),
    label: readText(block, 'label', tally),
  }
}

function readExceptionId(from: JsonObject, key: string, tally: Tally): string | undefined {
  const text = readText(from, key, tally)
  return text === undefined ? undefined : exceptionId(text)
}

/** Hex ids in lower case, so that they meet; others as they are (`exception-1` was seen). */
function exceptionId(text: string): string {
  return parseEntityId(text) ?? text
}

/** The objects of an array member; other elements are left out and counted. */
function readObjects(from: JsonObject, key: string, tally: Tally): readonly JsonObject[] {
  const elements = readArray(from, key, tally)
  const objects = elements.filter(isJsonObject)
  tally.ignored += elements.length - objects.length
  return objects
}

function readStatus(from: JsonObject, tally: Tally): number | undefined {
  const status = readInteger(from, 'status', tally)
  if (status === undefined || (status >= 0 && status <= MAX_STATUS)) return status
  tally.ignored++
  return undefined
}

/** A whole number, or a string that holds one: careless senders quote `status`. */
function readInteger(from: JsonObject, key: string, tally: Tally): number | undefined {
  const value = from[key]
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value === 'string' && INTEGER_TEXT.test(value)) return Number(value)
  return ignore(value, tally)
}

function isAnnotationValue(value: JsonValue): value is AnnotationValue {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'string' || typeof value === 'boolean'
}

function ignore(value: JsonValue | undefined, tally: Tally): undefined {
  if (value !== undefined && value !== null) tally.ignored++
  return undefined
}
