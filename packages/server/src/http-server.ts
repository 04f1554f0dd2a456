import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type TlsIdentity, tlsOptions } from './lib/tls.ts'

export type HttpServerOptions = {
  readonly host: string
  readonly port: number
  readonly maxConnections: number
  /** HTTPS with this; without, HTTP. */
  readonly tls?: TlsIdentity | undefined
  /** For the headers of a request to arrive, 10 seconds. */
  readonly headersMs?: number
  /** The listening socket failed, a connection was not accepted. */
  readonly onError: (error: Error) => void
  /** Told of each connection beyond `maxConnections`. */
  readonly onRefused?: () => void
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
    const headersMs = options.headersMs ?? HEADERS_MS
    const limits = {
      headersTimeout: headersMs,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: headersMs / 2,
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
    }
    const listener = (request: IncomingMessage, response: Parameters<typeof answer>[1]) =>
      void answer(request, response)
    this.#server =
      options.tls === undefined
        ? createServer(limits, listener)
        : createTlsServer({ ...limits, ...tlsOptions(options.tls) }, listener)
    this.#server.maxConnections = options.maxConnections
    // A peer that neither sends nor reads, whatever it waits for.
    this.#server.timeout = QUIET_MS
    this.#server.on('drop', () => options.onRefused?.())
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

const HEADERS_MS = 10_000
const REQUEST_MS = 60_000
const KEEP_ALIVE_MS = 65_000
/** No answer takes so long to begin. */
const QUIET_MS = 300_000
const MAX_HEADER_BYTES = 16 * 1024
const STOP_MS = 10_000
