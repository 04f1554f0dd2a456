import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { bad, ok, type Result } from '@fluoroscope/model'
import { GRPC_CODE, type GrpcCode, type GrpcStatus, trailersOf } from '../lib/grpc-status.ts'
import {
  ACCEPTED_ENCODINGS,
  framed,
  type GrpcMessage,
  PREFIX_BYTES,
  parseGrpcTimeout,
  readGrpcMessage,
} from './grpc-message.ts'
import { type BodyLimits, type BodyProblem, readBody } from './http-body.ts'

export type GrpcCallOptions = {
  readonly limits: BodyLimits
  /** For the whole request to arrive. */
  readonly readTimeoutMs: number
  /** Told once of every call, with the code that it ended with. */
  readonly onEnd: (code: GrpcCode) => void
}

/** A message of a request; `release` gives its memory back and must be called once. */
export type GrpcRequest = GrpcMessage & { release(): void }

/** One call of gRPC with one message of the client, over one stream of HTTP/2. */
export class GrpcCall {
  readonly #stream: ServerHttp2Stream
  readonly #headers: IncomingHttpHeaders
  readonly #options: GrpcCallOptions
  readonly #over = new AbortController()
  #deadline: NodeJS.Timeout | undefined
  #isEnded = false

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, options: GrpcCallOptions) {
    this.#stream = stream
    this.#headers = headers
    this.#options = options
  }

  /** Aborted when nobody waits for an answer any more. */
  get signal(): AbortSignal {
    return this.#over.signal
  }

  /** The value of an ASCII header; of several the first. */
  header(name: string): string | undefined {
    const value = this.#headers[name]
    return Array.isArray(value) ? value[0] : value
  }

  /** Watches over the stream and the deadline that the client set. */
  start(): void {
    // Whatever broke the stream, 'close' follows and there is nobody to answer.
    this.#stream.on('error', () => this.#leave(GRPC_CODE.cancelled))
    this.#stream.once('close', () => this.#leave(GRPC_CODE.cancelled))
    const header = this.header('grpc-timeout')
    if (header === undefined) return
    const timeoutMs = parseGrpcTimeout(header)
    if (timeoutMs === undefined) {
      this.end({ code: GRPC_CODE.internal, message: `grpc-timeout ${header} is malformed` })
      return
    }
    const message = 'The deadline of the call has passed'
    const status = { code: GRPC_CODE.deadlineExceeded, message }
    this.#deadline = setTimeout(() => this.end(status), Math.min(timeoutMs, MAX_TIMER_MS))
  }

  /** The message of the request, within the limits of HTTP bodies. */
  async read(): Promise<Result<GrpcRequest, GrpcStatus>> {
    const { limits, readTimeoutMs } = this.#options
    const slow = setTimeout(() => {
      const message = `The request did not arrive within ${readTimeoutMs / 1000} seconds`
      this.end({ code: GRPC_CODE.deadlineExceeded, message })
    }, readTimeoutMs)
    const chunks = this.#stream.iterator({ destroyOnReturn: false })
    const maxBytes = PREFIX_BYTES + limits.maxBytes
    const body = await readBody(chunks, undefined, { maxBytes, budget: limits.budget })
    clearTimeout(slow)
    if (!body.ok) return bad(problemStatus(body.problem, limits.maxBytes))
    const { bytes, release } = body.value
    const message = readGrpcMessage(bytes, this.header('grpc-encoding'))
    if (message.ok && !this.#stream.aborted) return ok({ ...message.value, release })
    release()
    return message.ok ? bad(CUT_OFF) : message
  }

  /** Sends a message; none may follow `end`. */
  send(message: Uint8Array): void {
    if (this.#isEnded || this.#stream.destroyed) return
    if (!this.#stream.headersSent) this.#stream.respond(HEADERS, { waitForTrailers: true })
    this.#stream.write(framed(message))
  }

  /** Tells the status, unless the call is over; what of the request has not arrived is not read. */
  end(status: GrpcStatus): void {
    if (this.#isEnded) return
    const stream = this.#stream
    if (!stream.destroyed && !stream.closed) this.#tell(status)
    this.#leave(status.code)
  }

  #tell(status: GrpcStatus): void {
    const stream = this.#stream
    const trailers = trailersOf(status)
    if (stream.headersSent) {
      stream.once('wantTrailers', () => stream.sendTrailers(trailers))
      stream.end()
      return
    }
    stream.respond({ ...HEADERS, ...trailers }, { endStream: true })
    // "Early Server Closure": the stream is deallocated, and the client stops sending.
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR)
  }

  #leave(code: GrpcCode): void {
    if (this.#isEnded) return
    this.#isEnded = true
    clearTimeout(this.#deadline)
    this.#over.abort()
    this.#options.onEnd(code)
  }
}

const HEADERS = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-accept-encoding': ACCEPTED_ENCODINGS,
} as const

/** Longer ones would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

const CUT_OFF: GrpcStatus = { code: GRPC_CODE.cancelled, message: 'The request was cut off' }

/** Overload is UNAVAILABLE, as OTLP asks for; a message that is too large never becomes smaller. */
function problemStatus(problem: BodyProblem, maxBytes: number): GrpcStatus {
  switch (problem) {
    case 'too-large':
      return {
        code: GRPC_CODE.resourceExhausted,
        message: `The message exceeds ${maxBytes} bytes`,
      }
    case 'busy':
      return {
        code: GRPC_CODE.unavailable,
        message: 'Too many bytes are being received; try again',
        retrySeconds: 1,
      }
    case 'aborted':
      return CUT_OFF
  }
}
