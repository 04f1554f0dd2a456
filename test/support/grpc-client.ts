import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { Client, credentials, type Metadata, type ServiceError } from '@grpc/grpc-js'

/** Answer or error of a call by the official client. */
export type UnaryOutcome =
  | { readonly code: 0; readonly answer: Buffer }
  | { readonly code: number; readonly message: string; readonly metadata: Metadata }

/** The official client for Node, with messages as bytes. */
export function grpcClient(address: string, options: object = {}): Client {
  return new Client(address, credentials.createInsecure(), options)
}

/** Makes a unary call; an error is an answer here. */
export function unary(
  client: Client,
  path: string,
  message: Uint8Array,
  timeoutMs?: number,
): Promise<UnaryOutcome> {
  const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs }
  const copy = (bytes: Buffer) => bytes
  return new Promise((resolve) => {
    const answered = (error: ServiceError | null, answer?: Buffer) => {
      if (error === null) resolve({ code: 0, answer: answer ?? Buffer.alloc(0) })
      else resolve({ code: error.code, message: error.details, metadata: error.metadata })
    }
    client.makeUnaryRequest(path, copy, copy, Buffer.from(message), options, answered)
  })
}

/** A message with the prefix of gRPC; `told` lies about its length. */
export function grpcFrame(message: Uint8Array, flag = 0, told = message.length): Buffer {
  const prefix = Buffer.alloc(5)
  prefix[0] = flag
  prefix.writeUInt32BE(told, 1)
  return Buffer.concat([prefix, message])
}

/** A connection of HTTP/2 that says what a test wants it to; its errors are left to its calls. */
export function rawSession(address: string): ClientHttp2Session {
  return connect(`http://${address}`).on('error', () => undefined)
}

export type RawOutcome = {
  /** Undefined where the stream ended without a status. */
  readonly status: number | undefined
  readonly message: string
  readonly http: number | undefined
  readonly body: Buffer
}

/** Opens a stream without ending it. */
export function openCall(
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): ClientHttp2Stream {
  return session
    .request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    })
    .on('error', () => undefined)
}

/** What comes back on a stream until it closes. */
export function outcomeOf(stream: ClientHttp2Stream): Promise<RawOutcome> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let told: Readonly<Record<string, unknown>> = {}
    let http: number | undefined
    stream.on('response', (headers) => {
      http = headers[':status']
      told = { ...told, ...headers }
    })
    stream.on('trailers', (trailers) => {
      told = { ...told, ...trailers }
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('close', () => {
      const status = told['grpc-status']
      resolve({
        status: status === undefined ? undefined : Number(status),
        message: decodeURIComponent(String(told['grpc-message'] ?? '')),
        http,
        body: Buffer.concat(chunks),
      })
    })
  })
}

/** Sends these bytes as one request and gives what comes back. */
export function rawCall(
  session: ClientHttp2Session,
  path: string,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawOutcome> {
  const stream = openCall(session, path, headers)
  const outcome = outcomeOf(stream)
  stream.end(bytes)
  return outcome
}
