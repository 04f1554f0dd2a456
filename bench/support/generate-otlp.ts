import { otlpSchema } from '../../test/support/otlp-schema.ts'
import { seededRandom } from './generate.ts'

const SERVICES = ['storefront', 'orders', 'inventory', 'payments', 'shipping', 'search']
const ROUTES = ['/api/items/{id}', '/api/cart', '/api/checkout', '/api/users/{id}/orders']
const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0'
const START_NANOS = 1_795_392_000_000_000_000n

type Attribute = { readonly key: string; readonly value: object }

/**
 * Trace requests in protobuf as a collector sends them: `spans` spans of one service in two scopes, ids
 * random to the eye, server spans with 11 attributes, calls of databases with 10; one in fifty failed, with
 * an exception event.
 */
export function generateOtlpRequests(requests: number, spans: number): readonly Uint8Array[] {
  const random = seededRandom(4318)
  const type = otlpSchema({ text: 'string', spans: 'Span' }).lookupType('ExportTraceServiceRequest')
  return Array.from({ length: requests }, () => {
    const half = Math.ceil(spans / 2)
    const resource = { attributes: resourceAttributes(pick(SERVICES, random), random) }
    const scopeSpans = [
      {
        scope: { name: '@opentelemetry/instrumentation-http', version: '0.205.0' },
        spans: Array.from({ length: half }, () => span(2, random)),
      },
      {
        scope: { name: '@opentelemetry/instrumentation-pg', version: '0.58.0' },
        spans: Array.from({ length: spans - half }, () => span(3, random)),
      },
    ]
    const message = type.fromObject({ resourceSpans: [{ resource, scopeSpans }] })
    return Uint8Array.from(type.encode(message).finish())
  })
}

/** Of a trace of `generateOtlpTraces`. */
export const SPANS_PER_TRACE = 8

const TRACE_SERVICES = ['storefront', 'orders', 'inventory']

/**
 * A trace request with whole traces: a server span of each of three services, below each a call of the
 * next or of a database, and two calls more; as a collector sends them, by service. Times within a minute.
 */
export function generateOtlpTraces(
  traces: number,
  start: bigint,
  random: () => number,
): { readonly bytes: Uint8Array; readonly lastTraceId: string } {
  const type = otlpSchema({ text: 'string', spans: 'Span' }).lookupType('ExportTraceServiceRequest')
  const byService = TRACE_SERVICES.map((): object[] => [])
  let traceId: Uint8Array = new Uint8Array(16)
  for (let trace = 0; trace < traces; trace++) {
    traceId = id(16, random)
    let parentSpanId: Uint8Array | undefined
    const began = start + BigInt(Math.floor(random() * 6e10))
    for (const [index, spans] of byService.entries()) {
      const server = {
        ...span(2, random),
        traceId,
        parentSpanId,
        ...timesFrom(began, index, random),
      }
      const calls = Array.from({ length: index === 0 ? 1 : 2 }, () => ({
        ...span(3, random),
        traceId,
        parentSpanId: server.spanId,
        ...timesFrom(began, index, random),
      }))
      spans.push(server, ...calls)
      parentSpanId = calls[0]?.spanId
    }
  }
  const resourceSpans = byService.map((spans, index) => ({
    resource: { attributes: resourceAttributes(TRACE_SERVICES[index] ?? '', random) },
    scopeSpans: [
      { scope: { name: '@opentelemetry/instrumentation-http', version: '0.205.0' }, spans },
    ],
  }))
  const bytes = Uint8Array.from(type.encode(type.fromObject({ resourceSpans })).finish())
  const hex = Buffer.from(traceId).toString('hex')
  return { bytes, lastTraceId: `1-${hex.slice(0, 8)}-${hex.slice(8)}` }
}

function timesFrom(began: bigint, depth: number, random: () => number) {
  const start = began + BigInt(depth) * 2_000_000n
  const end = start + BigInt(Math.floor(1e6 + random() * 2e8))
  return { startTimeUnixNano: String(start), endTimeUnixNano: String(end) }
}

/** A server span (2) or a call of a database (3), with ids and times of its own. */
export function span(kind: 2 | 3, random: () => number) {
  const start = START_NANOS + BigInt(Math.floor(random() * 6e10))
  const failed = random() < 0.02
  return {
    traceId: id(16, random),
    spanId: id(8, random),
    parentSpanId: id(8, random),
    name: kind === 2 ? `GET ${pick(ROUTES, random)}` : 'pg.query:SELECT shop',
    kind,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(Math.floor(random() * 2e8))),
    attributes: kind === 2 ? serverAttributes(failed, random) : databaseAttributes(random),
    status: failed ? { code: 2, message: 'connection refused' } : {},
    events: failed ? [exception(start)] : [],
    flags: 0x101,
  }
}

function serverAttributes(failed: boolean, random: () => number): readonly Attribute[] {
  const item = Math.floor(random() * 100_000)
  return [
    text('http.request.method', 'GET'),
    text('url.scheme', 'https'),
    text('url.path', `/api/items/${item}`),
    text('http.route', pick(ROUTES, random)),
    text('server.address', 'shop.example.com'),
    int('server.port', 443),
    int('http.response.status_code', failed ? 500 : 200),
    text('user_agent.original', AGENT),
    text('client.address', `203.0.113.${Math.floor(random() * 255)}`),
    text('network.protocol.version', '1.1'),
    { key: 'app.cart.total', value: { doubleValue: Math.round(random() * 9e4) / 100 } },
  ]
}

function databaseAttributes(random: () => number): readonly Attribute[] {
  return [
    text('db.system.name', 'postgresql'),
    text('db.namespace', 'shop'),
    text('db.query.text', 'SELECT id, name, price FROM items WHERE id = $1'),
    text('db.operation.name', 'SELECT'),
    text('server.address', 'db.internal'),
    int('server.port', 5432),
    text('db.user', 'shop'),
    text('peer.service', 'postgres'),
    int('db.response.returned_rows', Math.floor(random() * 100)),
    { key: 'app.cached', value: { boolValue: random() < 0.5 } },
  ]
}

export function resourceAttributes(service: string, random: () => number): readonly Attribute[] {
  return [
    text('service.name', service),
    text('service.version', '2.14.1'),
    text('telemetry.sdk.language', 'nodejs'),
    text('telemetry.sdk.name', 'opentelemetry'),
    text('telemetry.sdk.version', '2.1.0'),
    text('cloud.platform', 'aws_ecs'),
    text('cloud.region', 'eu-west-1'),
    text('host.name', `ip-10-0-${Math.floor(random() * 255)}-17`),
  ]
}

function exception(start: bigint): object {
  return {
    timeUnixNano: String(start + 1000n),
    name: 'exception',
    attributes: [
      text('exception.type', 'Error'),
      text('exception.message', 'connect ECONNREFUSED 10.0.0.9:5432'),
      text(
        'exception.stacktrace',
        `Error: connect\n${'    at Socket.connect (node:net:1)\n'.repeat(12)}`,
      ),
    ],
  }
}

export function text(key: string, stringValue: string): Attribute {
  return { key, value: { stringValue } }
}

function int(key: string, intValue: number): Attribute {
  return { key, value: { intValue } }
}

export function id(size: number, random: () => number): Uint8Array {
  return Uint8Array.from({ length: size }, () => 1 + Math.floor(random() * 255))
}

export function pick(list: readonly string[], random: () => number): string {
  return list[Math.floor(random() * list.length)] ?? ''
}
