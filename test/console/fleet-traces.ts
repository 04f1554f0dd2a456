import { randomBytes } from 'node:crypto'

/** What becomes of a request, and how long it takes, in seconds. */
export type Fate = { readonly status: number; readonly seconds: number }

/**
 * One request of a shop as SDKs send it, started `secondsAgo`: `web` calls `catalog` (with a table
 * and a database) and the host `pay.example`; `catalog` fails as `fate` says, and hands an order to a
 * queue, from which `shipper` takes it in a trace of its own.
 */
export function orderDocuments(secondsAgo: number, fate: Fate): readonly string[] {
  const at = Date.now() / 1000 - secondsAgo
  const [trace, later] = [traceId(at), traceId(at)]
  const [call, send] = [hex(8), hex(8)]
  const failure = flagsOf(fate.status)
  const inner = fate.seconds
  const web = {
    ...part('web', at, inner + 0.05),
    trace_id: trace,
    origin: 'AWS::ECS::Container',
    http: {
      request: { method: 'GET', url: 'https://shop.test/' },
      response: { status: fate.status },
    },
    ...failure,
    subsegments: [
      {
        ...part('catalog', at + 0.01, inner + 0.02),
        id: call,
        namespace: 'remote',
        http: { response: { status: fate.status } },
        ...failure,
      },
      { ...part('pay.example', at + 0.02, 0.03), namespace: 'remote' },
    ],
  }
  const catalog = {
    ...part('catalog', at + 0.015, inner),
    trace_id: trace,
    parent_id: call,
    origin: 'AWS::EC2::Instance',
    http: { response: { status: fate.status } },
    ...failure,
    subsegments: [
      {
        ...part('DynamoDB', at + 0.016, 0.004),
        namespace: 'aws',
        aws: { operation: 'GetItem', table_name: 'products' },
      },
      {
        ...part('stock@db.internal', at + 0.016, 0.006),
        namespace: 'remote',
        sql: { sanitized_query: 'SELECT 1', database_type: 'PostgreSQL' },
      },
      {
        ...part('SQS', at + 0.017, 0.002),
        id: send,
        namespace: 'aws',
        aws: {
          operation: 'SendMessage',
          queue_url: 'https://sqs.eu-west-1.amazonaws.com/1/orders',
        },
      },
    ],
  }
  const shipper = {
    ...part('shipper', at + 0.4, 0.1),
    trace_id: later,
    origin: 'AWS::Lambda::Function',
    links: [
      { trace_id: trace, id: send, attributes: { 'aws.xray.reserved.reference_type': 'parent' } },
    ],
  }
  return [web, catalog, shipper].map((document) => JSON.stringify(document))
}

/** Three requests, `secondsAgo`, to a service of which nothing is heard later. */
export function goneDocuments(secondsAgo: number): readonly string[] {
  const at = Date.now() / 1000 - secondsAgo
  return [0, 1, 2].map((offset) =>
    JSON.stringify({ ...part('legacy', at + offset, 0.1), trace_id: traceId(at + offset) }),
  )
}

/** `services` that call one another in layers, `failing` of them with faults; one trace each call. */
export function wideDocuments(services: number, failing: number): readonly string[] {
  const width = Math.ceil(Math.sqrt(services))
  return Array.from({ length: services - 1 }, (_, index) => {
    const callee = index + 1
    const caller = Math.max(0, callee - width)
    const at = Date.now() / 1000 - 60 - (index % 600) / 10
    const [trace, call] = [traceId(at), hex(8)]
    const failure = callee <= failing ? { fault: true } : {}
    const outer = { ...part(`service-${caller}`, at, 0.1), trace_id: trace }
    const inner = { ...part(`service-${callee}`, at, 0.05), trace_id: trace, parent_id: call }
    const subsegments = [
      { ...part(inner.name, at, 0.06), id: call, namespace: 'remote', ...failure },
    ]
    return [
      { ...outer, subsegments },
      { ...inner, ...failure },
    ].map((document) => JSON.stringify(document))
  }).flat()
}

function part(name: string, start: number, seconds: number) {
  return { id: hex(8), name, start_time: start, end_time: start + seconds }
}

function flagsOf(status: number): Readonly<Record<string, boolean>> {
  if (status === 429) return { error: true, throttle: true }
  if (status >= 500) return { fault: true }
  return status >= 400 ? { error: true } : {}
}

function traceId(at: number): string {
  return `1-${Math.floor(at).toString(16)}-${hex(12)}`
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
