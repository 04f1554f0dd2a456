import { isJsonObject, type JsonObject } from '../json.ts'
import { type Http, outcomeOf, type Segment, type Subsegment } from '../segment.ts'
import { AttributeWriter } from './attribute-writer.ts'
import type { OtlpAttributes } from './otlp-span.ts'
import { RESOURCE_MEMBERS, SDK_MEMBERS } from './segment-resource.ts'

/**
 * What a segment or subsegment says besides its head, cause and links, as attributes (xray-behaviour
 * 15.4, 15.5 and 15.8). An annotation whose key has another meaning here gets `annotation.` before it;
 * `aws.xray.annotations` lists the annotations by the keys they got.
 */
export function attributesOfEntity(entity: Segment | Subsegment): OtlpAttributes {
  const writer = new AttributeWriter()
  if (entity.http !== undefined) putHttp(writer, entity.http)
  if (entity.kind === 'segment') putSegment(writer, entity)
  else putSubsegment(writer, entity)
  if (entity.progress.state === 'in-progress') writer.put('aws.xray.inprogress', true)
  putFlags(writer, entity)
  putCause(writer, entity)
  for (const [namespace, value] of Object.entries(entity.metadata ?? {})) {
    writer.put(`aws.xray.metadata.${namespace}`, JSON.stringify(value))
  }
  putAnnotations(writer, entity)
  return writer.attributes
}

/** `client.address` is an address that the client told, and so may be forged (15.4). */
function putHttp(writer: AttributeWriter, http: Http): void {
  const { xForwardedFor } = http
  writer.put('http.request.method', http.method)
  writer.put('url.full', http.url)
  writer.put('user_agent.original', http.userAgent)
  writer.put(xForwardedFor === true ? 'client.address' : 'network.peer.address', http.clientIp)
  writer.put('aws.xray.x_forwarded_for', xForwardedFor)
  writer.put('http.response.status_code', http.status)
  writer.put('http.response.body.size', http.contentLength)
}

function putSegment(writer: AttributeWriter, segment: Segment): void {
  writer.put('enduser.id', segment.user)
  writer.put('aws.xray.resource_arn', segment.resourceArn)
  writer.put('aws.xray.inferred', segment.inferred || undefined)
  for (const [member, value] of Object.entries(segment.aws ?? {})) {
    if (member === 'xray' && isJsonObject(value)) putSampling(writer, value)
    else if (!RESOURCE_MEMBERS.has(member)) putAws(writer, member, value)
  }
}

/** What `aws.xray` says of this one request. */
function putSampling(writer: AttributeWriter, block: JsonObject): void {
  for (const [member, value] of Object.entries(block)) {
    if (!SDK_MEMBERS.has(member)) writer.put(`aws.xray.${member}`, value)
  }
}

function putSubsegment(writer: AttributeWriter, subsegment: Subsegment): void {
  const { name, namespace, traced, precursorIds } = subsegment
  switch (namespace) {
    case undefined:
      break
    case 'aws':
      writer.put('rpc.system', 'aws-api')
      writer.put('aws.service', name)
      break
    case 'remote':
      writer.put('peer.service', name)
      break
    default:
      writer.put('aws.xray.namespace', namespace)
  }
  writer.put('aws.xray.traced', traced || undefined)
  writer.put('aws.xray.precursor_ids', precursorIds.length === 0 ? undefined : precursorIds)
  if (subsegment.sql !== undefined) putSql(writer, subsegment.sql)
  for (const [member, value] of Object.entries(subsegment.aws ?? {})) {
    putAws(writer, member, value)
  }
}

function putAws(writer: AttributeWriter, member: string, value: JsonObject[string]): void {
  writer.put(member === 'retries' ? 'aws.xray.retries' : `aws.${member}`, value, 'aws.xray.call.')
}

const SQL_KEYS: ReadonlyMap<string, string> = new Map([
  ['database_type', 'db.system'],
  ['sanitized_query', 'db.query.text'],
  ['user', 'db.user'],
])

/** The URL, or where there is none the connection string, is told as server and database. */
function putSql(writer: AttributeWriter, sql: JsonObject): void {
  const source = typeof sql['url'] === 'string' ? 'url' : 'connection_string'
  const [, connection, database] = DATABASE_URL.exec(String(sql[source] ?? '')) ?? []
  writer.put('db.connection_string', connection)
  writer.put('db.name', database)
  for (const [member, value] of Object.entries(sql)) {
    if (member === source && connection !== undefined) continue
    writer.put(SQL_KEYS.get(member) ?? `aws.xray.sql.${member}`, value)
  }
}

/** What is before the last slash that does not belong to `//`, and what is behind it. */
const DATABASE_URL = /^(.*[^/])\/([^/]+)$/s

/** Flags that are not those which the status and its HTTP code say (xray-behaviour 15.6). */
function putFlags(writer: AttributeWriter, entity: Segment | Subsegment): void {
  const status = entity.http?.status ?? 0
  const isFault = status >= 500 && status <= 599
  const isError = status >= 400 && status <= 499
  const implied = {
    fault: isFault || (!isError && outcomeOf(entity) !== 'ok'),
    error: isError,
    throttle: status === 429,
  }
  for (const flag of ['fault', 'error', 'throttle'] as const) {
    if (entity[flag] !== implied[flag]) writer.put(`aws.xray.${flag}`, entity[flag])
  }
}

/** What a cause says besides its exceptions, which are events. */
function putCause(writer: AttributeWriter, { cause }: Segment | Subsegment): void {
  if (cause === undefined) return
  if (cause.kind === 'reference') {
    writer.put('aws.xray.cause', cause.exceptionId)
    return
  }
  writer.put('aws.xray.cause.id', cause.id)
  writer.put('aws.xray.cause.working_directory', cause.workingDirectory)
  writer.put('aws.xray.cause.paths', cause.paths.length === 0 ? undefined : cause.paths)
}

const ANNOTATION_KEYS = 'aws.xray.annotations'

function putAnnotations(writer: AttributeWriter, { annotations }: Segment | Subsegment): void {
  if (annotations.size === 0) return
  const keys = [...annotations].map(([key, value]) => {
    const free = key === ANNOTATION_KEYS ? `annotation.${key}` : key
    return writer.put(free, value, 'annotation.')
  })
  writer.put(ANNOTATION_KEYS, keys)
}
