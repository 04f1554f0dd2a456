import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What a client was granted of a rule's reservoir, and when it was told, in milliseconds. */
type Grant = {
  readonly client: string
  readonly rule: string
  readonly quota: number
  readonly at: number
}

export type TargetRecorder = {
  readonly port: number
  /** In the order they were told. */
  readonly grants: readonly Grant[]
  close(): Promise<void>
}

/**
 * Stands between samplers and the server, passes everything on as it is, and notes what the server grants:
 * when a client on a busy machine has heard its share is then known, not guessed.
 */
export async function recordTargets(serverPort: number): Promise<TargetRecorder> {
  const grants: Grant[] = []
  const server = createServer((incoming, outgoing) => {
    const pass = async () => {
      const asked = await buffer(incoming)
      const answer = await send(serverPort, incoming, asked)
      const body = await buffer(answer)
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(body)
      if (incoming.url === '/SamplingTargets' && answer.statusCode === 200) {
        grants.push(...grantsOf(asked, body, Date.now()))
      }
    }
    pass().catch((error: unknown) => outgoing.destroy(error as Error))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, grants, close: () => close(server) }
}

async function send(
  port: number,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<IncomingMessage> {
  const forwarded = request({ host: '127.0.0.1', port, method, path: url, headers }).end(body)
  const [answer] = (await once(forwarded, 'response')) as [IncomingMessage]
  return answer
}

/** Targets answer the reports of one client. */
function grantsOf(asked: Buffer, answer: Buffer, at: number): readonly Grant[] {
  const { SamplingStatisticsDocuments } = JSON.parse(asked.toString()) as {
    SamplingStatisticsDocuments: readonly { ClientID: string }[]
  }
  const { SamplingTargetDocuments } = JSON.parse(answer.toString()) as {
    SamplingTargetDocuments: readonly { RuleName: string; ReservoirQuota: number }[]
  }
  const client = SamplingStatisticsDocuments[0]?.ClientID ?? ''
  return SamplingTargetDocuments.map(({ RuleName, ReservoirQuota }) => ({
    client,
    rule: RuleName,
    quota: ReservoirQuota,
    at,
  }))
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
