import { repairSegmentName } from '../segment-name.ts'
import type { ResourceMeaning } from './resource-meaning.ts'
import { type AttributeLookup, type SpanAttributes, textOf } from './span-attributes.ts'
import type { Form, SpanHead } from './span-head.ts'

/**
 * The name of what a span becomes (xray-behaviour 15.3): the first of the candidates that is told and
 * keeps a character a document may carry. Segments are named after services, calls after what they
 * call, all else as the span.
 * @param form for a local root that is a call: the call's name; `serviceNameOf` names its segment
 */
export function nameOf(
  head: SpanHead,
  form: Form,
  attributes: SpanAttributes,
  resource: ResourceMeaning,
): string {
  const ofAws = attributes.tells('aws')
  return (
    (ofAws ? localName(head, form, attributes) : undefined) ??
    (ofAws ? remoteName(head, attributes) : undefined) ??
    named(attributes, 'peer.service') ??
    (ofAws ? named(attributes, 'aws.service') : undefined) ??
    (attributes.tells('db') ? databaseName(attributes) : undefined) ??
    (form === 'segment' ? ownName(resource) : undefined) ??
    named(attributes, 'rpc.service') ??
    named(attributes, 'http.host', 'net.peer.name', 'server.address') ??
    repairSegmentName(head.name) ??
    UNNAMED
  )
}

/**
 * The name of the service that makes a call as the root of its part of the trace. `peer.service` and
 * what follows it name the callee, so that they come last.
 */
export function serviceNameOf(
  head: SpanHead,
  attributes: SpanAttributes,
  resource: ResourceMeaning,
): string {
  return (
    named(attributes, 'aws.local.service') ??
    ownName(resource) ??
    nameOf({ ...head, kind: 'internal' }, 'segment', attributes, resource)
  )
}

/** `aws` for calls that the SDKs of AWS make, `remote` for others (xray-behaviour 15.3, 19). */
export function namespaceOf(head: SpanHead, attributes: SpanAttributes): string | undefined {
  if (isAwsCall(attributes)) return 'aws'
  if (head.kind === 'client') return 'remote'
  const isMessage = head.kind === 'producer' || head.kind === 'consumer'
  return isMessage && textOf(attributes, 'aws.remote.service') ? 'remote' : undefined
}

/** Whether a span says that it calls AWS; older SDKs name the service only. */
export function isAwsCall(attributes: SpanAttributes): boolean {
  if (attributes.tells('rpc') && isAwsApi(attributes)) return true
  return attributes.tells('aws') && textOf(attributes, 'aws.service') !== undefined
}

/** Whether a span is made by an SDK of AWS. */
export function isAwsApi(attributes: AttributeLookup): boolean {
  return textOf(attributes, 'rpc.system', 'rpc.system.name') === 'aws-api'
}

/** X-Ray needs a name; the exporter's word where there is none. */
const UNNAMED = 'span'

function named(attributes: SpanAttributes, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const text = textOf(attributes, key)
    const name = text === undefined ? undefined : repairSegmentName(text)
    if (name !== undefined) return name
  }
  return undefined
}

function ownName(resource: ResourceMeaning): string | undefined {
  return resource.serviceName === undefined ? undefined : repairSegmentName(resource.serviceName)
}

function localName(head: SpanHead, form: Form, attributes: SpanAttributes): string | undefined {
  const isLocalRoot = form === 'segment' && attributes.get('aws.span.kind') === 'LOCAL_ROOT'
  const isOwn = head.kind === 'server' || isLocalRoot
  return isOwn ? named(attributes, 'aws.local.service') : undefined
}

const SDK_PREFIX = /^(?:AWS\.SDK\.|AWS::)/

function remoteName(head: SpanHead, attributes: SpanAttributes): string | undefined {
  if (head.kind !== 'client' && head.kind !== 'producer' && head.kind !== 'consumer') {
    return undefined
  }
  const name = named(attributes, 'aws.remote.service')
  if (name === undefined || !isAwsApi(attributes)) return name
  return repairSegmentName(name.replace(SDK_PREFIX, ''))
}

/** `<database>@<host>`, or the database alone where the host is not told. */
function databaseName(attributes: SpanAttributes): string | undefined {
  const database = textOf(attributes, 'db.name', 'db.namespace')
  if (database === undefined) return undefined
  const host = connectionHost(attributes)
  return repairSegmentName(host === undefined ? database : `${database}@${host}`)
}

/** The host of `jdbc:postgresql://user@host:5432/db`. */
const HOST = /^[\w+.:-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:;,]+)/

function connectionHost(attributes: SpanAttributes): string | undefined {
  const connection = textOf(attributes, 'db.connection_string')
  const host = connection === undefined ? undefined : HOST.exec(connection)?.[1]
  return host ?? textOf(attributes, 'server.address', 'net.peer.name')
}
