import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts'
import { findJsonBoundsProblem } from '../json-bounds.ts'
import { EXCEPTION_EVENT, stackOf } from './exception-cause.ts'
import { METADATA_PREFIX, type Unindexed } from './index-attributes.ts'
import { jsonOfAttributes, jsonOfValue } from './json-of-value.ts'
import { knownMembers } from './known-members.ts'
import type { OtlpAttributes, OtlpEvent, OtlpLink, OtlpSpan, OtlpValue } from './otlp-span.ts'

/**
 * The namespace of what a segment document has no field for: `name` where the document has another,
 * `kind`, `status`, `trace_state`, `flags`, `scope`, `resource`, `events`, `links`, `dropped`.
 * Members that say nothing are left out.
 */
const OTEL_NAMESPACE = 'otel'

/** The namespace of attributes that are no annotations (xray-behaviour 15.5). */
const DEFAULT_NAMESPACE = 'default'

/**
 * The `metadata` of what a span becomes (xray-behaviour 15.5): attributes that are neither told by a
 * field nor annotations, and what X-Ray has no word for, so that its view of a span loses nothing.
 * @param documentName the name of the segment or subsegment
 * @param resource attributes of the resource, as `resourceMetadata` gives them
 */
export function metadataOf(
  span: OtlpSpan,
  documentName: string,
  unindexed: Unindexed,
  language: string | undefined,
  resource: JsonObject,
): JsonObject | undefined {
  const own: [string, JsonValue][] = []
  const sent: [string, JsonObject][] = []
  for (const [key, value] of unindexed) {
    const namespace = key.startsWith(METADATA_PREFIX) ? key.slice(METADATA_PREFIX.length) : ''
    const members = namespace === '' ? undefined : jsonObjectIn(value)
    if (members === undefined) own.push([key, jsonOfValue(value)])
    else sent.push([namespace, members])
  }
  const namespaces = new Map<string, JsonObject>([
    [DEFAULT_NAMESPACE, { ...resource, ...Object.fromEntries(own) }],
    [OTEL_NAMESPACE, otelMembers(span, documentName, language)],
  ])
  for (const [name, members] of sent) {
    const namespace = name.toLowerCase() === DEFAULT_NAMESPACE ? DEFAULT_NAMESPACE : name
    namespaces.set(namespace, { ...namespaces.get(namespace), ...members })
  }
  return withoutEmpty(namespaces, new Set(sent.map(([name]) => name)))
}

/** Metadata of a segment of which only the resource is told. */
export function metadataOfResource(resource: JsonObject): JsonObject | undefined {
  return withoutEmpty(new Map([[DEFAULT_NAMESPACE, resource]]), new Set())
}

function withoutEmpty(
  namespaces: ReadonlyMap<string, JsonObject>,
  kept: ReadonlySet<string>,
): JsonObject | undefined {
  const isSaid = ([name, members]: readonly [string, JsonObject]) =>
    kept.has(name) || Object.keys(members).length > 0
  const said = [...namespaces].filter(isSaid)
  return said.length === 0 ? undefined : Object.fromEntries(said)
}

/** Of a text that becomes metadata; as deep and large as a segment document may be. */
const METADATA_BOUNDS = { maxDepth: 100, maxValues: 65_536 }

/** The object that a JSON text says; undefined for anything else, which then stays as it was sent. */
function jsonObjectIn(value: OtlpValue): JsonObject | undefined {
  if (typeof value !== 'string') return undefined
  if (findJsonBoundsProblem(value, METADATA_BOUNDS) !== undefined) return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return isJsonObject(parsed) ? (parsed as JsonObject) : undefined
  } catch {
    return undefined
  }
}

function otelMembers(
  span: OtlpSpan,
  documentName: string,
  language: string | undefined,
): JsonObject {
  const { scope, resource, status } = span
  const members = knownMembers([
    ['name', span.name === documentName ? undefined : span.name],
    ['kind', span.kind === 'unspecified' ? undefined : span.kind],
    ['status', status.code === 'unset' ? undefined : statusMembers(status)],
    ['trace_state', span.traceState || undefined],
    ['flags', span.flags || undefined],
    [
      'scope',
      knownMembers([
        ['name', scope.name || undefined],
        ['version', scope.version || undefined],
        ['attributes', attributesMember(scope.attributes)],
        ['schema_url', scope.schemaUrl || undefined],
        ['dropped_attributes', scope.droppedAttributes || undefined],
      ]),
    ],
    [
      'resource',
      knownMembers([
        ['schema_url', resource.schemaUrl || undefined],
        ['dropped_attributes', resource.droppedAttributes || undefined],
      ]),
    ],
    ['events', listMember(span.events.map((event) => eventMembers(event, language)))],
    ['links', listMember(span.links.flatMap(linkMembers))],
    [
      'dropped',
      knownMembers([
        ['attributes', span.droppedAttributes || undefined],
        ['events', span.droppedEvents || undefined],
        ['links', span.droppedLinks || undefined],
      ]),
    ],
  ])
  return members ?? {}
}

function statusMembers({ code, message }: OtlpSpan['status']): JsonObject {
  return message === '' ? { code } : { code, message }
}

function attributesMember(attributes: OtlpAttributes): JsonObject | undefined {
  return attributes.size === 0 ? undefined : jsonOfAttributes(attributes)
}

function listMember(members: readonly JsonObject[]): readonly JsonObject[] | undefined {
  return members.length === 0 ? undefined : members
}

/** Instants are texts: a number of JSON would round nanoseconds. */
function eventMembers(event: OtlpEvent, language: string | undefined): JsonObject {
  const told = event.name === EXCEPTION_EVENT ? toldByCause(event, language) : undefined
  const rest = told && new Map([...event.attributes].filter(([key]) => !told.has(key)))
  const members = knownMembers([
    ['name', event.name],
    ['time_unix_nano', String(event.time)],
    ['attributes', attributesMember(rest ?? event.attributes)],
    ['dropped_attributes', event.droppedAttributes || undefined],
  ])
  return members ?? {}
}

/** Attributes of an exception that the `cause` repeats. */
function toldByCause(event: OtlpEvent, language: string | undefined): ReadonlySet<string> {
  const told = ['exception.type', 'exception.message'].filter(
    (key) => typeof event.attributes.get(key) === 'string',
  )
  if (stackOf(event, language).frames.length > 0) told.push('exception.stacktrace')
  return new Set(told)
}

/** What `links` of a document do not tell of a link. */
function linkMembers(link: OtlpLink): readonly JsonObject[] {
  const unsaid = knownMembers([
    ['trace_state', link.traceState || undefined],
    ['flags', link.flags || undefined],
    ['dropped_attributes', link.droppedAttributes || undefined],
  ])
  return unsaid === undefined ? [] : [{ trace_id: link.traceId, id: link.id, ...unsaid }]
}
