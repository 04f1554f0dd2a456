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

/** Sends every body once over `connections` connections, each waiting for its answer: a closed loop. */
export async function closedLoop(
  endpoint: string,
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
      while ((await post(agent, endpoint, body)) !== 200) {
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

/** The status of one PutTraceSegments; the answer is read and left. */
export function post(agent: Agent, endpoint: string, body: Buffer): Promise<number> {
  return new Promise((done, failed) => {
    const outgoing = request(
      `${endpoint}/TraceSegments`,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': body.length },
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
