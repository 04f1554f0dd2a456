import { Agent, request } from 'node:http'

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

/** Sends every body once over `connections` connections, each waiting for its answer: a closed loop. */
export async function closedLoop(
  target: LoadTarget,
  bodies: readonly Buffer[],
  documentsPerBody: number,
  connections: number,
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const ackMillis: number[] = []
  let next = 0
  let refused = 0
  const began = performance.now()
  const send = async () => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const sent = performance.now()
      while ((await post(agent, target, body)) !== 200) {
        refused++
        await new Promise((done) => setTimeout(done, 50))
      }
      ackMillis.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: connections }, send))
  agent.destroy()
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
