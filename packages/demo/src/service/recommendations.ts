import type { IncomingMessage, ServerResponse } from 'node:http'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import { answerJson } from '../backing/json-request.ts'
import { type DatabaseClient, openDatabase } from '../database-client.ts'
import { runFleetProcess, serverProcess } from '../fleet-process.ts'
import { callJson, type Peer, UpstreamError } from '../http-call.ts'
import { startOpenTelemetry } from '../open-telemetry.ts'
import { portOf } from '../settings.ts'
import { hasBrokenProfile } from '../shop-request.ts'

class RankingError extends Error {
  override readonly name = 'RankingError'
}

type Product = { readonly sku: string; readonly category: string }

/** What a customer may like, the best first. The one service of the shop that OpenTelemetry traces. */
class Recommendations {
  readonly #database: DatabaseClient
  readonly #inventory: Peer
  readonly #tracer = trace.getTracer('recommendations')

  constructor(database: DatabaseClient, inventory: Peer) {
    this.#database = database
    this.#inventory = inventory
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://recommendations.shop.internal')
    const customer = url.searchParams.get('customer') ?? ''
    trace.getActiveSpan()?.setAttribute('shop.customer', customer)
    try {
      answerJson(response, 200, await this.#recommend(customer))
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error))
      trace.getActiveSpan()?.recordException(failure)
      answerJson(response, 500, { reason: failure.message })
    }
  }

  async #recommend(customer: string): Promise<readonly Product[]> {
    const sold = await this.#database.query<{ readonly sku: string }>(
      'SELECT sku FROM order_items GROUP BY sku ORDER BY sum(quantity) DESC LIMIT 3',
    )
    const { status, body } = await callJson(this.#inventory, 'GET', '/products')
    if (status >= 400) throw new UpstreamError(`${this.#inventory.host} answered ${status}`)
    return this.#rank(customer, body as readonly Product[], new Set(sold.map(({ sku }) => sku)))
  }

  #rank(customer: string, products: readonly Product[], sold: ReadonlySet<string>) {
    return this.#tracer.startActiveSpan('rank-products', (span) => {
      try {
        if (hasBrokenProfile(customer)) {
          throw new RankingError(`the profile of ${customer} cannot be read`)
        }
        span.setAttribute('shop.products', products.length)
        const best = products.filter(({ sku }) => sold.has(sku))
        return [...best, ...products.filter(({ sku }) => !sold.has(sku))]
      } catch (error) {
        span.recordException(error as Error)
        span.setStatus({ code: SpanStatusCode.ERROR, message: 'no ranking' })
        throw error
      } finally {
        span.end()
      }
    })
  }
}

await runFleetProcess(async (settings) => {
  const { http, postgres, stop } = startOpenTelemetry()
  const database = openDatabase(settings, postgres)
  const inventory = { host: 'inventory.shop.internal', port: portOf(settings, 'inventory') }
  const service = new Recommendations(database, inventory)
  const server = http.createServer((request, response) => void service.answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const running = serverProcess(server)
  return {
    port: running.port,
    async stop() {
      await running.stop()
      await database.close()
      await stop()
    },
  }
})
