import { SendMessageCommand } from '@aws-sdk/client-sqs'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { openQueue, SHIPPING_QUEUE_URL } from '../aws-clients.ts'
import { type DatabaseClient, openDatabase } from '../database-client.ts'
import { runFleetProcess, serverProcess } from '../fleet-process.ts'
import { callJson, type HttpAnswer, type Peer, UpstreamError } from '../http-call.ts'
import { capturedPostgres, xrayFastifyPlugin } from '../sdk-modules.ts'
import { portOf, type Settings } from '../settings.ts'
import { type CartItem, UNLUCKY_CUSTOMER } from '../shop-request.ts'
import { currentSegment, inSubsegment, startTracing } from '../tracing.ts'

class OrderError extends Error {
  override readonly name = 'OrderError'
}

type Order = {
  readonly customer: string
  readonly items: readonly CartItem[]
  readonly card: string
  readonly country: string
}

type Surroundings = {
  readonly database: DatabaseClient
  readonly queue: ReturnType<typeof openQueue>
  readonly inventory: Peer
  readonly payments: Peer
}

async function orders(settings: Settings): Promise<FastifyInstance> {
  const around: Surroundings = {
    database: openDatabase(settings, capturedPostgres),
    queue: openQueue(settings),
    inventory: { host: 'inventory.shop.internal', port: portOf(settings, 'inventory') },
    payments: { host: 'payments.shop.internal', port: portOf(settings, 'payments') },
  }
  const app = fastify()
  await app.register(xrayFastifyPlugin, { segmentName: 'orders' })
  app.post<{ Body: Order }>('/orders', (request, reply) => placeOrder(around, request.body, reply))
  app.get<{ Params: { id: string } }>('/orders/:id', async (request, reply) => {
    const order = await findOrder(around.database, request.params.id)
    return order ?? reply.code(404).send({ reason: 'no-such-order' })
  })
  app.get<{ Params: { id: string } }>('/orders/:id/invoice', async (request, reply) => {
    const order = await findOrder(around.database, request.params.id)
    if (order === undefined) return reply.code(404).send({ reason: 'no-such-order' })
    return inSubsegment('render-invoice', async () => renderInvoice(order))
  })
  app.setErrorHandler((error, _request, reply) => {
    currentSegment()?.addError(error)
    return reply.code(500).send({ reason: error.message })
  })
  return app
}

async function placeOrder(around: Surroundings, order: Order, reply: FastifyReply) {
  if (order.items.length === 0) return reply.code(400).send({ reason: 'empty-order' })
  currentSegment()?.addAnnotation('country', order.country)
  const totalCents = await inSubsegment('price-items', () => price(around.database, order.items))
  await inSubsegment('apply-loyalty', async () => applyLoyalty(order.customer, totalCents))
  const reserved = await callJson(around.inventory, 'POST', '/reservations', { body: order })
  if (reserved.status >= 400) return refuse(reply, 'inventory', reserved)
  const id = await storeOrder(around.database, order, totalCents)
  const charged = await callJson(around.payments, 'POST', '/charges', {
    body: { card: order.card, amountCents: totalCents, order: `order-${id}` },
  })
  if (charged.status >= 400) return refuse(reply, 'payments', charged)
  await around.queue.send(
    new SendMessageCommand({
      QueueUrl: SHIPPING_QUEUE_URL,
      MessageBody: JSON.stringify({ order: id, country: order.country }),
    }),
  )
  return reply.code(201).send({ id, totalCents })
}

/** A caller's mistake is handed on; a broken service fails the order. */
function refuse(reply: FastifyReply, service: string, answer: HttpAnswer): FastifyReply {
  if (answer.status < 500) return reply.code(answer.status).send(answer.body)
  const cause = new UpstreamError(`${service} answered ${answer.status}`)
  throw new OrderError('the order was not placed', { cause })
}

/** A query for every line of the order, as object mappers do when nobody looks. */
async function price(database: DatabaseClient, items: readonly CartItem[]): Promise<number> {
  let total = 0
  for (const item of items) {
    const [row] = await database.query<{ price_cents: number }>(
      'SELECT price_cents FROM products WHERE sku = $1',
      [item.sku],
    )
    total += (row?.price_cents ?? 0) * item.quantity
  }
  return total
}

/** Points that were bought, sold and returned have no tier any more: one customer has such. */
function applyLoyalty(customer: string, totalCents: number): number {
  if (customer !== UNLUCKY_CUSTOMER.id) return Math.floor(totalCents / 100)
  const cause = new RangeError('no loyalty tier for -2147483648 points')
  throw new OrderError(`loyalty points of ${customer} cannot be applied`, { cause })
}

async function storeOrder(
  database: DatabaseClient,
  order: Order,
  totalCents: number,
): Promise<number> {
  const [row] = await database.query<{ id: number }>(
    'INSERT INTO orders (customer, total_cents, placed_at) VALUES ($1, $2, now()) RETURNING id',
    [order.customer, totalCents],
  )
  const id = row?.id ?? 0
  await database.query(
    `INSERT INTO order_items (order_id, sku, quantity)
     SELECT $1, sku, quantity FROM json_to_recordset($2) AS x(sku text, quantity int)`,
    [id, JSON.stringify(order.items)],
  )
  return id
}

type StoredOrder = { readonly id: number; readonly placed_at: Date | null }

async function findOrder(database: DatabaseClient, id: string): Promise<StoredOrder | undefined> {
  const [order] = await database.query<StoredOrder>('SELECT * FROM orders WHERE id = $1', [id])
  return order
}

function renderInvoice(order: StoredOrder): { readonly invoice: string } {
  try {
    return { invoice: `${order.id} of ${new Date(order.placed_at ?? Number.NaN).toISOString()}` }
  } catch (cause) {
    throw new OrderError(`order ${order.id} has no invoice`, { cause })
  }
}

await runFleetProcess(async (settings) => {
  // Long orders send finished subsegments ahead of their segment.
  startTracing(settings, 25)
  const app = await orders(settings)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return serverProcess(app.server)
})
