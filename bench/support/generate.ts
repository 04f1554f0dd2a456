import { createHash } from 'node:crypto'

const SERVICES = [
  'storefront',
  'orders',
  'inventory',
  'payments',
  'shipping',
  'search',
  'users',
].concat(['reviews', 'pricing', 'mail', 'recommend', 'gateway'])
const TABLES = ['orders', 'carts', 'sessions', 'stock']
const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0'

export type Generated = {
  readonly traceId: string
  /** JSON texts of about 1.5 KB with two subsegments; the first is the root. */
  readonly documents: readonly string[]
}

/** The same numbers for the same seed: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * A trace of `length` segments in a chain of calls; ids are random to the eye and fixed by the seed.
 * @param annotate further annotations of the segment at a depth, 0 for the root
 */
export function generateTrace(
  index: number,
  length: number,
  startSeconds: number,
  random: () => number,
  annotate: (depth: number) => object = () => ({}),
): Generated {
  const hash = createHash('sha256').update(`trace ${index} ${random()}`).digest('hex')
  const traceId = `1-${hash.slice(0, 8)}-${hash.slice(8, 32)}`
  const documents: string[] = []
  let parent: string | undefined
  for (let depth = 0; depth < length; depth++) {
    const ids = createHash('sha256').update(`${traceId} ${depth}`).digest('hex')
    const json = document(traceId, ids, parent, startSeconds + depth * 0.004, depth, random)
    documents.push(
      JSON.stringify({
        ...json,
        annotations: { ...json.annotations, ...annotate(depth) },
      }),
    )
    parent = ids.slice(16, 32)
  }
  return { traceId, documents }
}

function document(
  traceId: string,
  ids: string,
  parent: string | undefined,
  start: number,
  depth: number,
  random: () => number,
) {
  const service = SERVICES[Math.floor(random() * SERVICES.length)] ?? 'gateway'
  const callee = SERVICES[Math.floor(random() * SERVICES.length)] ?? 'gateway'
  const table = TABLES[Math.floor(random() * TABLES.length)]
  const fault = random() < 0.03
  const duration = 0.02 + random() ** 3 * 0.5
  const item = Math.floor(random() * 100_000)
  return {
    name: service,
    id: ids.slice(0, 16),
    trace_id: traceId,
    ...(parent === undefined ? {} : { parent_id: parent }),
    start_time: micro(start),
    end_time: micro(start + duration),
    origin: 'AWS::ECS::Container',
    user: `user-${Math.floor(random() * 5000)}`,
    ...(fault ? { fault: true } : {}),
    http: {
      request: {
        method: depth === 0 ? 'POST' : 'GET',
        url: `https://${service}.shop.test/api/v2/items/${item}?page=${Math.floor(random() * 20)}`,
        user_agent: AGENT,
        client_ip: `203.0.113.${Math.floor(random() * 255)}`,
      },
      response: { status: fault ? 500 : 200, content_length: Math.floor(random() * 9000) },
    },
    service: { version: '2.14.1', runtime: 'node', runtime_version: '20.20.2' },
    aws: {
      ecs: {
        container: `${service}-${Math.floor(random() * 8)}`,
        cluster_arn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop',
      },
      xray: {
        sdk: 'X-Ray for Node.js',
        sdk_version: '3.12.0',
        package: 'aws-xray-sdk',
        rule_name: 'Default',
      },
    },
    annotations: {
      tier: random() < 0.2 ? 'gold' : 'standard',
      items: Math.floor(random() * 12),
      beta: random() < 0.1,
      release: 'r2026-11-20',
    },
    metadata: {
      default: { cart: { id: ids.slice(32, 44), total: Math.round(random() * 9e4) / 100 } },
    },
    subsegments: [
      {
        id: ids.slice(48, 64),
        name: 'DynamoDB',
        namespace: 'aws',
        start_time: micro(start + duration * 0.1),
        end_time: micro(start + duration * 0.4),
        aws: {
          operation: 'GetItem',
          table_name: table,
          region: 'eu-west-1',
          request_id: ids.slice(0, 26).toUpperCase(),
          retries: 0,
        },
        http: { response: { status: 200, content_length: 412 } },
      },
      {
        id: ids.slice(16, 32),
        name: `${callee}.shop.test`,
        namespace: 'remote',
        start_time: micro(start + duration * 0.45),
        end_time: micro(start + duration * 0.95),
        http: {
          request: {
            method: 'GET',
            url: `https://${callee}.shop.test/api/v2/items/${item}`,
            traced: true,
          },
          response: { status: fault ? 500 : 200, content_length: 2048 },
        },
      },
    ],
  }
}

function micro(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}

/** `PutTraceSegments` bodies of up to fifty documents. */
export function putBodies(documents: readonly string[]): Buffer[] {
  const bodies: Buffer[] = []
  for (let at = 0; at < documents.length; at += 50) {
    bodies.push(
      Buffer.from(JSON.stringify({ TraceSegmentDocuments: documents.slice(at, at + 50) })),
    )
  }
  return bodies
}
