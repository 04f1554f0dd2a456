import { randomBytes } from 'node:crypto'

export type ShopTrace = { readonly id: string; readonly documents: readonly string[] }

type Options = { readonly fails?: boolean; readonly url?: string }

/**
 * A checkout as SDKs send it, started `secondsAgo`: the storefront calls orders, which asks a
 * database and DynamoDB, and a late mailer whose caller never reported.
 */
export function shopTrace(secondsAgo: number, options: Options = {}): ShopTrace {
  const { fails = false, url = 'https://shop.example/checkout?step=2' } = options
  const at = Date.now() / 1000 - secondsAgo
  const id = `1-${Math.floor(at).toString(16)}-${hex(12)}`
  const [call, order] = [hex(8), hex(8)]
  const failure = {
    fault: true,
    cause: {
      working_directory: '/srv/app',
      exceptions: [
        {
          id: hex(8),
          type: 'TimeoutError',
          message: 'no answer within 800 ms',
          stack: [{ path: 'orders.js', line: 41, label: 'loadOrder' }],
        },
      ],
    },
  }
  const storefront = {
    id: hex(8),
    name: 'storefront',
    trace_id: id,
    start_time: at,
    end_time: at + 0.43,
    origin: 'AWS::ECS::Container',
    user: 'u-81',
    http: { request: { method: 'POST', url }, response: { status: fails ? 500 : 200 } },
    annotations: { tier: 'gold', items: 3, express: true },
    ...(fails ? failure : {}),
    subsegments: [
      {
        id: call,
        name: 'orders',
        namespace: 'remote',
        start_time: at + 0.02,
        end_time: at + 0.35,
        http: {
          request: { method: 'POST', url: 'http://orders/orders' },
          response: { status: 200 },
        },
      },
      {
        id: hex(8),
        name: 'render',
        start_time: at + 0.36,
        end_time: at + 0.42,
        metadata: { default: { template: 'done.html', flags: { beta: true } } },
      },
    ],
  }
  const orders = {
    id: order,
    name: 'orders',
    trace_id: id,
    parent_id: call,
    start_time: at + 0.03,
    end_time: at + 0.34,
    subsegments: [
      {
        id: hex(8),
        name: 'orders@db.internal',
        namespace: 'remote',
        start_time: at + 0.04,
        end_time: at + 0.2,
        sql: { sanitized_query: 'SELECT * FROM orders WHERE id = ?', database_type: 'PostgreSQL' },
      },
      {
        id: hex(8),
        name: 'DynamoDB',
        namespace: 'aws',
        start_time: at + 0.21,
        end_time: at + 0.3,
        aws: { operation: 'PutItem', table_name: 'orders', region: 'eu-west-1' },
      },
    ],
  }
  const mailer = {
    id: hex(8),
    name: 'mailer',
    trace_id: id,
    parent_id: hex(8),
    start_time: at + 0.4,
    end_time: at + 0.6,
  }
  return { id, documents: [storefront, orders, mailer].map((document) => JSON.stringify(document)) }
}

/** A trace whose root has `count` subsegments of its own, in documents of 1,000 each. */
export function longTrace(secondsAgo: number, count: number): ShopTrace {
  const at = Date.now() / 1000 - secondsAgo
  const id = `1-${Math.floor(at).toString(16)}-${hex(12)}`
  const calls: string[] = []
  const documents: string[] = []
  const root = { id: hex(8), name: 'import', trace_id: id, start_time: at, end_time: at + 20 }
  for (let first = 0; first < count; first += 1000) {
    const call = {
      id: hex(8),
      name: 'batch',
      namespace: 'remote',
      start_time: at,
      end_time: at + 20,
    }
    calls.push(JSON.stringify(call))
    const subsegments = Array.from({ length: Math.min(1000, count - first) }, (_, offset) => {
      const start = at + ((first + offset) * 20) / count
      return { id: hex(8), name: 'SELECT items', start_time: start, end_time: start + 0.001 }
    })
    const batch = { ...root, id: hex(8), name: 'worker', parent_id: call.id, subsegments }
    documents.push(JSON.stringify(batch))
  }
  documents.push(JSON.stringify({ ...root, subsegments: calls.map((call) => JSON.parse(call)) }))
  return { id, documents }
}

/** Sends documents as SDKs and the daemon do; throws unless all were taken. */
export async function putDocuments(endpoint: string, documents: readonly string[]): Promise<void> {
  const response = await fetch(`${endpoint}/TraceSegments`, {
    method: 'POST',
    body: JSON.stringify({ TraceSegmentDocuments: documents }),
  })
  const answer = (await response.json()) as { UnprocessedTraceSegments?: unknown[] }
  if (!response.ok || answer.UnprocessedTraceSegments?.length !== 0) {
    throw new Error(`documents refused: ${JSON.stringify(answer).slice(0, 500)}`)
  }
}

/** How many traces of the hour before `end`, in epoch seconds, are found. */
export async function countTraces(
  endpoint: string,
  end = Math.ceil(Date.now() / 1000),
): Promise<number> {
  let count = 0
  let token: unknown
  do {
    const body = JSON.stringify({ StartTime: end - 3600, EndTime: end, NextToken: token ?? null })
    const response = await fetch(`${endpoint}/TraceSummaries`, { method: 'POST', body })
    const page = (await response.json()) as { TraceSummaries: unknown[]; NextToken: unknown }
    count += page.TraceSummaries.length
    token = page.NextToken
  } while (typeof token === 'string')
  return count
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
