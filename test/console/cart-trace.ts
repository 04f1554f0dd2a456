import { randomBytes } from 'node:crypto'
import type { ShopTrace } from './shop-trace.ts'

/** How long the reads of items take, in milliseconds, again and again: 12 of 40 take longer than 4. */
const READ_MS = [2, 3, 5, 2, 3, 3, 6, 2, 3, 5]

/**
 * A request that loads a cart item by item with 40 statements, pays in the third attempt, stores a
 * receipt, and takes 900 ms. With `slowerMs` the receipt, and with it the request, takes longer.
 */
export function cartTrace(secondsAgo: number, { slowerMs = 0 } = {}): ShopTrace {
  const at = Math.floor(Date.now() / 1000) - secondsAgo
  const id = `1-${at.toString(16)}-${hex(12)}`
  const part = (name: string, from: number, to: number) => ({
    id: hex(8),
    name,
    start_time: at + from / 1000,
    end_time: at + to / 1000,
  })
  const reads = Array.from({ length: 40 }, (_, index) => ({
    ...part('items@db', 40 + index * 8, 40 + index * 8 + (READ_MS[index % 10] ?? 0)),
    namespace: 'remote',
    sql: {
      sanitized_query: 'SELECT id, name FROM items WHERE id = ?',
      database_type: 'PostgreSQL',
    },
  }))
  const attempts = [503, 503, 200].map((status, index) => ({
    ...part('pay.example', 400 + index * 100, 480 + index * 100),
    namespace: 'remote',
    http: {
      request: { method: 'POST', url: 'https://pay.example/charge' },
      response: { status },
    },
    ...(status === 503 ? { fault: true } : {}),
  }))
  const checkout = {
    ...part('checkout', 0, 900 + slowerMs),
    trace_id: id,
    http: {
      request: { method: 'POST', url: 'https://shop.example/checkout' },
      response: { status: 200 },
    },
    annotations: { tier: 'gold' },
    subsegments: [
      { ...part('load cart', 20, 380), subsegments: reads },
      ...attempts,
      {
        ...part('S3', 720, 850 + slowerMs),
        namespace: 'aws',
        aws: { operation: 'PutObject', bucket_name: 'receipts' },
      },
    ],
  }
  return { id, documents: [JSON.stringify(checkout)] }
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
