import { DynamoDBServiceException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import AWSXRayExpress from 'aws-xray-sdk-express'
import express, { type NextFunction, type Request, type Response } from 'express'
import { openDynamo } from '../aws-clients.ts'
import { runFleetProcess, serverProcess } from '../fleet-process.ts'
import { callJson, type HttpAnswer, type Peer, UpstreamError } from '../http-call.ts'
import { portOf, type Settings } from '../settings.ts'
import { currentSegment, startTracing } from '../tracing.ts'

function storefront(settings: Settings): express.Express {
  const dynamo = openDynamo(settings)
  const inventory = { host: 'inventory.shop.internal', port: portOf(settings, 'inventory') }
  const recommendations = {
    host: 'recommendations.shop.internal',
    port: portOf(settings, 'recommendations'),
  }
  const orders = { host: 'orders.shop.internal', port: portOf(settings, 'orders') }
  const app = express()
  app.use(AWSXRayExpress.openSegment('storefront'))
  app.use(express.json())
  app.use(describeCaller)
  app.get('/', async (request, response) => {
    const customer = String(request.headers['x-customer'])
    const key = { id: { S: customer } }
    await dynamo.send(new GetItemCommand({ TableName: 'sessions', Key: key }))
    const path = `/recommendations?customer=${encodeURIComponent(customer)}`
    relay(await callJson(recommendations, 'GET', path), recommendations, response)
  })
  app.get(['/products/:sku', '/search'], (request, response) => pass(inventory, request, response))
  app.get(['/orders/:id', '/orders/:id/invoice'], (request, response) =>
    pass(orders, request, response),
  )
  app.put('/basket', async (request, response) => {
    const id = String(request.headers['x-customer'])
    const item = { id: { S: id }, items: { S: JSON.stringify(request.body) } }
    await dynamo.send(new PutItemCommand({ TableName: 'baskets', Item: item }))
    response.status(204).end()
  })
  app.post('/checkout', async (request, response) => {
    const customer = String(request.headers['x-customer'])
    const body = { ...request.body, customer }
    relay(await callJson(orders, 'POST', '/orders', { body }), orders, response)
  })
  app.use(tooMany)
  app.use(AWSXRayExpress.closeSegment())
  app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
    response.status(error instanceof UpstreamError ? 502 : 500).json({ reason: error.message })
  })
  return app
}

/** Who asks goes into the segment: the user, annotations to search by, metadata to read. */
function describeCaller(request: Request, _response: Response, next: NextFunction): void {
  const segment = currentSegment()
  const items: unknown = request.body?.items
  segment?.setUser(String(request.headers['x-customer']))
  segment?.addAnnotation('customer_tier', String(request.headers['x-tier']))
  segment?.addAnnotation('new_checkout', request.headers['x-new-checkout'] === 'true')
  if (Array.isArray(items)) {
    segment?.addAnnotation('cart_size', items.length)
    segment?.addMetadata('cart', items, 'shop')
  }
  next()
}

/** A throttled table is the caller's to try again later, not a fault of the shop. */
function tooMany(error: Error, _request: Request, response: Response, next: NextFunction): void {
  if (
    error instanceof DynamoDBServiceException &&
    error.name === 'ProvisionedThroughputExceededException'
  ) {
    response.status(429).set('retry-after', '1').json({ reason: 'too-many-requests' })
  } else next(error)
}

async function pass(peer: Peer, request: Request, response: Response): Promise<void> {
  relay(await callJson(peer, 'GET', request.originalUrl), peer, response)
}

function relay(answer: HttpAnswer, peer: Peer, response: Response): void {
  if (answer.status >= 500) throw new UpstreamError(`${peer.host} answered ${answer.status}`)
  response.status(answer.status).json(answer.body)
}

await runFleetProcess(async (settings) => {
  startTracing(settings)
  const server = storefront(settings).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return serverProcess(server)
})
