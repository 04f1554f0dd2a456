import type { Http } from '../segment.ts'
import type { OtlpSpanKind } from './otlp-span.ts'
import {
  type AttributeLookup,
  integerOf,
  type SpanAttributes,
  takeFlag,
  takeInteger,
  takeText,
  textOf,
} from './span-attributes.ts'

/** Attributes that only HTTP has: without any of them there is no `http` block. */
const SIGNS = [
  'http.method',
  'http.request.method',
  'http.status_code',
  'http.response.status_code',
  'http.url',
  'url.full',
  'http.host',
  'http.target',
  'http.scheme',
  'http.server_name',
  'http.user_agent',
  'user_agent.original',
  'http.client_ip',
  'url.path',
  'url.scheme',
]

/** Statuses that documents may carry. */
const MAX_STATUS = 999

/**
 * The `http` block of a span, from the old and the new conventions (xray-behaviour 15.4); undefined
 * where nothing tells of HTTP. The parts of an assembled URL are not taken.
 */
export function httpOf(kind: OtlpSpanKind, attributes: SpanAttributes): Http | undefined {
  if (!tellsOfHttp(attributes)) return undefined
  const client = takeText(attributes, 'http.client_ip', 'client.address')
  const http: Http = {
    method: takeText(attributes, 'http.method', 'http.request.method'),
    url: takeText(attributes, 'http.url', 'url.full') ?? assembleUrl(kind, attributes),
    userAgent: takeText(attributes, 'http.user_agent', 'user_agent.original'),
    clientIp:
      client ?? textOf(attributes, 'net.peer.ip', 'net.sock.peer.addr', 'network.peer.address'),
    xForwardedFor:
      takeFlag(attributes, 'aws.xray.x_forwarded_for') ?? (client === undefined ? undefined : true),
    status: takeStatus(attributes),
    contentLength:
      takeInteger(attributes, 'http.response_content_length', 'http.response.body.size') ??
      receivedSize(attributes),
  }
  return isEmpty(http) ? undefined : http
}

function tellsOfHttp(attributes: SpanAttributes): boolean {
  const mayTell =
    attributes.tells('http') || attributes.tells('url') || attributes.tells('user_agent')
  return mayTell && SIGNS.some((key) => attributes.get(key) !== undefined)
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

/**
 * The payload size of a received message (xray-behaviour 15.4), which senders put into an event too.
 * Undefined where none is told: X-Ray's 0 would mean just that.
 */
export function receivedSize(attributes: AttributeLookup): number | undefined {
  if (attributes.get('message.type') !== 'RECEIVED') return undefined
  const size = integerOf(
    attributes,
    'messaging.message_payload_size_bytes',
    'messaging.message.payload_size_bytes',
  )
  return size === 0 ? undefined : size
}

function takeStatus(attributes: SpanAttributes): number | undefined {
  const old = statusAt(attributes, 'http.status_code')
  const given = statusAt(attributes, 'http.response.status_code')
  const status = old ?? given
  if (status === undefined) return undefined
  if (old === status) attributes.take('http.status_code')
  if (given === status) attributes.take('http.response.status_code')
  return status
}

function statusAt(attributes: AttributeLookup, key: string): number | undefined {
  const status = integerOf(attributes, key)
  return status !== undefined && status >= 0 && status <= MAX_STATUS ? status : undefined
}

/** Scheme, host, port and target (xray-behaviour 15.4, 19); undefined without a host. */
function assembleUrl(kind: OtlpSpanKind, attributes: AttributeLookup): string | undefined {
  const scheme = textOf(attributes, 'http.scheme', 'url.scheme') ?? 'http'
  const host = textOf(attributes, 'http.host') ?? hostAndPort(kind, scheme, attributes)
  return host === undefined ? undefined : `${scheme}://${host}${targetOf(attributes)}`
}

const SERVER_HOSTS = ['http.server_name', 'net.host.name', 'server.address', 'host.name']
const CLIENT_HOSTS = [
  'server.address',
  'net.peer.name',
  'net.peer.ip',
  'net.sock.peer.addr',
  'network.peer.address',
]
const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
])

function hostAndPort(
  kind: OtlpSpanKind,
  scheme: string,
  attributes: AttributeLookup,
): string | undefined {
  const isServer = kind === 'server'
  const host = textOf(attributes, ...(isServer ? SERVER_HOSTS : CLIENT_HOSTS))
  const port = integerOf(attributes, 'server.port', isServer ? 'net.host.port' : 'net.peer.port')
  if (host === undefined || port === undefined || port === DEFAULT_PORTS.get(scheme)) return host
  return `${host}:${port}`
}

function targetOf(attributes: AttributeLookup): string {
  const target = textOf(attributes, 'http.target')
  if (target !== undefined) return target
  const path = textOf(attributes, 'url.path') ?? '/'
  const query = textOf(attributes, 'url.query')
  return query === undefined ? path : `${path}?${query}`
}
