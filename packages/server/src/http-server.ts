import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'

export type HttpServerOptions = {
  readonly host: string
  readonly port: number
  readonly maxConnections: number
  /** The listening socket failed, a connection was not accepted. */
  readonly onError: (error: Error) => void
}

/** Answers a request; `incoming` is the socket's view of it. */
export type Fetch = (
  request: Request,
  bindings: { readonly incoming: IncomingMessage },
) => Response | Promise<Response>

/** The HTTP port: node's server with its limits, answered by the app. */
export class HttpServer {
  readonly #server: Server
  readonly #options: HttpServerOptions

  constructor(fetch: Fetch, options: HttpServerOptions) {
    this.#options = options
    const answer = getRequestListener((request, bindings) =>
      fetch(request, { incoming: bindings.incoming as IncomingMessage }),
    )
    this.#server = createServer(
      {
        headersTimeout: 10_000,
        requestTimeout: 60_000,
        keepAliveTimeout: 65_000,
        connectionsCheckingInterval: 5_000,
        maxHeaderSize: 16 * 1024,
        noDelay: true,
      },
      (request, response) => void answer(request, response),
    )
    this.#server.maxConnections = options.maxConnections
  }

  /** The port it listens on. Rejects with the system's error. */
  async start(): Promise<number> {
    const { host, port } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        this.#server.on('error', this.#options.onError)
        resolve()
      })
    })
    return (this.#server.address() as AddressInfo).port
  }

  /** Takes no more requests and resolves when those in flight are answered, or cut off in the end. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeIdleConnections()
    const idle = setInterval(() => this.#server.closeIdleConnections(), 50)
    const cut = setTimeout(() => this.#server.closeAllConnections(), STOP_MS)
    await closed
    clearInterval(idle)
    clearTimeout(cut)
  }
}

const STOP_MS = 10_000
