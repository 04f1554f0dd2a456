import { randomBytes } from 'node:crypto'

export function newTraceId(seconds = Math.floor(Date.now() / 1000)): string {
  return `1-${seconds.toString(16).padStart(8, '0')}-${randomBytes(12).toString('hex')}`
}

export function newEntityId(): string {
  return randomBytes(8).toString('hex')
}

/** A complete segment document with an AWS call inside, as the X-Ray SDKs send them. */
export function segmentDocument(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const start = Date.now() / 1000
  return {
    name: 'orders',
    id: newEntityId(),
    trace_id: newTraceId(),
    start_time: start,
    end_time: start + 0.19,
    origin: 'AWS::EC2::Instance',
    http: {
      request: { method: 'POST', url: 'https://shop.test/orders' },
      response: { status: 200 },
    },
    annotations: { tier: 'gold', items: 3 },
    subsegments: [
      {
        id: newEntityId(),
        name: 'DynamoDB',
        namespace: 'aws',
        start_time: start + 0.03,
        end_time: start + 0.07,
        aws: { operation: 'PutItem', table_name: 'orders', region: 'eu-west-1' },
        http: { response: { status: 200, content_length: 2 } },
      },
    ],
    ...overrides,
  }
}
