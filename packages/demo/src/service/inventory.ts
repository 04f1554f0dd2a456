import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import AWSXRayExpress from 'aws-xray-sdk-express'
import express, { type Response } from 'express'
import { openDynamo } from '../aws-clients.ts'
import { type DatabaseClient, openDatabase } from '../database-client.ts'
import { runFleetProcess, serverProcess } from '../fleet-process.ts'
import { capturedPostgres } from '../sdk-modules.ts'
import type { Settings } from '../settings.ts'
import { type CartItem, SLOW_SEARCH, SOLD_OUT_SKU } from '../shop-request.ts'
import { inSubsegment, startTracing } from '../tracing.ts'

function inventory(settings: Settings): express.Express {
  const database = openDatabase(settings, capturedPostgres)
  const dynamo = openDynamo(settings)
  const app = express()
  app.use(AWSXRayExpress.openSegment('inventory'))
  app.use(express.json())
  app.get('/products', async (_request, response) => {
    response.json(await database.query('SELECT * FROM products ORDER BY sku LIMIT 12'))
  })
  app.get('/products/:sku', (request, response) =>
    showProduct(database, dynamo, request.params.sku, response),
  )
  app.get('/search', async (request, response) => {
    const term = String(request.query['q'])
    const search = term === SLOW_SEARCH ? searchEverything : searchByTitle
    response.json(await inSubsegment('search-catalogue', () => search(database, term)))
  })
  app.post('/reservations', async (request, response) => {
    const { items } = request.body as { items: readonly CartItem[] }
    if (items.some((item) => item.sku === SOLD_OUT_SKU)) {
      response.status(409).json({ reason: 'sold-out', sku: SOLD_OUT_SKU })
      return
    }
    await inSubsegment('reserve-stock', () => reserve(dynamo, items))
    response.status(201).json({ reserved: items.length })
  })
  app.use(AWSXRayExpress.closeSegment())
  return app
}

async function showProduct(
  database: DatabaseClient,
  dynamo: DynamoDBClient,
  sku: string,
  response: Response,
): Promise<void> {
  const [product] = await database.query<object>('SELECT * FROM products WHERE sku = $1', [sku])
  if (product === undefined) {
    response.status(404).json({ reason: 'no-such-product', sku })
    return
  }
  const stock = await dynamo.send(
    new GetItemCommand({ TableName: 'stock', Key: { id: { S: sku } } }),
  )
  response.json({ ...product, reserved: Number(stock.Item?.['reserved']?.N ?? 0) })
}

function searchByTitle(database: DatabaseClient, term: string): Promise<readonly object[]> {
  return database.query('SELECT * FROM products WHERE title ILIKE $1 LIMIT 20', [`%${term}%`])
}

/** Every product against every price it ever had, without an index: the shop's slow query. */
function searchEverything(database: DatabaseClient): Promise<readonly object[]> {
  return database.query(
    `SELECT p.sku, p.title, count(*) AS changes, stddev(h.price_cents * o.day) AS spread
       FROM products p, price_history h, generate_series(1, 8) AS o(day)
      WHERE h.sku = p.sku GROUP BY p.sku, p.title ORDER BY spread DESC`,
  )
}

/** One item after the other, each read and written: 2 calls an item. */
async function reserve(dynamo: DynamoDBClient, items: readonly CartItem[]): Promise<void> {
  for (const item of items.slice(0, 5)) {
    const key = { id: { S: item.sku } }
    const stock = await dynamo.send(new GetItemCommand({ TableName: 'stock', Key: key }))
    const reserved = Number(stock.Item?.['reserved']?.N ?? 0) + item.quantity
    await dynamo.send(
      new PutItemCommand({
        TableName: 'stock',
        Item: { ...key, reserved: { N: String(reserved) } },
      }),
    )
  }
}

await runFleetProcess(async (settings) => {
  startTracing(settings)
  const server = inventory(settings).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return serverProcess(server)
})
