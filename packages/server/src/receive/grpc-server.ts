import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { GRPC_CODE, type GrpcCode, type GrpcStatus } from '../lib/grpc-status.ts'
import { type TlsIdentity, tlsOptions } from '../lib/tls.ts'
import { GrpcCall } from './grpc-call.ts'
import type { BodyLimits } from './http-body.ts'

export type GrpcMethod = {
  /** A name of ours, for counts. */
  readonly name: string
  /**
   * Answers a call and gives the status that it ends with.
   * @param stopping aborted when the server stops: what has no end of its own ends then
   */
  readonly answer: (call: GrpcCall, stopping: AbortSignal) => Promise<GrpcStatus>
}

export type GrpcServerOptions = {
  readonly host: string
  readonly port: number
  readonly maxConnections: number
  readonly limits: BodyLimits
  /** For the first words of a connection, 10 seconds. */
  readonly handshakeMs?: number
  /** For a request to arrive, 60 seconds. */
  readonly readMs?: number
  /** By path, as `/package.Service/Method`. */
  readonly methods: ReadonlyMap<string, GrpcMethod>
  /** Told of every call once it is over. */
  readonly onEnd: (method: string, code: GrpcCode) => void
  /** A method threw. */
  readonly onFailure: (error: unknown, method: string) => void
  /** The listening socket failed. */
  readonly onError: (error: Error) => void
  /** Told of each connection beyond `maxConnections`. */
  readonly onRefused?: () => void
  /** TLS with this, agreed on by ALPN; without, clear text. */
  readonly tls?: TlsIdentity | undefined
}

/**
 * A port of gRPC over HTTP/2, for unary and server-streaming methods. Messages are given on
 * as they were sent, compressed ones too, within the same limits as HTTP bodies.
 */
export class GrpcServer {
  readonly #options: GrpcServerOptions
  readonly #server: Http2Server | Http2SecureServer
  /** How many calls of each connection are open. */
  readonly #sessions = new Map<Http2Session, number>()
  readonly #stopping = new AbortController()
  #calls = 0

  constructor(options: GrpcServerOptions) {
    this.#options = options
    const settings = {
      maxConcurrentStreams: MAX_STREAMS,
      initialWindowSize: WINDOW_BYTES,
      maxHeaderListSize: MAX_HEADER_BYTES,
    }
    this.#server =
      options.tls === undefined
        ? createServer({ settings })
        : createSecureServer({ settings, ...tlsOptions(options.tls), allowHTTP1: false })
    this.#server.maxConnections = options.maxConnections
    this.#server.on('drop', () => options.onRefused?.())
    this.#server.on('session', (session) => this.#open(session))
    this.#server.on('stream', (stream, headers) => void this.#answer(stream, headers))
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

  /** Takes no more calls and resolves when those in flight are answered, or cut off in the end. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return
    this.#stopping.abort()
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const session of this.#sessions.keys()) session.close()
    const cut = setTimeout(() => {
      for (const session of this.#sessions.keys()) session.destroy()
    }, STOP_MS)
    await closed
    clearTimeout(cut)
  }

  #open(session: ServerHttp2Session): void {
    this.#sessions.set(session, 0)
    const silent = setTimeout(() => session.destroy(), this.#options.handshakeMs ?? HANDSHAKE_MS)
    session.once('remoteSettings', () => clearTimeout(silent))
    session.once('close', () => {
      clearTimeout(silent)
      this.#sessions.delete(session)
    })
    // Of the peer or of its connection; the session closes and its calls with it.
    session.on('error', () => session.destroy())
    session.setTimeout(QUIET_MS, () => this.#lookAfter(session))
    session.setLocalWindowSize(WINDOW_BYTES)
    if (this.#stopping.signal.aborted) session.close()
  }

  /** A connection that has been quiet: closed where nobody waits on it, else asked if it still lives. */
  #lookAfter(session: Http2Session): void {
    if (this.#sessions.get(session) === 0) {
      session.close()
      return
    }
    const dead = setTimeout(() => session.destroy(), PING_MS)
    const isSent = session.ping(() => clearTimeout(dead))
    if (!isSent) session.destroy()
  }

  async #answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const refusal = httpRefusal(headers)
    if (refusal !== undefined) {
      stream.on('error', () => stream.destroy())
      stream.respond({ ':status': refusal }, { endStream: true })
      stream.close()
      this.#options.onEnd(OTHER, GRPC_CODE.unimplemented)
      return
    }
    const method = this.#options.methods.get(headers[':path'] ?? '')
    const call = this.#admit(stream, headers, method?.name ?? OTHER)
    if (method === undefined) call.end(UNKNOWN_METHOD)
    else if (this.#calls > MAX_CALLS) call.end(TOO_MANY_CALLS)
    else call.end(await this.#run(method, call))
  }

  #admit(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, method: string): GrpcCall {
    const { session } = stream
    this.#count(session, 1)
    const call = new GrpcCall(stream, headers, {
      limits: this.#options.limits,
      readTimeoutMs: this.#options.readMs ?? READ_MS,
      onEnd: (code) => {
        this.#count(session, -1)
        this.#options.onEnd(method, code)
      },
    })
    call.start()
    return call
  }

  #count(session: Http2Session | undefined, change: 1 | -1): void {
    this.#calls += change
    if (session === undefined) return
    const known = this.#sessions.get(session)
    if (known !== undefined) this.#sessions.set(session, known + change)
  }

  async #run({ name, answer }: GrpcMethod, call: GrpcCall): Promise<GrpcStatus> {
    try {
      return await answer(call, this.#stopping.signal)
    } catch (error) {
      this.#options.onFailure(error, name)
      return { code: GRPC_CODE.internal, message: 'The server failed' }
    }
  }
}

/** Calls at the same time on one connection; of all connections together. */
const MAX_STREAMS = 128
const MAX_CALLS = 4096
/** What may be on its way to a stream, and to a connection, before it was read. */
const WINDOW_BYTES = 1024 * 1024
const MAX_HEADER_BYTES = 16 * 1024
/** As on the ports of HTTP. */
const HANDSHAKE_MS = 10_000
const READ_MS = 60_000
const QUIET_MS = 300_000
const PING_MS = 20_000
const STOP_MS = 10_000

/** The name of all that is no method of ours. */
const OTHER = 'other'

const UNKNOWN_METHOD: GrpcStatus = {
  code: GRPC_CODE.unimplemented,
  message: 'There is no such method here: traces and health only',
}

const TOO_MANY_CALLS: GrpcStatus = {
  code: GRPC_CODE.unavailable,
  message: 'Too many calls at the same time; try again',
  retrySeconds: 1,
}

/** The status of HTTP where a request is not one of gRPC (gRPC over HTTP/2, Requests). */
function httpRefusal(headers: IncomingHttpHeaders): number | undefined {
  if (headers[':method'] !== 'POST') return 405
  const isGrpc = /^application\/grpc(?:$|[+;])/.test(headers['content-type'] ?? '')
  return isGrpc ? undefined : 415
}
