import {
  bad,
  isJsonObject,
  type JsonBounds,
  type JsonObject,
  ok,
  type Result,
} from '@fluoroscope/model'
import { hasLoneSurrogate, type JsonBodyProblem, parseJsonBody } from '../json-body.ts'
import { boolAt, MemberError, objectAt, objectsAt, textAt, uint64At } from '../otlp/json-member.ts'
import {
  addZipkinSpan,
  ZIPKIN_KINDS,
  type ZipkinAnnotation,
  type ZipkinDraft,
  type ZipkinEndpoint,
  type ZipkinKind,
  type ZipkinList,
} from './zipkin-span.ts'

/** A list of spans with endpoints, annotations and tags is four deep; see `json-bounds.ts`. */
const BOUNDS: JsonBounds = { maxDepth: 16, maxValues: 2_000_000 }

/** Reads the JSON of `POST /api/v2/spans`: a list of spans. Members nobody knows are left out. */
export function readZipkinJson(body: Uint8Array): Result<ZipkinList, JsonBodyProblem> {
  const root = parseJsonBody(body, BOUNDS)
  if (!root.ok) return root
  const { value: values, hasSurrogates } = root.value
  if (!Array.isArray(values)) {
    return bad({ kind: 'malformed', message: 'The request body is not a list of spans' })
  }
  const list: ZipkinList = { spans: [], defects: [], ownParents: 0 }
  for (const [index, value] of values.entries()) {
    const path = `[${index}]`
    addZipkinSpan(list, path, () => {
      if (isJsonObject(value)) return readWhole(value, path, hasSurrogates)
      throw new MemberError(path, 'is not an object')
    })
  }
  return ok(list)
}

function readWhole(value: JsonObject, path: string, hasSurrogates: boolean): ZipkinDraft {
  const span = readSpan(value, path)
  if (!hasSurrogates) return span
  return { ...span, replacedTexts: textsOf(span).filter(hasLoneSurrogate).length }
}

function textsOf({ name, localEndpoint, remoteEndpoint, annotations, tags }: ZipkinDraft) {
  const endpoints = [localEndpoint, remoteEndpoint].flatMap(({ serviceName, ipv4, ipv6 }) => [
    serviceName ?? '',
    ipv4 ?? '',
    ipv6 ?? '',
  ])
  return [name, ...endpoints, ...annotations.map(({ value }) => value), ...[...tags].flat()]
}

function readSpan(span: JsonObject, path: string): ZipkinDraft {
  return {
    traceId: textAt(span, 'traceId', path),
    id: textAt(span, 'id', path),
    parentId: textAt(span, 'parentId', path),
    kind: readKind(span, path),
    name: textAt(span, 'name', path) ?? '',
    timestamp: microsAt(span, 'timestamp', path),
    duration: microsAt(span, 'duration', path),
    localEndpoint: readEndpoint(span, 'localEndpoint', path),
    remoteEndpoint: readEndpoint(span, 'remoteEndpoint', path),
    annotations: objectsAt(span, 'annotations', path).map(readAnnotation),
    tags: readTags(span, path),
    debug: boolAt(span, 'debug', path) ?? false,
    shared: boolAt(span, 'shared', path) ?? false,
    replacedTexts: 0,
  }
}

function readKind(span: JsonObject, path: string): ZipkinKind | undefined {
  const text = textAt(span, 'kind', path)
  const kind = ZIPKIN_KINDS.find((each) => each === text)
  if (kind !== undefined || text === undefined) return kind
  throw new MemberError(`${path}.kind`, `is not one of ${ZIPKIN_KINDS.join(', ')}`)
}

function readEndpoint(span: JsonObject, name: string, path: string): ZipkinEndpoint {
  const endpoint = objectAt(span, name, path)
  if (endpoint === undefined) return {}
  const endpointPath = `${path}.${name}`
  return {
    serviceName: textAt(endpoint, 'serviceName', endpointPath),
    ipv4: textAt(endpoint, 'ipv4', endpointPath),
    ipv6: textAt(endpoint, 'ipv6', endpointPath),
    port: portAt(endpoint, endpointPath),
  }
}

const MAX_PORT = 65_535

function portAt(endpoint: JsonObject, path: string): number | undefined {
  const port = uint64At(endpoint, 'port', path)
  if (port === undefined || port <= MAX_PORT) return port === undefined ? undefined : Number(port)
  throw new MemberError(`${path}.port`, 'is not a port')
}

function readAnnotation([annotation, path]: readonly [JsonObject, string]): ZipkinAnnotation {
  const timestamp = microsAt(annotation, 'timestamp', path)
  if (!timestamp) throw new MemberError(`${path}.timestamp`, 'is missing', 'invalid-time')
  return { timestamp, value: textAt(annotation, 'value', path) ?? '' }
}

/** Values are texts; those of other scalars are told as text. */
function readTags(span: JsonObject, path: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>()
  for (const [key, value] of Object.entries(objectAt(span, 'tags', path) ?? {})) {
    if (value === null || typeof value === 'object') {
      throw new MemberError(`${path}.tags`, 'has a value that is not a string')
    }
    tags.set(key, String(value))
  }
  return tags
}

/** Microseconds that a number holds exactly: up to the year 2255. */
function microsAt(owner: JsonObject, name: string, path: string): number | undefined {
  const micros = uint64At(owner, name, path)
  if (micros === undefined || micros <= Number.MAX_SAFE_INTEGER) {
    return micros === undefined ? undefined : Number(micros)
  }
  throw new MemberError(`${path}.${name}`, 'is after the year 2255', 'invalid-time')
}
