import { randomBytes } from 'node:crypto'

/** What was sent of one request. */
export type Checkout = {
  readonly id: string
  readonly document: string
  readonly seconds: number
  readonly status: number
  readonly user: string
  readonly release: '2.0' | '2.1'
}

/**
 * `count` requests over the `seconds` before `end`, in epoch seconds: the same ones each time but for
 * their ids. Every third comes from release 2.1, which is slow at its database; `u-7` alone is refused
 * with 403.
 */
export function checkouts(
  count: number,
  seconds: number,
  end = Date.now() / 1000,
): readonly Checkout[] {
  return Array.from({ length: count }, (_, index) => {
    const release = index % 3 === 0 ? '2.1' : '2.0'
    const user = `u-${index % 12}`
    const status = index % 12 === 7 ? 403 : 200
    const wait = release === '2.1' ? 1.2 + (index % 10) / 10 : 0.02 + (index % 8) / 100
    const at = end - 5 - (index / count) * (seconds - 10)
    return request(at, { release, user, status, wait })
  })
}

type Shape = Pick<Checkout, 'release' | 'user' | 'status'> & { readonly wait: number }

function request(at: number, { release, user, status, wait }: Shape): Checkout {
  const id = `1-${Math.floor(at).toString(16)}-${hex(12)}`
  // Summaries tell whole milliseconds.
  const seconds = Math.round((wait + 0.03) * 1000) / 1000
  const segment = {
    id: hex(8),
    name: 'checkout',
    trace_id: id,
    start_time: at,
    end_time: at + seconds,
    origin: 'AWS::ECS::Container',
    user,
    http: {
      request: { method: 'POST', url: 'https://shop.test/checkout' },
      response: { status },
    },
    annotations: { release, express: Number(user.slice(2)) % 2 === 0 },
    ...(status === 403 ? { error: true } : {}),
    subsegments: [
      {
        id: hex(8),
        name: 'carts@db.internal',
        namespace: 'remote',
        start_time: at + 0.01,
        end_time: at + 0.01 + wait,
        sql: {
          sanitized_query: 'SELECT * FROM carts WHERE owner = ? ORDER BY changed',
          database_type: 'PostgreSQL',
        },
      },
    ],
  }
  return { id, document: JSON.stringify(segment), seconds, status, user, release }
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
