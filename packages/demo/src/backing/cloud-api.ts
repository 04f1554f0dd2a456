import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { HOT_CUSTOMER_PREFIX } from '../shop-request.ts'
import { answerJson, readJsonBody } from './json-request.ts'
import { MessageQueue } from './message-queue.ts'

/**
 * The part of DynamoDB and SQS that the fleet uses, in AWS JSON 1.0, so that the real AWS SDK can
 * call it: items by primary key, a throttled partition, one queue that keeps the sender's trace header.
 */
export function cloudApi(now: () => number): RequestListener {
  const state: CloudState = {
    tables: new Map(),
    queue: new MessageQueue({ maxReceives: 2, visibilityMs: 1500, maxMessages: 10_000 }),
  }
  return (request, response) => {
    answer(state, now, request, response).catch((error: Error) =>
      answerAws(response, 500, { __type: 'InternalFailure', message: error.message }),
    )
  }
}

type CloudState = {
  readonly tables: Map<string, Map<string, Item>>
  readonly queue: MessageQueue
}

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>

type Input = Readonly<Record<string, unknown>>

const MAX_ITEMS = 50_000
const POLL_STEP_MS = 25
const MAX_POLL_MS = 1000

async function answer(
  state: CloudState,
  now: () => number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const input = await readJsonBody(request)
  const target = String(request.headers['x-amz-target'])
  switch (target) {
    case 'DynamoDB_20120810.GetItem':
    case 'DynamoDB_20120810.PutItem': {
      await sleep(2)
      const key = itemKey(input)
      if (key.includes(HOT_CUSTOMER_PREFIX)) return throttled(response)
      const table = tableOf(state, String(input['TableName']))
      return answerAws(
        response,
        200,
        target.endsWith('PutItem') ? putItem(table, key, input) : { Item: table.get(key) },
      )
    }
    case 'AmazonSQS.SendMessage':
      return answerAws(response, 200, sendMessage(state.queue, input, request, now()))
    case 'AmazonSQS.ReceiveMessage':
      return answerAws(response, 200, await receiveMessages(state.queue, now))
    case 'AmazonSQS.DeleteMessage':
      state.queue.delete(String(input['ReceiptHandle']))
      return answerAws(response, 200, {})
    default:
      return answerAws(response, 400, { __type: 'UnknownOperationException', message: target })
  }
}

function answerAws(response: ServerResponse, status: number, body: unknown): void {
  answerJson(response, status, body, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': randomUUID(),
  })
}

function throttled(response: ServerResponse): void {
  answerAws(response, 400, {
    __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    message: 'The level of configured provisioned throughput for the table was exceeded.',
  })
}

/** The shop's tables have one key attribute, `id`. */
function itemKey(input: Input): string {
  const attributes = (input['Key'] ?? input['Item']) as Item | undefined
  return attributes?.['id']?.S ?? ''
}

function tableOf(state: CloudState, name: string): Map<string, Item> {
  const table = state.tables.get(name) ?? new Map<string, Item>()
  state.tables.set(name, table)
  return table
}

function putItem(table: Map<string, Item>, key: string, input: Input): object {
  if (table.size >= MAX_ITEMS) table.clear()
  table.set(key, input['Item'] as Item)
  return {}
}

/** SQS keeps the trace header of the sending request with the message. */
function sendMessage(queue: MessageQueue, input: Input, request: IncomingMessage, nowMs: number) {
  const body = String(input['MessageBody'])
  const header = request.headers['x-amzn-trace-id']
  const id = queue.send(body, typeof header === 'string' ? header : undefined, nowMs)
  return { MessageId: id, MD5OfMessageBody: md5(body) }
}

/** Long polling: waits a moment for a message. */
async function receiveMessages(queue: MessageQueue, now: () => number): Promise<object> {
  const until = now() + MAX_POLL_MS
  let received = queue.receive(10, now())
  while (received.length === 0 && now() < until) {
    await sleep(POLL_STEP_MS)
    received = queue.receive(10, now())
  }
  return {
    Messages: received.map((message) => ({
      MessageId: message.id,
      ReceiptHandle: message.id,
      Body: message.body,
      MD5OfBody: md5(message.body),
      Attributes: {
        SentTimestamp: String(message.sentMs),
        ApproximateReceiveCount: String(message.receives),
        ...(message.traceHeader === undefined ? {} : { AWSTraceHeader: message.traceHeader }),
      },
    })),
  }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
