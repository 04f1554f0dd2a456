import { Agent, request } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'

export type LoadResult = {
  readonly seconds: number
  readonly requests: number
  /** Documents whose request was answered 200. */
  readonly acknowledged: number
  /** Requests refused (429, 503), sent again until they were taken. */
  readonly refused: number
  readonly ackMillis: readonly number[]
}

/** Where bodies are sent, and what they are. */
export type LoadTarget = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** PutTraceSegments of a server. */
export function segmentsTarget(endpoint: string): LoadTarget {
  return { url: `${endpoint}/TraceSegments`, headers: { 'content-type': 'application/json' } }
}

/** Trace requests of OTLP in protobuf and gzip. */
export function otlpTarget(endpoint: string): LoadTarget {
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
  return { url: `${endpoint}/v1/traces`, headers }
}

/** Lists of spans of Zipkin in JSON and gzip. */
export function zipkinTarget(endpoint: string): LoadTarget {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  return { url: `${endpoint}/api/v2/spans`, headers }
}

/** Sends bodies over connections of its own; false for one that was refused for now. */
export type Sender = {
  send(body: Buffer): Promise<boolean>
  close(): void
}

/** @param connections at most, each with one request at a time */
export function httpSender(target: LoadTarget, connections: number): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    send: async (body) => {
      const status = await post(agent, target, body)
      if (status === 200 || status === 202) return true
      if (status === 429 || status === 503) return false
      throw new Error(`${target.url} answered ${status}`)
    },
    close: () => agent.destroy(),
  }
}

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const UNAVAILABLE = 14

/** Trace requests of OTLP over gRPC; bodies are messages in gzip with their prefix. */
export function otlpGrpcSender(address: string, connections: number): Sender {
  const sessions = Array.from({ length: connections }, () => connect(`http://${address}`))
  let next = 0
  return {
    send: async (body) => {
      const session = sessions[next++ % connections]
      if (session === undefined) throw new Error('there are no connections')
      const status = await callGrpc(session, body)
      if (status === 0 || status === UNAVAILABLE) return status === 0
      throw new Error(`${EXPORT} ended with ${status}`)
    },
    close: () => {
      for (const session of sessions) session.destroy()
    },
  }
}

/** The status of one call; the answer is read and left. */
function callGrpc(session: ClientHttp2Session, body: Buffer): Promise<number> {
  return new Promise((done, failed) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': EXPORT,
      'content-type': 'application/grpc',
      'grpc-encoding': 'gzip',
      te: 'trailers',
    })
    let status: unknown
    const read = (headers: Readonly<Record<string, unknown>>) => {
      status = headers['grpc-status'] ?? status
    }
    stream.on('response', read)
    stream.on('trailers', read)
    stream.on('error', failed)
    stream.on('end', () => done(Number(status)))
    stream.resume()
    stream.end(body)
  })
}

/** Sends every body once, `concurrency` at the same time, each waiting for its answer: a closed loop. */
export async function closedLoop(
  sender: Sender,
  bodies: readonly Buffer[],
  documentsPerBody: number,
  concurrency: number,
): Promise<LoadResult> {
  const ackMillis: number[] = []
  let next = 0
  let refused = 0
  const began = performance.now()
  const send = async () => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const sent = performance.now()
      while (!(await sender.send(body))) {
        refused++
        await new Promise((done) => setTimeout(done, 50))
      }
      ackMillis.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, send))
  sender.close()
  const seconds = (performance.now() - began) / 1000
  return {
    seconds,
    requests: ackMillis.length,
    acknowledged: bodies.length * documentsPerBody,
    refused,
    ackMillis,
  }
}

/** The status of one request; the answer is read and left. */
export function post(agent: Agent, target: LoadTarget, body: Buffer): Promise<number> {
  return new Promise((done, failed) => {
    const outgoing = request(
      target.url,
      {
        method: 'POST',
        agent,
        headers: { ...target.headers, 'content-length': body.length },
      },
      (response) => {
        response.resume()
        response.on('end', () => done(response.statusCode ?? 0))
        response.on('error', failed)
      },
    )
    outgoing.on('error', failed)
    outgoing.end(body)
  })
}

/** The answer of one X-Ray operation; throws with the server's words on an error. */
export async function call(
  endpoint: string,
  path: string,
  input: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${endpoint}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}
