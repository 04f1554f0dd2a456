import type { ZipkinEndpoint, ZipkinSpan } from './zipkin-span.ts'

/** What the tags and endpoints of a span are in OpenTelemetry (specification, Zipkin transformation, reversed). */
export type ZipkinMeaning = {
  readonly attributes: ReadonlyMap<string, string | number | boolean>
  readonly status: ZipkinStatus
  readonly scope: { readonly name: string; readonly version: string }
  readonly droppedAttributes: number
  readonly droppedEvents: number
  readonly droppedLinks: number
}

export type ZipkinStatus = { readonly code: 'unset' | 'ok' | 'error'; readonly message: string }

export function zipkinMeaning(span: ZipkinSpan): ZipkinMeaning {
  const tags = new Map(span.tags)
  const status = takeStatus(tags)
  const scope = {
    name: take(tags, 'otel.scope.name') ?? take(tags, 'otel.library.name') ?? '',
    version: take(tags, 'otel.scope.version') ?? take(tags, 'otel.library.version') ?? '',
  }
  return {
    status,
    scope,
    droppedAttributes: takeCount(tags, 'otel.dropped_attributes_count'),
    droppedEvents: takeCount(tags, 'otel.dropped_events_count'),
    droppedLinks: takeCount(tags, 'otel.dropped_links_count'),
    attributes: attributesOf(span, tags),
  }
}

/** Zipkin takes a span with a tag `error` for failed, whatever it says; `false` is what bridges write for none. */
function takeStatus(tags: Map<string, string>): ZipkinStatus {
  const code = take(tags, 'otel.status_code')?.toUpperCase()
  const description = take(tags, 'otel.status_description')
  const error = tags.get('error')
  if (error !== undefined && error !== 'false') {
    tags.delete('error')
    return { code: 'error', message: description ?? (error === 'true' ? '' : error) }
  }
  if (code === 'ERROR') return { code: 'error', message: description ?? '' }
  return { code: code === 'OK' ? 'ok' : 'unset', message: '' }
}

/** Tags come last: what they say explicitly counts. */
function attributesOf(
  span: ZipkinSpan,
  tags: ReadonlyMap<string, string>,
): ReadonlyMap<string, string | number | boolean> {
  const attributes = new Map<string, string | number | boolean>()
  if (span.debug) attributes.set('zipkin.debug', true)
  addRoot(attributes, span)
  addEndpoint(attributes, span.localEndpoint, 'network.local')
  addEndpoint(attributes, span.remoteEndpoint, 'network.peer')
  addRemoteName(attributes, span)
  addPath(attributes, tags)
  for (const [key, value] of tags) attributes.set(key, typed(key, value))
  return attributes
}

/** A call that nothing led to is the first of its service: X-Ray's segment and the call below it. */
function addRoot(attributes: Map<string, string | number | boolean>, span: ZipkinSpan): void {
  const isCall = span.kind === 'CLIENT' || span.kind === 'PRODUCER'
  const isNamed = span.localEndpoint.serviceName !== undefined
  if (isCall && isNamed && span.parentId === undefined) {
    attributes.set('aws.span.kind', 'LOCAL_ROOT')
  }
}

function addEndpoint(
  attributes: Map<string, string | number | boolean>,
  { ipv4, ipv6, port }: ZipkinEndpoint,
  prefix: 'network.local' | 'network.peer',
): void {
  const address = ipv4 || ipv6
  if (address) attributes.set(`${prefix}.address`, address)
  if (ipv4 && ipv6) attributes.set(`${prefix}.ipv6`, ipv6)
  if (port) attributes.set(`${prefix}.port`, port)
}

/**
 * Who is called is `peer.service`, as OpenTelemetry says. Of other kinds X-Ray would name the service
 * after who called it, so that name stands beside.
 */
function addRemoteName(
  attributes: Map<string, string | number | boolean>,
  { kind, remoteEndpoint }: ZipkinSpan,
): void {
  const name = remoteEndpoint.serviceName
  if (name === undefined) return
  const isCall = kind === 'CLIENT' || kind === 'PRODUCER'
  attributes.set(isCall ? 'peer.service' : 'zipkin.remote_service', name)
}

const TELL_OF_PATH = ['url.path', 'http.target', 'http.url', 'url.full']

/** Zipkin's own tag for the path of a request, under the name that addresses are made of. */
function addPath(
  attributes: Map<string, string | number | boolean>,
  tags: ReadonlyMap<string, string>,
): void {
  const path = tags.get('http.path')
  if (path === undefined || TELL_OF_PATH.some((key) => tags.has(key))) return
  attributes.set('url.path', path)
}

const STATUS_KEYS = new Set(['http.status_code', 'http.response.status_code'])

/** Tags are texts; statuses of HTTP are numbers, by which spans are searched. */
function typed(key: string, value: string): string | number {
  return STATUS_KEYS.has(key) && /^\d{1,3}$/.test(value) ? Number(value) : value
}

function take(tags: Map<string, string>, key: string): string | undefined {
  const value = tags.get(key)
  tags.delete(key)
  return value
}

/** A count of 32 bits; of other texts none is taken, and they stay tags. */
function takeCount(tags: Map<string, string>, key: string): number {
  const value = tags.get(key)
  if (value === undefined || !/^\d{1,9}$/.test(value)) return 0
  tags.delete(key)
  return Number(value)
}
